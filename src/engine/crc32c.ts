// Castagnoli polynomial, reflected (RFC 3720 appendix B.4). Node's zlib has only CRC-32, and that not in 20.19.
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
	return crc;
});

/** CRC-32C of some bytes, as an unsigned 32-bit number; `after` is that of the bytes before them. */
export function crc32c(bytes: Uint8Array, after = 0): number {
	let crc = ~after;
	// By index: for…of over bytes takes twice as long, and every transaction pays for two records.
	for (let i = 0; i < bytes.length; i++)
		crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
	return (crc ^ 0xffffffff) >>> 0;
}
