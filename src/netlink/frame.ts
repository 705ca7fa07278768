/** Messages in datagrams, and the ones every netlink family shares. */
import { errnoName, KernelError } from "../sys/error.js";
import { align4, Reader, type Writer } from "./bytes.js";
import { WireError } from "./error.js";
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_HDRLEN, nlmsgerrAttrs, nlmsghdr } from "./nlmsg.js";
import { type AnyMessage, locate, type Out, s32 } from "./schema.js";

export * from "./nlmsg.js";

/** One message of a datagram; its payload is `reader` from `start` to `end`, valid until the next receive. */
export interface Frame {
	readonly type: number;
	readonly flags: number;
	readonly seq: number;
	readonly portId: number;
	readonly start: number;
	readonly end: number;
}

/** Append a message header; `endMessage` patches its length. Requests need no port id: the kernel knows the sender. */
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

/** Close the message begun at `at` and pad to NLMSG_ALIGNTO. */
export function endMessage(w: Writer, at: number): void {
	const length = w.length - at;
	w.patch32(at, length);
	w.reserve(align4(length) - length);
}

/** The messages in the first `length` bytes of a datagram. @throws WireError when a length lies */
export function* frames(bytes: Uint8Array, length: number): Generator<Frame> {
	const r = new Reader(bytes, 0, length);
	while (r.left > 0) {
		const at = r.pos;
		if (r.left < NLMSG_HDRLEN) throw new WireError(`${r.left} bytes where a message should begin`);
		// struct nlmsghdr, member by member: of every message there is, so not by its schema.
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

/** What an NLMSG_ERROR or NLMSG_DONE says: errno 0 is that all went well. */
export interface Ack {
	/** Positive, as in errno(3). */
	readonly errno: number;
	readonly extack: Out<typeof nlmsgerrAttrs>;
}

const ACKNOWLEDGED: Ack = { errno: 0, extack: {} };

/** Read the payload of NLMSG_ERROR: errno, the header it answers, the request unless capped, the extack. */
export function readError(bytes: Uint8Array, { flags, start, end }: Frame): Ack {
	const r = new Reader(bytes, start, end);
	const errno = -s32.read(r);
	if (errno === 0 && (flags & NLM_F_ACK_TLVS) === 0) return ACKNOWLEDGED;
	const answered = nlmsghdr.read(r);
	if ((flags & NLM_F_CAPPED) === 0 && errno !== 0 && answered.nlmsg_len > NLMSG_HDRLEN)
		r.take(Math.min(align4(Math.min(answered.nlmsg_len - NLMSG_HDRLEN, r.left)), r.left));
	return { errno: checkErrno(r, errno), extack: readExtack(r, flags) };
}

/** Read the payload of NLMSG_DONE: the dump's own result, and its extack. */
export function readDone(bytes: Uint8Array, { flags, start, end }: Frame): Ack {
	const r = new Reader(bytes, start, end);
	const errno = r.left >= 4 ? -s32.read(r) : 0;
	// A dump's DONE carries what the dump function returned, which may be a positive count.
	return { errno: Math.max(0, errno), extack: readExtack(r, flags) };
}

const readExtack = (r: Reader, flags: number): Out<typeof nlmsgerrAttrs> =>
	(flags & NLM_F_ACK_TLVS) !== 0 ? nlmsgerrAttrs.read(r) : {};

function checkErrno(r: Reader, errno: number): number {
	if (errno < 0 || errno > 4095) throw r.fail(`${errnoName(errno)} is no errno`); // MAX_ERRNO, linux/err.h
	return errno === 0 ? 0 : errno;
}

/** The typed error of a refused request: errno, the kernel's sentence, the attribute it points at. */
export function refusal(
	message: AnyMessage,
	{ errno, extack }: Ack,
	payload: Uint8Array,
): KernelError {
	const offset = extack.NLMSGERR_ATTR_OFFS;
	const missing = extack.NLMSGERR_ATTR_MISS_TYPE;
	// A sentence for people: what of it is no UTF-8 (a device name can be anything) is shown as such.
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

/** The name of an attribute number inside the nest that a path names. */
function attributeOf(message: AnyMessage, nest: string, type: number): string | undefined {
	let parts = message.set.parts ?? {};
	for (const name of nest.split(".").slice(1)) {
		// Elements of a list are named by their place, and the list's table by the type they all have.
		const [, codec] = parts[name] ?? Object.values(parts)[0] ?? [];
		parts = codec?.parts ?? {};
	}
	// Which table a missing attribute would have had, `NFTA_EXPR_DATA(cmp)`, nobody can say.
	return Object.entries(parts)
		.find(([, [number]]) => number === type)?.[0]
		.replace(/\(.*/, "");
}
