import type { Listed } from "../tree/listed.js";
import { constantStatement } from "../tree/listed.js";

/**
 * An extension of iptables in a rule that iptables-nft made. What is in it only iptables knows: it is listed, as
 * nft does, and refused by the compiler.
 */
export interface XtJson {
	readonly xt: { readonly type: "match" | "target"; readonly name: string };
}

export const listXt = (type: "match" | "target", name: string | undefined): Listed =>
	constantStatement(() => ({ xt: { type, name: name ?? "" } }));
