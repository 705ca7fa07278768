import { NFT_EXTHDR_OP_DCCP } from "../../uapi/nf_tables_const.js";
import type { Cursor } from "../json/cursor.js";
import type { ExpressionDefinition } from "../tree/definition.js";
import type { Exthdr } from "../tree/node.js";
import { exthdrNode } from "./exthdr.js";

function parseDccpOption(at: Cursor): Exthdr {
	const type = at.fields(["type"]).type.u8();
	const option = { name: `${type}`, id: 0, op: NFT_EXTHDR_OP_DCCP, type, fields: {} };
	return exthdrNode(at.path, option, undefined, true);
}

/** Whether a DCCP packet has an option of a given type. */
export const dccpOption = {
	parse: { "dccp option": parseDccpOption },
} satisfies ExpressionDefinition;
