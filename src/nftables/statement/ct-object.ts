import {
	NFT_OBJECT_CT_EXPECT,
	NFT_OBJECT_CT_HELPER,
	NFT_OBJECT_CT_TIMEOUT,
	NFT_OBJECT_SECMARK,
} from "../../uapi/nf_tables_obj.js";
import type { Cursor } from "../json/cursor.js";
import type { StatementDefinition } from "../tree/definition.js";
import type { Statement } from "../tree/evaluation.js";
import type { Parser } from "../tree/parser.js";
import { objectReference } from "./objref.js";

const using =
	(name: string, type: number) =>
	(at: Cursor, parser: Parser): Statement =>
		objectReference(name, type, at, parser);

/** Assigns a helper, a timeout policy or an expectation to the connection, or a security mark to the packet. */
export const ctObject: StatementDefinition = {
	parse: {
		"ct helper": using("ct helper", NFT_OBJECT_CT_HELPER),
		"ct timeout": using("ct timeout", NFT_OBJECT_CT_TIMEOUT),
		"ct expectation": using("ct expectation", NFT_OBJECT_CT_EXPECT),
		secmark: using("secmark", NFT_OBJECT_SECMARK),
	},
};
