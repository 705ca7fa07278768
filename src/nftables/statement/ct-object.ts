import {
	NFT_OBJECT_CT_EXPECT,
	NFT_OBJECT_CT_HELPER,
	NFT_OBJECT_CT_TIMEOUT,
	NFT_OBJECT_SECMARK,
} from "../../uapi/nf_tables_obj.js";
import type { Cursor } from "../json/cursor.js";
import type { Parser } from "../tree/parser.js";
import type { Statement } from "../tree/statement.js";
import { objectReference } from "./objref.js";

const using =
	(name: string, type: number) =>
	(at: Cursor, parser: Parser): Statement =>
		objectReference(name, type, at, parser);
export const parseCtHelper = using("ct helper", NFT_OBJECT_CT_HELPER);
export const parseCtTimeout = using("ct timeout", NFT_OBJECT_CT_TIMEOUT);
export const parseCtExpectation = using("ct expectation", NFT_OBJECT_CT_EXPECT);
export const parseSecmark = using("secmark", NFT_OBJECT_SECMARK);
