import {
	NF_SYNPROXY_OPT_MSS,
	NF_SYNPROXY_OPT_SACK_PERM,
	NF_SYNPROXY_OPT_TIMESTAMP,
	NF_SYNPROXY_OPT_WSCALE,
} from "../../uapi/netfilter.js";
import { NFT_OBJECT_SYNPROXY } from "../../uapi/nf_tables_obj.js";
import { flagNames } from "../fact/name.js";
import type { Cursor } from "../json/cursor.js";
import type { SynproxyFlagJson, SynproxyOptionsJson } from "../json/statement.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { DataOf } from "../tree/emitter.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData } from "../tree/reading.js";
import { objectReference } from "./objref.js";

const flags = {
	timestamp: NF_SYNPROXY_OPT_TIMESTAMP,
	"sack-perm": NF_SYNPROXY_OPT_SACK_PERM,
} as const satisfies Record<SynproxyFlagJson, number>;

function parseSynproxy(at: Cursor, parser: Parser): Statement {
	if (at.isString || at.has("map"))
		return objectReference("synproxy", NFT_OBJECT_SYNPROXY, at, parser);
	const data = at.isNull
		? synproxyAttrs({})
		: synproxyAttrs(at.fields([], ["mss", "wscale", "flags"]));
	return {
		name: "synproxy",
		path: at.path,
		evaluate() {},
		emit: (emitter) => emitter.add("synproxy", data),
	};
}

/** The attributes that say how SYNs are answered. */
export function synproxyAttrs(json: {
	readonly mss?: Cursor;
	readonly wscale?: Cursor;
	readonly flags?: Cursor;
}): DataOf<"synproxy"> {
	return {
		NFTA_SYNPROXY_MSS: json.mss?.u16() ?? 0,
		NFTA_SYNPROXY_WSCALE: json.wscale?.u8() ?? 0,
		NFTA_SYNPROXY_FLAGS:
			(json.mss === undefined ? 0 : NF_SYNPROXY_OPT_MSS) |
			(json.wscale === undefined ? 0 : NF_SYNPROXY_OPT_WSCALE) |
			(json.flags?.flags(flags) ?? 0),
	};
}

const listSynproxy = (data: ReadData<"synproxy">): Listed =>
	constantStatement(() => {
		const given = data.NFTA_SYNPROXY_FLAGS ?? 0;
		const options = {
			...((given & NF_SYNPROXY_OPT_MSS) !== 0 && { mss: data.NFTA_SYNPROXY_MSS ?? 0 }),
			...((given & NF_SYNPROXY_OPT_WSCALE) !== 0 && { wscale: data.NFTA_SYNPROXY_WSCALE ?? 0 }),
			...flagNames(flags, given),
		};
		return { synproxy: Object.keys(options).length === 0 ? null : options };
	});
/** Print how SYNs are answered, for an object. */
export const printSynproxy = (data: ReadData<"synproxy">): SynproxyOptionsJson => ({
	mss: data.NFTA_SYNPROXY_MSS ?? 0,
	wscale: data.NFTA_SYNPROXY_WSCALE ?? 0,
	...flagNames(flags, data.NFTA_SYNPROXY_FLAGS),
});

/** Answers SYNs in place of the server until the handshake is complete. */
export const synproxy: StatementDefinition = {
	parse: { synproxy: parseSynproxy },
	list: { synproxy: listSynproxy },
};
