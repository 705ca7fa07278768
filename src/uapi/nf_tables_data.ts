/** linux/netfilter/nf_tables.h: what a register or a set element can hold. */

import { attrs, be32, binary, nulString, sbe32 } from "../netlink/schema.js";

/** NFT_NAME_MAXLEN is 256, including the NUL. */
export const name = nulString(255);

export const verdictAttrs = attrs(() => ({
	NFTA_VERDICT_CODE: [1, sbe32],
	NFTA_VERDICT_CHAIN: [2, name],
	NFTA_VERDICT_CHAIN_ID: [3, be32],
}));

export const dataAttrs = attrs(() => ({
	NFTA_DATA_VALUE: [1, binary()],
	NFTA_DATA_VERDICT: [2, verdictAttrs],
}));
