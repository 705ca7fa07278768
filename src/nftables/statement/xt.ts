import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import { constantStatement } from "../tree/listed.js";

const listXt = (type: "match" | "target", name: string | undefined): Listed =>
	constantStatement(() => ({ xt: { type, name: name ?? "" } }));

/**
 * An extension of iptables in a rule that iptables-nft made. Only iptables can read its data: it is listed, as nft
 * does, and refused by the compiler.
 */
export const xt: StatementDefinition = {
	list: {
		match: (data) => listXt("match", data.NFTA_MATCH_NAME),
		target: (data) => listXt("target", data.NFTA_TARGET_NAME),
	},
};
