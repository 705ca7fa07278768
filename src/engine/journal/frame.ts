/** The format of the journal file: records one behind the other, each preceded by its length and its checksum. */
import { Reader, Writer } from "../../netlink/bytes.js";
import { crc32c } from "./crc32c.js";

/** The first bytes of the file. */
export const MAGIC = new TextEncoder().encode("umlnetj1");
/** The length of what precedes a record: its length and its CRC-32C. */
export const HEAD = 8;
const RECORD_MAX = 256 * 1024 * 1024;

/** Whether these bytes are the beginning of a journal that was cut off before its first record. */
export const isTornMagic = (bytes: Uint8Array): boolean =>
	bytes.length < MAGIC.length && bytes.every((byte, i) => byte === MAGIC[i]);

const w = new Writer();

/**
 * The bytes of a record at a position in the file. The checksum includes the position, so a record that was moved or
 * repeated is recognised. The bytes are valid until the next record is framed.
 */
export function frame(body: Uint8Array, at: number): Uint8Array {
	w.reset();
	w.u32(body.length);
	w.u32(crc32c(body, at));
	w.append(body);
	return w.bytes.subarray(0, w.length);
}

/** Where the record at a position ends, according to its length. */
export function declaredEnd(bytes: Uint8Array, at: number): number {
	if (bytes.length - at < HEAD) return Number.POSITIVE_INFINITY;
	return at + HEAD + new Reader(bytes, at).u32();
}

/** The body of the record at a position, or undefined if there is no complete one. */
export function recordAt(bytes: Uint8Array, at: number): Uint8Array | undefined {
	const end = declaredEnd(bytes, at);
	if (end > bytes.length || end - at > RECORD_MAX || end === at + HEAD) return undefined;
	const r = new Reader(bytes, at + 4);
	const sum = r.u32();
	const body = bytes.subarray(at + HEAD, end);
	return crc32c(body, at) === sum ? body : undefined;
}
