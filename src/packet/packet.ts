/** One protocol: a header described by a table, options if it has some, and a payload. */
import { Reader, Writer } from "../netlink/bytes.js";
import type { AnyCodec, Codec } from "../netlink/schema.js";
import { type Addresses, checksum, pseudoHeader } from "./checksum.js";

/** Encodes and decodes the packets of a protocol. `Around` is what encoding must know of the enclosing header. */
export interface Packet<O, I, Around extends readonly Addresses[] = readonly []> {
	readonly name: string;
	/** The header as a table, for tools that walk it. */
	readonly header: AnyCodec;
	/**
	 * The bytes of one packet. Lengths, constants and checksums that are left out are computed; those that are given are
	 * written as they are, right or wrong, because testing a filter takes wrong packets.
	 * @throws WireError
	 */
	encode(value: I, ...around: Around): Uint8Array;
	/**
	 * Decode one packet. The payload is a view of the bytes and not a copy. It ends where the packet says that it ends:
	 * what follows is padding of the link. Checksums are not checked, because packets between local sockets carry only
	 * half of one, which hardware is meant to complete (CHECKSUM_PARTIAL). @throws WireError
	 */
	decode(bytes: Uint8Array): O;
	/** Whether the checksum is right or legitimately absent. @throws WireError */
	isIntact(bytes: Uint8Array, ...around: Around): boolean;
}
// biome-ignore lint/suspicious/noExplicitAny: the one place where the types of packets are erased
export type AnyPacket = Packet<any, any, any>;

export interface Carries {
	payload: Uint8Array;
}
export interface MayCarry {
	readonly payload?: Uint8Array | undefined;
}

interface Checksum {
	/** The header field that holds the checksum. */
	readonly field: string;
	readonly over: "header" | "packet";
	/**
	 * Set if 0 in the field means that there is no checksum. A sum of 0 is then written as its other form, 0xffff (RFC
	 * 768).
	 */
	readonly optional?: true;
}
/** A checksum that includes a pseudo-header: the addresses of the enclosing IP header, and this protocol number. */
interface PseudoChecksum extends Checksum {
	readonly protocol: number;
}

/** How a protocol is laid out, apart from the fields of its header. */
interface Layout<HO, HI, OO, OI> {
	/**
	 * The options behind the header, `struct({ options: … })`, the multiple to which they pad the header, and where they
	 * end.
	 */
	readonly options?: {
		readonly codec: Codec<OO, OI>;
		readonly align: 4 | 8;
		/** The length of header and options in bytes, as the header says. */
		end(header: HO): number;
	};
	/** The length of the whole packet in bytes, if the header says it. */
	length?(header: HO): number;
	/** The fields that follow from the sizes of the header, with its options, and of the payload. */
	implied?(headerBytes: number, payloadBytes: number): HI;
	/** Why these bytes are not a packet of this protocol, or undefined if they are. */
	refuse?(header: HO): string | undefined;
	readonly checksum?: Checksum;
}
type Nothing = Record<never, never>;

type AnyValue = Readonly<Record<string, unknown>>;

