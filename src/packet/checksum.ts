/** The Internet checksum, RFC 1071, and the pseudo-headers that protocols above IP include in it. */
import { Writer } from "../netlink/bytes.js";
import { WireError } from "../netlink/error.js";
import { be16, be32, binary, pad, struct, u8 } from "../netlink/schema.js";

/**
 * The checksum of these bytes, taken as one sequence of 16-bit words in network order. An odd byte at the end is the
 * first of a word. Bytes that contain their own right checksum have the checksum 0.
 */
export function checksum(...parts: readonly Uint8Array[]): number {
	// The sums of the first and of the second bytes of all words. For 64 KiB both stay far below 2^53.
	let [first, second] = [0, 0];
	let isFirst = true;
	for (const bytes of parts)
		for (const byte of bytes) {
			if (isFirst) first += byte;
			else second += byte;
			isFirst = !isFirst;
		}
	let sum = first * 0x100 + second;
	// Ones' complement arithmetic: a carry out of the 16 bits is added at the bottom.
	while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
	return 0xffff - sum;
}

/** Source and destination in network order, both of 4 bytes or both of 16. */
export interface Addresses {
	readonly saddr: Uint8Array;
	readonly daddr: Uint8Array;
}

/** RFC 768 and RFC 9293 §3.1. */
const pseudo4 = struct({
	saddr: binary(4),
	daddr: binary(4),
	zero: pad(1),
	protocol: u8,
	length: be16,
});
/** RFC 8200 §8.1. */
const pseudo6 = struct({
	saddr: binary(16),
	daddr: binary(16),
	length: be32,
	zero: pad(3),
	protocol: u8,
});

/**
 * The pseudo-header that a protocol above IP puts before its own bytes. @throws WireError for addresses that are none
 */
export function pseudoHeader(
	{ saddr, daddr }: Addresses,
	protocol: number,
	length: number,
): Uint8Array {
	if (saddr.length !== daddr.length || (saddr.length !== 4 && saddr.length !== 16))
		throw new WireError(`addresses of ${saddr.length} and ${daddr.length} bytes`);
	const w = new Writer(40);
	(saddr.length === 4 ? pseudo4 : pseudo6).write(w, { saddr, daddr, protocol, length });
	return w.finish();
}
