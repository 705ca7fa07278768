/** Messages in datagrams, and the messages that all netlink families share. */
import { errnoName, KernelError } from "../sys/error.js";
import { align4, Reader, type Writer } from "./bytes.js";
import { WireError } from "./error.js";
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_HDRLEN, nlmsgerrAttrs, nlmsghdr } from "./nlmsg.js";
import { type AnyMessage, locate, type Out, s32 } from "./schema.js";

export * from "./nlmsg.js";

/** One message of a datagram. Its payload is `reader` from `start` to `end`, valid until the next receive. */
export interface Frame {
	/** nlmsg_type. */
	readonly type: number;
	/** nlmsg_flags. */
	readonly flags: number;
	/** nlmsg_seq: the number of the request that it answers. */
	readonly seq: number;
	/** nlmsg_pid: the port of the socket that sent it or that it is for; 0 is the kernel. */
	readonly portId: number;
	/** Where the payload begins in the datagram. */
	readonly start: number;
	/** Where it ends. */
	readonly end: number;
}

/**
 * Append a message header whose length `endMessage` fills in. A request needs no port id: the kernel knows its sender.
 */
export function beginMessage(
	w: Writer,
	type: number,
	flags: number,
	seq: number,
	portId = 0,
): number {
	const at = w.reserve(4);
	w.u16(type);
	w.u16(flags);
	w.u32(seq);
	w.u32(portId);
	return at;
}

/** End the message that began at `at`, and pad to NLMSG_ALIGNTO. */
export function endMessage(w: Writer, at: number): void {
	const length = w.length - at;
	w.patch32(at, length);
	w.reserve(align4(length) - length);
}

/** The messages in the first `length` bytes of a datagram. @throws WireError if a length field is wrong */
export function* frames(bytes: Uint8Array, length: number): Generator<Frame> {
	const r = new Reader(bytes, 0, length);
	while (r.left > 0) {
		const at = r.pos;
		if (r.left < NLMSG_HDRLEN) throw new WireError(`${r.left} bytes where a message should begin`);
		// Every message has a struct nlmsghdr, so for speed it is read member by member and not by its schema.
		const nlmsg_len = r.u32();
		const type = r.u16();
		const flags = r.u16();
		const seq = r.u32();
		const portId = r.u32();
		if (nlmsg_len < NLMSG_HDRLEN || nlmsg_len > length - at)
			throw new WireError(`nlmsg_len ${nlmsg_len} of ${length - at} bytes`);
		yield { type, flags, seq, portId, start: at + NLMSG_HDRLEN, end: at + nlmsg_len };
		r.pos = Math.min(at + align4(nlmsg_len), length);
	}
}

/** What an NLMSG_ERROR or NLMSG_DONE says. The errno 0 means success. */
export interface Ack {
	/** Positive, as in errno(3). */
	readonly errno: number;
	/** What the kernel says beside the errno: its sentence, and where the request is wrong. */
	readonly extack: Out<typeof nlmsgerrAttrs>;
}

const ACKNOWLEDGED: Ack = { errno: 0, extack: {} };

/**
 * Read the payload of NLMSG_ERROR: the errno, the header of the request, the request itself unless NLM_F_CAPPED, and
 * the extended acknowledgement.
 */
export function readError(bytes: Uint8Array, { flags, start, end }: Frame): Ack {
	const r = new Reader(bytes, start, end);
	const errno = -s32.read(r);
	if (errno === 0 && (flags & NLM_F_ACK_TLVS) === 0) return ACKNOWLEDGED;
	const answered = nlmsghdr.read(r);
	if ((flags & NLM_F_CAPPED) === 0 && errno !== 0 && answered.nlmsg_len > NLMSG_HDRLEN)
		r.take(Math.min(align4(Math.min(answered.nlmsg_len - NLMSG_HDRLEN, r.left)), r.left));
	return { errno: checkErrno(r, errno), extack: readExtack(r, flags) };
}

/** Read the payload of NLMSG_DONE: the result of the dump, and its extended acknowledgement. */
export function readDone(bytes: Uint8Array, { flags, start, end }: Frame): Ack {
	const r = new Reader(bytes, start, end);
	const errno = r.left >= 4 ? -s32.read(r) : 0;
	// NLMSG_DONE carries the return value of the kernel's dump function, which may be positive and is no error then.
	return { errno: Math.max(0, errno), extack: readExtack(r, flags) };
}

const readExtack = (r: Reader, flags: number): Out<typeof nlmsgerrAttrs> =>
	(flags & NLM_F_ACK_TLVS) !== 0 ? nlmsgerrAttrs.read(r) : {};

function checkErrno(r: Reader, errno: number): number {
	if (errno < 0 || errno > 4095) throw r.fail(`${errnoName(errno)} is not an errno`); // MAX_ERRNO, linux/err.h
	return errno === 0 ? 0 : errno;
}

/** The typed error of a refused request, with the errno, the kernel's sentence, and the attribute that it points at. */
export function refusal(
	message: AnyMessage,
	{ errno, extack }: Ack,
	payload: Uint8Array,
): KernelError {
	const offset = extack.NLMSGERR_ATTR_OFFS;
	const missing = extack.NLMSGERR_ATTR_MISS_TYPE;
	// A sentence for people. It may quote the name of a device, so bytes that are not UTF-8 become replacement
	// characters.
	const said = extack.NLMSGERR_ATTR_MSG;
	const kernel = said === undefined ? undefined : Buffer.from(said).toString();
	const at = (from: number | undefined): string | undefined =>
		from === undefined ? undefined : locate(message, payload, from - NLMSG_HDRLEN);
	const nest = at(extack.NLMSGERR_ATTR_MISS_NEST) ?? message.name;
	const absent = missing === undefined ? undefined : attributeOf(message, nest, missing);
	return new KernelError(message.name, errno, {
		kernel,
		attribute: at(offset) ?? (absent && `${nest}.${absent} (missing)`),
	});
}

/** The name of an attribute number inside the nest that a path leads to. */
function attributeOf(message: AnyMessage, nest: string, type: number): string | undefined {
	let parts = message.set.parts ?? {};
	for (const name of nest.split(".").slice(1)) {
		// The elements of a list are named by their position, and share the table that the list has for its only attribute.
		const [, codec] = parts[name] ?? Object.values(parts)[0] ?? [];
		parts = codec?.parts ?? {};
	}
	// If the missing attribute is what would have selected the table, its table is unknown: `NFTA_EXPR_DATA(cmp)`.
	return Object.entries(parts)
		.find(([, [number]]) => number === type)?.[0]
		.replace(/\(.*/, "");
}
