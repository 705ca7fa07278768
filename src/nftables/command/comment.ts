import { COMMENT, MAX_COMMENT, text } from "../fact/userdata.js";
import type { Cursor } from "../json/cursor.js";

/** The userdata of a comment on a table, chain, rule or object. */
export function commentRecord(at: Cursor | undefined): Uint8Array | undefined {
	if (at === undefined) return undefined;
	const comment = at.string();
	if (Buffer.byteLength(comment) > MAX_COMMENT)
		throw at.fail(`a comment has at most ${MAX_COMMENT} bytes`);
	return text(COMMENT, comment);
}
