import { booleanType, integer } from "../fact/datatype.js";
import { anyTcpOption, tcpOptions } from "../fact/exthdr.js";
import type { Cursor } from "../json/cursor.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Exthdr } from "../tree/node.js";
import { exthdrNode } from "./exthdr.js";

function parseTcpOption(at: Cursor): Exthdr {
	if (at.has("base")) return parseRaw(at);
	const json = at.fields(["name"], ["field"]);
	const option = json.name.oneOf(tcpOptions);
	if (json.field === undefined)
		return exthdrNode(at.path, option, Object.values(option.fields)[0], true);
	return exthdrNode(at.path, option, json.field.oneOf(option.fields), false);
}

function parseRaw(at: Cursor): Exthdr {
	const json = at.fields(["base", "offset", "len"]);
	const option = anyTcpOption(json.base.u8());
	const offset = json.offset.integer(0, 0xffff);
	const bits = json.len.integer(0, 512);
	// The field with the option's own number is present whenever the option is.
	const present = offset === 0 && bits === 8;
	const field = Object.values(option.fields).find((f) => f.offset === offset && f.bits === bits);
	const node = exthdrNode(at.path, option, field, present);
	const datatype = present ? booleanType : (field?.datatype ?? integer);
	return { ...node, datatype, offset, bits };
}

/** A field of a TCP option, or bits of it by number. Without either it asks whether the option is there. */
export const tcpOption = { parse: { "tcp option": parseTcpOption } } satisfies ExpressionDefinition;
