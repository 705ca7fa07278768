import { sctpChunks } from "../fact/exthdr.js";
import type { Cursor } from "../json/cursor.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Exthdr } from "../tree/node.js";
import { exthdrNode } from "./exthdr.js";

function parseSctpChunk(at: Cursor): Exthdr {
	const json = at.fields(["name"], ["field"]);
	const chunk = json.name.oneOf(sctpChunks);
	if (json.field !== undefined)
		return exthdrNode(at.path, chunk, json.field.oneOf(chunk.fields), false);
	return exthdrNode(at.path, chunk, chunk.fields.type, true);
}

/** A field of an SCTP chunk. Without a field it asks whether the chunk is there. */
export const sctpChunk = { parse: { "sctp chunk": parseSctpChunk } } satisfies ExpressionDefinition;
