import { NFT_CONNLIMIT_F_INV } from "../../uapi/nf_tables_const.js";
import type { Cursor } from "../json/cursor.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { ReadData } from "../tree/reading.js";
import { statefulStatement } from "./stateful.js";

function parseCtCount(at: Cursor): Statement {
	const json = at.fields(["val"], ["inv"]);
	return statefulStatement("ct count", at, {
		NFTA_EXPR_NAME: "connlimit",
		NFTA_EXPR_DATA: {
			NFTA_CONNLIMIT_COUNT: json.val.u32(),
			NFTA_CONNLIMIT_FLAGS: json.inv?.boolean() === true ? NFT_CONNLIMIT_F_INV : 0,
		},
	});
}

const listCtCount = (data: ReadData<"connlimit">): Listed =>
	constantStatement(() => ({
		"ct count": {
			val: data.NFTA_CONNLIMIT_COUNT ?? 0,
			...(((data.NFTA_CONNLIMIT_FLAGS ?? 0) & NFT_CONNLIMIT_F_INV) !== 0 && { inv: true }),
		},
	}));

/** Matches up to a number of connections; with `inv`, above it. */
export const ctCount: StatementDefinition = {
	parse: { "ct count": parseCtCount },
	stateful: { connlimit: listCtCount },
};
