// The Castagnoli polynomial, reflected (RFC 3720, appendix B.4). Node's zlib only has CRC-32, and Node 20 not even
// that.
const POLYNOMIAL = 0x82f63b78;
/** The remainder of each byte; then those of a byte that is followed by one, two and three others. */
const table = new Uint32Array(4 * 256);
for (let byte = 0; byte < 256; byte++) {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
	table[byte] = crc;
}
for (let i = 256; i < table.length; i++) {
	const before = table[i - 256] as number;
	table[i] = (before >>> 8) ^ (table[before & 0xff] as number);
}

/**
 * The CRC-32C of some bytes as an unsigned 32-bit number; `after` is the CRC of the bytes before them. It takes four
 * bytes at a time ("slicing by 4"), because every transaction waits for the checksums of two records.
 */
export function crc32c(bytes: Uint8Array, after = 0): number {
	let crc = ~after;
	let i = 0;
	for (; i + 4 <= bytes.length; i += 4) {
		crc ^=
			(bytes[i] as number) |
			((bytes[i + 1] as number) << 8) |
			((bytes[i + 2] as number) << 16) |
			((bytes[i + 3] as number) << 24);
		crc =
			(table[768 + (crc & 0xff)] as number) ^
			(table[512 + ((crc >>> 8) & 0xff)] as number) ^
			(table[256 + ((crc >>> 16) & 0xff)] as number) ^
			(table[crc >>> 24] as number);
	}
	for (; i < bytes.length; i++)
		crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
	return (crc ^ 0xffffffff) >>> 0;
}