/** Declare a protocol whose checksum includes the addresses of the enclosing IP header. */
export function packet<HO, HI, OO = Nothing, OI = Nothing>(
	name: string,
	header: Codec<HO, HI>,
	layout: Layout<HO, HI, OO, OI> & { readonly checksum: PseudoChecksum },
): Packet<HO & OO & Carries, HI & OI & MayCarry, readonly [around: Addresses]>;
/** Declare a protocol whose packets can be encoded without knowing the enclosing header. */
export function packet<HO, HI, OO = Nothing, OI = Nothing>(
	name: string,
	header: Codec<HO, HI>,
	layout?: Layout<HO, HI, OO, OI>,
): Packet<HO & OO & Carries, HI & OI & MayCarry>;
export function packet(name: string, header: AnyCodec, layout: AnyLayout = {}): AnyPacket {
	const { checksum: summed } = layout;
	const at = summed === undefined ? 0 : offsetOf(header, summed.field);
	return {
		name,
		header,
		encode(value: AnyValue, around?: Addresses) {
			const fixed = header.size ?? 0;
			const optionBytes = encodeOptions(name, fixed, layout, value);
			const payload = (value.payload as Uint8Array | undefined) ?? NONE;
			const headerBytes = fixed + optionBytes.length;
			const w = scratch;
			w.reset();
			w.path.push(name);
			header.write(w, { ...layout.implied?.(headerBytes, payload.length), ...given(value) });
			w.append(optionBytes);
			const end = w.length;
			w.append(payload);
			if (summed !== undefined && value[summed.field] === undefined) {
				const covered = w.bytes.subarray(0, summed.over === "header" ? end : w.length);
				w.patchBe16(at, sumOf(summed, covered, around));
			}
			return w.finish();
		},
		decode: (bytes) => read(name, header, layout, bytes).value,
		isIntact(bytes, around?: Addresses) {
			if (summed === undefined) return true;
			const { value, headerBytes, length } = read(name, header, layout, bytes);
			if (summed.optional && value[summed.field] === 0) return true;
			const covered = bytes.subarray(0, summed.over === "header" ? headerBytes : length);
			return checksum(...pseudoOf(summed, covered.length, around), covered) === 0;
		},
	};
}
// biome-ignore lint/suspicious/noExplicitAny: what a layout's own overload has checked
type AnyLayout = Layout<any, any, any, any>;

const NONE = new Uint8Array();
/** The buffer for values whose length is not known beforehand. */
const scratch = new Writer(2048);

/** The fields that are given. A field whose value is undefined counts as left out. */
const given = (value: AnyValue): AnyValue =>
	Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));

/** The options behind a header of this many bytes, padded with zeroes. */
function encodeOptions(
	name: string,
	fixed: number,
	{ options }: AnyLayout,
	value: AnyValue,
): Uint8Array {
	if (options === undefined) return NONE;
	const w = scratch;
	w.reset();
	w.path.push(name);
	options.codec.write(w, value);
	const over = (fixed + w.length) % options.align;
	if (over > 0) w.reserve(options.align - over);
	return w.finish();
}

interface Found {
	readonly value: Record<string, unknown>;
	readonly headerBytes: number;
	/** The length of the whole packet in bytes. */
	readonly length: number;
}

/** Decode a packet, checking all its lengths against each other and against the bytes that are there. */
function read(name: string, header: AnyCodec, layout: AnyLayout, bytes: Uint8Array): Found {
	const r = new Reader(bytes);
	r.path.push(name);
	const value = header.read(r) as Record<string, unknown>;
	const refusal = layout.refuse?.(value);
	if (refusal !== undefined) throw r.fail(refusal);
	const headerBytes = layout.options?.end(value) ?? r.pos;
	if (headerBytes < r.pos) throw r.fail(`header of ${headerBytes} bytes, needs ${r.pos}`);
	const length = layout.length?.(value) ?? bytes.length;
	if (headerBytes > length) throw r.fail(`header of ${headerBytes} bytes in a packet of ${length}`);
	if (length > bytes.length) throw r.fail(`packet of ${length} bytes, ${bytes.length} there`);
	if (layout.options !== undefined) {
		r.end = headerBytes;
		Object.assign(value, layout.options.codec.read(r));
	}
	r.pos = headerBytes;
	r.end = length;
	value.payload = r.window();
	return { value, headerBytes, length };
}

const pseudoOf = (
	summed: Checksum & { readonly protocol?: number },
	length: number,
	around: Addresses | undefined,
): Uint8Array[] =>
	summed.protocol === undefined || around === undefined
		? []
		: [pseudoHeader(around, summed.protocol, length)];

/** The checksum of bytes in which the checksum field is still 0. */
function sumOf(summed: Checksum, covered: Uint8Array, around: Addresses | undefined): number {
	const sum = checksum(...pseudoOf(summed, covered.length, around), covered);
	return sum === 0 && summed.optional ? 0xffff : sum;
}

/** The offset of a header field. Every field before it has a fixed size. */
function offsetOf({ parts = {} }: AnyCodec, field: string): number {
	const before = Object.entries(parts).slice(0, Object.keys(parts).indexOf(field));
	return before.reduce((sum, [, [, codec]]) => sum + (codec.size ?? Number.NaN), 0);
}
