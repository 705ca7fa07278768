import type { Cursor } from "../json/cursor.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { ReadData } from "../tree/reading.js";
import { statefulStatement } from "./stateful.js";

function parseLast(at: Cursor): Statement {
	// nft prints -1 for a `last` that has not seen a packet.
	const used = at.isNull ? -1n : at.fields(["used"]).used.bigint(-1n, 2n ** 63n - 1n);
	return statefulStatement("last", at, {
		NFTA_EXPR_NAME: "last",
		NFTA_EXPR_DATA:
			used < 0n
				? { NFTA_LAST_SET: 0, NFTA_LAST_MSECS: 0n }
				: { NFTA_LAST_SET: 1, NFTA_LAST_MSECS: used },
	});
}

const listLast = (data: ReadData<"last">): Listed =>
	constantStatement(({ stateless }) => ({
		last: stateless || !data.NFTA_LAST_SET ? null : { used: Number(data.NFTA_LAST_MSECS ?? 0n) },
	}));

/** Remembers when it last saw a packet. */
export const last: StatementDefinition = {
	parse: { last: parseLast },
	stateful: { last: listLast },
};
