import { type Frame, frames, NLMSG_HDRLEN } from "../../src/netlink/frame.js";
import { type Message, Writer } from "../../src/netlink/index.js";
import {
	NetlinkSocket,
	type NetlinkSocketOptions,
	type Transport,
} from "../../src/netlink/socket.js";

export const PORT_ID = 4711;

/** The result of a receive: a datagram, or an error of recvfrom(2). */
export type Arrival =
	| { readonly bytes: Uint8Array; readonly from?: number; readonly trueLength?: number }
	| { readonly throws: Error };

/** The kernel as a function: it gets what was sent, and returns the contents of the receive queue. */
export type Script = (requests: readonly Frame[], datagram: Uint8Array) => Iterable<Arrival>;

/** A file descriptor with a scripted kernel. It never sleeps: what is not there will not come. */
export class ScriptedTransport implements Transport {
	readonly portId = PORT_ID;
	readonly options: (readonly [level: number, option: number, value: number])[] = [];
	/** How many datagrams were sent. */
	sends = 0;
	closed = false;
	readonly #script: Script;
	#queue: Iterator<Arrival> = [].values();

	constructor(script: Script) {
		this.#script = script;
	}
	send(bytes: Uint8Array, length: number): void {
		this.sends++;
		const datagram = bytes.slice(0, length);
		this.#queue = this.#script([...frames(datagram, length)], datagram)[Symbol.iterator]();
	}
	receive(into: Uint8Array): { length: number; senderPortId: number } | undefined {
		const { done, value } = this.#queue.next();
		if (done) return undefined;
		if ("throws" in value) throw value.throws;
		into.set(value.bytes.subarray(0, into.length));
		return { length: value.trueLength ?? value.bytes.length, senderPortId: value.from ?? 0 };
	}
	wait(): boolean {
		return false;
	}
	setOption(level: number, option: number, value: number): boolean {
		this.options.push([level, option, value]);
		return true;
	}
	setBuffers(): void {}
	close(): void {
		this.closed = true;
	}
}

/** A socket with a scripted kernel. */
export function scripted(
	script: Script,
	options: NetlinkSocketOptions = {},
): { socket: NetlinkSocket; transport: ScriptedTransport } {
	const transport = new ScriptedTransport(script);
	return { socket: new NetlinkSocket(0, { ...options, open: () => transport }), transport };
}

export interface Part {
	readonly type: number;
	readonly flags?: number;
	readonly seq: number;
	readonly portId?: number;
	readonly payload?: Uint8Array;
	/** The value of nlmsg_len, if it is wrong. */
	readonly claims?: number;
}

/** One datagram with these messages. */
export function datagram(...parts: readonly Part[]): Uint8Array {
	const w = new Writer();
	for (const {
		type,
		flags = 0,
		seq,
		portId = PORT_ID,
		payload = new Uint8Array(),
		claims,
	} of parts) {
		w.u32(claims ?? NLMSG_HDRLEN + payload.length);
		w.u16(type);
		w.u16(flags);
		w.u32(seq);
		w.u32(portId);
		w.append(payload);
		w.reserve(-payload.length & 3);
	}
	return w.finish();
}

export const arrival = (...parts: readonly Part[]): Arrival => ({ bytes: datagram(...parts) });

/** A message of a table as a part of a datagram. */
export const part = <I>(
	message: Message<unknown, I>,
	value: I,
	rest: Omit<Part, "type" | "payload">,
): Part => ({ ...rest, type: message.type, payload: message.encode(value) });

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_MULTI = 2;
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;

export interface Extack {
	readonly message?: string | Uint8Array;
	readonly offset?: number;
	readonly missingType?: number;
	readonly missingNest?: number;
}

function extackBytes({ message, offset, missingType, missingNest }: Extack): Uint8Array {
	const w = new Writer();
	const attribute = (type: number, value: Uint8Array | number | undefined): void => {
		if (value === undefined) return;
		const at = w.beginAttr(type);
		if (typeof value === "number") w.u32(value);
		else w.append(value);
		w.endAttr(at);
	};
	attribute(1, typeof message === "string" ? new TextEncoder().encode(`${message}\0`) : message);
	attribute(2, offset);
	attribute(5, missingType);
	attribute(6, missingNest);
	return w.finish();
}

/** NLMSG_ERROR as the kernel builds it. Uncapped it contains the whole request before the extended acknowledgement. */
export function errorPart(
	asked: Frame,
	errno: number,
	extack: Extack = {},
	whole?: Uint8Array,
): Part {
	const w = new Writer();
	w.u32(-errno >>> 0);
	w.u32(NLMSG_HDRLEN + asked.end - asked.start);
	w.u16(asked.type);
	w.u16(asked.flags);
	w.u32(asked.seq);
	w.u32(0);
	if (whole !== undefined) {
		w.append(whole.subarray(asked.start, asked.end));
		w.reserve(-(asked.end - asked.start) & 3);
	}
	w.append(extackBytes(extack));
	const tlvs = Object.keys(extack).length > 0 ? NLM_F_ACK_TLVS : 0;
	const capped = whole === undefined ? NLM_F_CAPPED : 0;
	return { type: NLMSG_ERROR, flags: tlvs | capped, seq: asked.seq, payload: w.finish() };
}

export const ack = (asked: Frame): Part => errorPart(asked, 0);

/** NLMSG_DONE, which contains the return value of the dump function. */
export function donePart(asked: Frame, result = 0, extack: Extack = {}, flags = 0): Part {
	const w = new Writer();
	w.u32(result >>> 0);
	w.append(extackBytes(extack));
	const tlvs = Object.keys(extack).length > 0 ? NLM_F_ACK_TLVS : 0;
	return {
		type: NLMSG_DONE,
		flags: NLM_F_MULTI | tlvs | flags,
		seq: asked.seq,
		payload: w.finish(),
	};
}
