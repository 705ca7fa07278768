import { NFT_OBJECT_COUNTER } from "../../uapi/nf_tables_obj.js";
import type { Cursor } from "../json/cursor.js";
import type { Listed } from "../tree/completion.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import { constantStatement } from "../tree/listed.js";
import type { Parser } from "../tree/parser.js";
import type { ReadData } from "../tree/reading.js";
import { objectReference } from "./objref.js";
import { statefulStatement } from "./stateful.js";

function parseCounter(at: Cursor, parser: Parser): Statement {
	if (!at.isNull && !at.has("packets"))
		return objectReference("counter", NFT_OBJECT_COUNTER, at, parser);
	const json = at.isNull ? undefined : at.fields(["packets", "bytes"]);
	const packets = json?.packets.bigint();
	const bytes = json?.bytes.bigint();
	return statefulStatement("counter", at, {
		NFTA_EXPR_NAME: "counter",
		NFTA_EXPR_DATA: {
			...(bytes && { NFTA_COUNTER_BYTES: bytes }),
			...(packets && { NFTA_COUNTER_PACKETS: packets }),
		},
	});
}

const listCounter = (data: ReadData<"counter">): Listed =>
	constantStatement(({ stateless }) => ({
		counter: stateless
			? null
			: {
					packets: Number(data.NFTA_COUNTER_PACKETS ?? 0n),
					bytes: Number(data.NFTA_COUNTER_BYTES ?? 0n),
				},
	}));

/** Counts packets and bytes, in the rule or in a named counter. */
export const counter: StatementDefinition = {
	parse: { counter: parseCounter },
	stateful: { counter: listCounter },
};
