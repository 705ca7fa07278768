/** How records stand in the journal file: one after the other, each behind its length and its checksum. */
import { Reader, Writer } from "../../netlink/bytes.js";
import { crc32c } from "./crc32c.js";

/** What the file begins with. */
export const MAGIC = new TextEncoder().encode("umlnetj1");
/** Bytes before a record: length, CRC-32C. */
export const HEAD = 8;
const RECORD_MAX = 256 * 1024 * 1024;

/** Whether these bytes are the beginning of a journal that was cut before its first record. */
export const isTornMagic = (bytes: Uint8Array): boolean =>
	bytes.length < MAGIC.length && bytes.every((byte, i) => byte === MAGIC[i]);

const w = new Writer();

/**
 * The bytes of a record at one place in the file: its checksum begins with the place, so that a record that was moved
 * or repeated is recognised. They are valid until the next record is framed.
 */
export function frame(body: Uint8Array, at: number): Uint8Array {
	w.reset();
	w.u32(body.length);
	w.u32(crc32c(body, at));
	w.append(body);
	return w.bytes.subarray(0, w.length);
}

/** Where the record at a place says that it ends. */
export function declaredEnd(bytes: Uint8Array, at: number): number {
	if (bytes.length - at < HEAD) return Number.POSITIVE_INFINITY;
	return at + HEAD + new Reader(bytes, at).u32();
}

/** The body of the record at a place, or undefined when none is whole there. */
export function recordAt(bytes: Uint8Array, at: number): Uint8Array | undefined {
	const end = declaredEnd(bytes, at);
	if (end > bytes.length || end - at > RECORD_MAX || end === at + HEAD) return undefined;
	const r = new Reader(bytes, at + 4);
	const sum = r.u32();
	const body = bytes.subarray(at + HEAD, end);
	return crc32c(body, at) === sum ? body : undefined;
}
