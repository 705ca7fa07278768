import { NF_OSF_TTL_LESS, NF_OSF_TTL_NOCHECK, NF_OSF_TTL_TRUE } from "../../uapi/netfilter.js";
import { NFT_OSF_F_VERSION, NFT_OSF_MAXGENRELEN } from "../../uapi/nf_tables_const.js";
import { string } from "../fact/datatype.js";
import { nameOf } from "../fact/name.js";
import type { Cursor } from "../json/cursor.js";
import type { Expression } from "../json/expression.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import { type Emitter, type Register, registerNumber } from "../tree/emitter.js";
import type { Osf } from "../tree/node.js";
import { PATH, type ReadData, type Reading } from "../tree/reading.js";

const ttls = { loose: NF_OSF_TTL_LESS, skip: NF_OSF_TTL_NOCHECK } as const;

function parseOsf(at: Cursor): Osf {
	const json = at.fields(["key"], ["ttl"]);
	return {
		kind: "osf",
		path: at.path,
		datatype: string,
		order: "host",
		bits: NFT_OSF_MAXGENRELEN * 8,
		ttl: json.ttl?.oneOf(ttls) ?? NF_OSF_TTL_TRUE,
		flags: json.key.oneOf({ name: 0, version: NFT_OSF_F_VERSION }),
	};
}

function loadOsf(node: Osf, emitter: Emitter, to: Register): void {
	emitter.add("osf", {
		NFTA_OSF_DREG: registerNumber(to),
		NFTA_OSF_TTL: node.ttl,
		NFTA_OSF_FLAGS: node.flags || undefined,
	});
}

/** Read an OS fingerprint. */
export function readOsf(data: ReadData<"osf">, reading: Reading): void {
	reading.store(data.NFTA_OSF_DREG, {
		kind: "osf",
		path: PATH,
		datatype: string,
		order: "host",
		bits: NFT_OSF_MAXGENRELEN * 8,
		ttl: data.NFTA_OSF_TTL ?? 0,
		flags: data.NFTA_OSF_FLAGS ?? 0,
	});
}
function printOsf({ flags, ttl }: Osf): Expression {
	const given = nameOf<keyof typeof ttls, number>(ttls, ttl);
	const key = (flags & NFT_OSF_F_VERSION) === 0 ? "name" : "version";
	return { osf: { key, ...(given && { ttl: given }) } };
}

/** The operating system that sent a SYN, by its fingerprint. */
export const osf = {
	parse: { osf: parseOsf },
	read: { osf: readOsf },
	nodes: {
		osf: {
			evaluate: (node, evaluation) => evaluation.expectLike(node),
			load: loadOsf,
			print: printOsf,
		},
	},
} satisfies ExpressionDefinition;
