import {
	NFT_LIMIT_F_INV,
	NFT_LIMIT_PKT_BYTES,
	NFT_LIMIT_PKTS,
} from "../../uapi/nf_tables_const.js";
import { NFT_OBJECT_LIMIT } from "../../uapi/nf_tables_obj.js";
import { nameOf } from "../fact/name.js";
import type { Cursor } from "../json/cursor.js";
import type { PeriodJson, RateJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { DataOf } from "../tree/emitter.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData } from "../tree/reading.js";
import { objectReference } from "./objref.js";
import { byteUnits, inUnit, statefulStatement } from "./stateful.js";

const periods = {
	second: 1n,
	minute: 60n,
	hour: 3600n,
	day: 86_400n,
	week: 604_800n,
} as const satisfies Record<PeriodJson, bigint>;
const units: Readonly<Record<string, bigint>> = { packets: 1n, ...byteUnits };
/** nft's default number of packets that may come at once. */
const DEFAULT_BURST = 5n;

function parseLimit(at: Cursor, parser: Parser): Statement {
	if (!at.has("rate")) return objectReference("limit", NFT_OBJECT_LIMIT, at, parser);
	return statefulStatement("limit", at, {
		NFTA_EXPR_NAME: "limit",
		NFTA_EXPR_DATA: rateAttrs(at, DEFAULT_BURST),
	});
}

/** The attributes of a rate. `burst` is the default burst in packets. */
export function rateAttrs(
	at: Cursor,
	burst: bigint,
	extra: readonly string[] = [],
): DataOf<"limit"> {
	const json = at.fields(
		["rate", "per"],
		["rate_unit", "burst", "burst_unit", "inv", ...(extra as readonly [])],
	);
	const unit = json.rate_unit?.oneOf(units) ?? 1n;
	const isPackets = json.rate_unit === undefined || json.rate_unit.value === "packets";
	const burstUnit = isPackets ? 1n : (json.burst_unit?.oneOf(units) ?? 1n);
	const given = (json.burst?.bigint() ?? 0n) * burstUnit;
	const rate = json.rate.bigint() * unit;
	if (rate >= 2n ** 64n) throw json.rate.fail("does not fit 64 bits");
	if (given > 0xffffffffn) throw (json.burst ?? at).fail("does not fit 32 bits");
	return {
		NFTA_LIMIT_RATE: rate,
		NFTA_LIMIT_UNIT: json.per.oneOf(periods),
		NFTA_LIMIT_TYPE: isPackets ? NFT_LIMIT_PKTS : NFT_LIMIT_PKT_BYTES,
		NFTA_LIMIT_BURST: Number(isPackets && given === 0n ? burst : given) || undefined,
		NFTA_LIMIT_FLAGS: json.inv?.boolean() === true ? NFT_LIMIT_F_INV : 0,
	};
}

const listLimit = (data: ReadData<"limit">): Listed =>
	constantStatement(() => ({ limit: { burst: 0, ...printRate(data) } }));

/** Print a rate in the largest units that give whole numbers. */
export function printRate(data: ReadData<"limit">): RateJson {
	const { NFTA_LIMIT_RATE: rate = 0n, NFTA_LIMIT_BURST: burst = 0 } = data;
	const per = nameOf(periods, data.NFTA_LIMIT_UNIT ?? 1n) ?? "second";
	const inv = ((data.NFTA_LIMIT_FLAGS ?? 0) & NFT_LIMIT_F_INV) !== 0 && { inv: true };
	if (data.NFTA_LIMIT_TYPE !== NFT_LIMIT_PKT_BYTES)
		return { rate: Number(rate), burst, per, ...inv };
	const [number, rate_unit] = inUnit(rate);
	const [burstNumber, burst_unit] = inUnit(BigInt(burst));
	return { rate: number, burst: burstNumber, per, ...inv, rate_unit, burst_unit };
}

/** Matches up to a number of packets or bytes per unit of time; with `inv`, those beyond it. */
export const limit: StatementDefinition = {
	parse: { limit: parseLimit },
	stateful: { limit: listLimit },
};
