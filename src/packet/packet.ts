/** One protocol: a header that is a table, options where it has some, and what it carries. */
import { Reader, Writer } from "../netlink/bytes.js";
import type { AnyCodec, Codec } from "../netlink/schema.js";
import { type Addresses, checksum, pseudoHeader } from "./checksum.js";

/** A protocol's packets, to bytes and back. `Around` is what encoding needs to know of the header before it. */
export interface Packet<O, I, Around extends readonly Addresses[] = readonly []> {
	readonly name: string;
	/** The header as a table: for tools that walk it. */
	readonly header: AnyCodec;
	/**
	 * The bytes of one packet. Lengths, constants and checksums that are left out follow from the rest; those that are
	 * given are written as they are, right or wrong: a packet that lies is what a test of a filter sends.
	 * @throws WireError
	 */
	encode(value: I, ...around: Around): Uint8Array;
	/**
	 * What the bytes say. The payload is a view of them, no copy, and ends where the packet says that it ends: what lies
	 * behind is padding of the link. Checksums are not looked at: what a machine sends to itself carries half of one,
	 * left for hardware to finish (CHECKSUM_PARTIAL). @throws WireError
	 */
	decode(bytes: Uint8Array): O;
	/** Whether the checksum is right, or there is none to be right. @throws WireError */
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
	/** The field that holds it. */
	readonly field: string;
	readonly over: "header" | "packet";
	/** 0 in the field says that there is none; a sum that is 0 is written as its other form, 0xffff (RFC 768). */
	readonly optional?: true;
}
/** A checksum over the addresses of the header before, too: those of IP as this protocol. */
interface PseudoChecksum extends Checksum {
	readonly protocol: number;
}

/** How a protocol is laid out beyond the fields of its header. */
interface Layout<HO, HI, OO, OI> {
	/** The options behind the header: `struct({ options: … })`, to what they fill the header up, where they end. */
	readonly options?: {
		readonly codec: Codec<OO, OI>;
		readonly align: 4 | 8;
		/** The bytes of header and options, as the header says it. */
		end(header: HO): number;
	};
	/** The bytes of the whole packet, where the header says it. */
	length?(header: HO): number;
	/** What follows from the sizes of the header with its options and of the payload. */
	implied?(headerBytes: number, payloadBytes: number): HI;
	/** Why these bytes are no packet of this protocol. */
	refuse?(header: HO): string | undefined;
	readonly checksum?: Checksum;
}
type Nothing = Record<never, never>;

type AnyValue = Readonly<Record<string, unknown>>;

/** Declare a protocol that sums up the addresses of the IP header before it. */
export function packet<HO, HI, OO = Nothing, OI = Nothing>(
	name: string,
	header: Codec<HO, HI>,
	layout: Layout<HO, HI, OO, OI> & { readonly checksum: PseudoChecksum },
): Packet<HO & OO & Carries, HI & OI & MayCarry, readonly [around: Addresses]>;
/** Declare a protocol whose packets say everything themselves. */
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
/** What `encode` writes into before it knows how much there is. */
const scratch = new Writer(2048);

/** What is given, without what is given as undefined: that is left out. */
const given = (value: AnyValue): AnyValue =>
	Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));

/** The options as they lie behind a header of so many bytes, the gap at their end filled with zeroes. */
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
	/** Of the whole packet. */
	readonly length: number;
}

/** Read a packet, all its lengths held against each other and against what is there. */
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

/** The checksum to write over bytes in which its field is still 0. */
function sumOf(summed: Checksum, covered: Uint8Array, around: Addresses | undefined): number {
	const sum = checksum(...pseudoOf(summed, covered.length, around), covered);
	return sum === 0 && summed.optional ? 0xffff : sum;
}

/** Where a field of a header begins: all that stand before it are of one size. */
function offsetOf({ parts = {} }: AnyCodec, field: string): number {
	const before = Object.entries(parts).slice(0, Object.keys(parts).indexOf(field));
	return before.reduce((sum, [, [, codec]]) => sum + (codec.size ?? Number.NaN), 0);
}
