/** Converts values to hexadecimal and back, for tests of what a codec writes. */
import { Reader, Writer } from "../../src/netlink/bytes.js";
import { type AnyCodec, NLA_F_NESTED } from "../../src/netlink/schema.js";

export const hex = (text: string): Uint8Array =>
	Uint8Array.from(Buffer.from(text.replace(/\s+/g, ""), "hex"));
export const unhex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export const write = (codec: AnyCodec, value: unknown): string => {
	const w = new Writer();
	codec.write(w, value);
	return unhex(w.finish());
};
export const read = <O>(codec: { read(r: Reader): O }, bytes: string): O =>
	codec.read(new Reader(hex(bytes)));
/** An attribute. Its header is in host order. */
export const attr = (type: number, payload: string): string => {
	const w = new Writer();
	const at = w.beginAttr(type);
	w.append(hex(payload));
	w.endAttr(at);
	return unhex(w.finish());
};
export const NESTED = NLA_F_NESTED;
