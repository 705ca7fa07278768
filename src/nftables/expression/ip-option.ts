import { ipOptions } from "../fact/exthdr.js";
import type { Cursor } from "../json/cursor.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Exthdr } from "../tree/node.js";
import { exthdrNode } from "./exthdr.js";

function parseIpOption(at: Cursor): Exthdr {
	const json = at.fields(["name"], ["field"]);
	const option = json.name.oneOf(ipOptions);
	if (json.field !== undefined)
		return exthdrNode(at.path, option, json.field.oneOf(option.fields), false);
	return exthdrNode(at.path, option, option.fields.type, true);
}

/** A field of an IPv4 option. Without a field it asks whether the option is there. */
export const ipOption = { parse: { "ip option": parseIpOption } } satisfies ExpressionDefinition;
