import { KernelError } from "../sys/error.js";
import { NetlinkFd } from "../sys/socket.js";
import { Reader, Writer } from "./bytes.js";
import { DeadlineError, DumpInterruptedError, OverrunError, WireError } from "./error.js";
import {
	beginMessage,
	endMessage,
	type Frame,
	frames,
	NLM_F_ACK,
	NLM_F_DUMP,
	NLM_F_DUMP_INTR,
	NLM_F_REQUEST,
	NLMSG_DONE,
	NLMSG_ERROR,
	NLMSG_HDRLEN,
	NLMSG_OVERRUN,
	readDone,
	readError,
	type Verdict,
} from "./frame.js";
import { type Request, request } from "./request.js";
import { type AnyMessage, locate, type Message } from "./schema.js";

const SOL_NETLINK = 270; // linux/socket.h
const NETLINK_CAP_ACK = 10; // linux/netlink.h
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** A message that came back. */
export interface Reply {
	readonly type: number;
	readonly value: unknown;
}

/** What a request ended with: the kernel's refusal, or the messages it answered with. */
export interface Outcome {
	readonly error?: KernelError;
	readonly replies: readonly Reply[];
}

export interface NetlinkSocketOptions {
	/** How long a reply may take, in milliseconds. */
	readonly timeout?: number;
	/** How often a torn dump is asked again before DumpInterruptedError. */
	readonly dumpTries?: number;
	/** What kind of file descriptor carries the bytes; tests put a scripted one here. */
	readonly open?: (protocol: number) => Transport;
}
export type Transport = Pick<
	NetlinkFd,
	"portId" | "send" | "receive" | "wait" | "close" | "setOption" | "setBuffers"
>;

interface Sent {
	readonly request: Request;
	readonly seq: number;
	readonly start: number;
	readonly end: number;
	error?: KernelError;
	replies: Reply[];
	done: boolean;
}

// Dump datagrams adapt to the receive buffer up to 32 KiB (net/netlink/af_netlink.c netlink_dump).
const RECEIVE_BYTES = 64 * 1024;
// 500 guests in one transaction are ~200 KiB; the default limit of 208 KiB answers EMSGSIZE or ENOBUFS.
const BUFFER_BYTES = 8 * 1024 * 1024;

/**
 * A netlink connection for requests. Notifications belong on a socket of their own.
 * All calls are synchronous: rtnetlink and nf_tables do their work inside sendto(2) anyway.
 */
export class NetlinkSocket {
	readonly #fd: Transport;
	readonly #timeout: number;
	readonly #dumpTries: number;
	readonly #w = new Writer();
	readonly #inbox = new Uint8Array(RECEIVE_BYTES);
	#seq = 1;
	#broken: Error | undefined;
	/** Datagrams and messages that were not for us: another sender, another port, an old sequence number. */
	strays = 0;

	/** @throws KernelError */
	constructor(protocol: number, options: NetlinkSocketOptions = {}) {
		this.#timeout = options.timeout ?? 5_000;
		this.#dumpTries = options.dumpTries ?? 20;
		this.#fd = options.open?.(protocol) ?? new NetlinkFd(protocol);
		this.#fd.setOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
		this.#fd.setOption(SOL_NETLINK, NETLINK_CAP_ACK, 1);
		this.#fd.setOption(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
		this.#fd.setBuffers(BUFFER_BYTES, BUFFER_BYTES);
	}

	/**
	 * Send all requests as one datagram and say how each ended. The kernel takes them one by one: a refused
	 * one does not stop or undo the others. Only the last is acknowledged; refusals are always reported.
	 * @throws DeadlineError, OverrunError, WireError: then nobody knows how the requests ended
	 */
	send(requests: readonly Request[]): readonly Outcome[] {
		if (requests.length === 0) return [];
		const sent = this.#encode(requests, (flags, last) => flags | (last ? NLM_F_ACK : 0));
		this.#transmit();
		this.#collect(sent);
		return sent;
	}

	/**
	 * Like `send`, for a protocol whose batch stands between two messages of its own (nf_tables): the same
	 * datagram, but an acknowledgement of the last message means that all of them were committed.
	 * @returns the outcome of each; undefined `acknowledged` when the kernel stayed silent
	 */
	sendBatch(requests: readonly Request[]): { outcomes: readonly Outcome[]; acknowledged: boolean } {
		const sent = this.#encode(requests, (flags, last) => flags | (last ? NLM_F_ACK : 0));
		this.#transmit();
		const last = sent.at(-1) as Sent;
		// Everything the kernel has to say is queued when sendto returns, and it may say nothing at all.
		while (!last.done && this.#receive(sent, 0));
		return { outcomes: sent, acknowledged: last.done && last.error === undefined };
	}

	/** One request; its replies decoded. @throws KernelError when the kernel refuses */
	request<O, I>(message: Message<O, I>, flags: number, value: I): readonly O[] {
		const [outcome] = this.send([request(message, flags, value)]);
		if (outcome?.error !== undefined) throw outcome.error;
		return (outcome?.replies ?? []).map((reply) => reply.value as O);
	}

	/**
	 * Dump what matches `value`. Asked again while the kernel says it was torn (NLM_F_DUMP_INTR).
	 * @throws KernelError, DumpInterruptedError
	 */
	dump<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I): O[] {
		for (let tries = 1; tries <= this.#dumpTries; tries++) {
			const out: O[] = [];
			const torn = this.#dumpOnce(request(message, NLM_F_DUMP, value), (bytes, frame) =>
				out.push(reply.read(new Reader(bytes, frame.start, frame.end))),
			);
			if (!torn) return out;
		}
		throw new DumpInterruptedError(message.name, this.#dumpTries);
	}

	close(): void {
		this.#fd.close();
	}

	#encode(requests: readonly Request[], flagsOf: (flags: number, last: boolean) => number): Sent[] {
		const w = this.#w;
		w.reset();
		return requests.map((one, i) => {
			const seq = this.#seq;
			this.#seq = seq === 0xffffffff ? 1 : seq + 1;
			const flags = flagsOf(one.flags, i === requests.length - 1) | NLM_F_REQUEST;
			const at = beginMessage(w, one.message.type, flags, seq);
			one.message.write(w, one.value as never);
			const end = w.length;
			endMessage(w, at);
			return { request: one, seq, start: at + NLMSG_HDRLEN, end, replies: [], done: false };
		});
	}

	#transmit(): void {
		if (this.#broken !== undefined) throw this.#broken;
		this.#fd.send(this.#w.bytes, this.#w.length);
	}

	/** Receive until the last request is answered; by then every refusal before it has come too. */
	#collect(sent: readonly Sent[]): void {
		const last = sent.at(-1) as Sent;
		const deadline = performance.now() + this.#timeout;
		while (!last.done) {
			if (this.#receive(sent, deadline - performance.now())) continue;
			throw this.#breakOff(new DeadlineError(last.request.message.name, this.#timeout));
		}
	}

	/** Take one datagram and hand its messages to the requests they answer; false when none came in time. */
	#receive(sent: readonly Sent[], milliseconds: number): boolean {
		const length = this.#take(milliseconds);
		if (length === undefined) return false;
		const first = (sent[0] as Sent).seq;
		for (const frame of frames(this.#inbox, length)) {
			const one = sent[frame.seq - first];
			if (one?.seq !== frame.seq || frame.portId !== this.#fd.portId) this.strays++;
			else if (frame.type === NLMSG_ERROR) this.#settle(one, readError(this.#inbox, frame));
			else if (frame.type === NLMSG_DONE) one.done = true;
			else
				one.replies.push({
					type: frame.type,
					value: one.request.message.read(new Reader(this.#inbox, frame.start, frame.end)),
				});
		}
		return true;
	}

	#settle(one: Sent, verdict: Verdict): void {
		one.done = true;
		if (verdict.errno !== 0)
			one.error ??= refusal(one.request.message, verdict, this.#w.bytes.slice(one.start, one.end));
	}

	#dumpOnce(one: Request, each: (bytes: Uint8Array, frame: Frame) => void): boolean {
		const [sent] = this.#encode([one], (flags) => flags) as [Sent];
		this.#transmit();
		const deadline = performance.now() + this.#timeout;
		let torn = false;
		for (;;) {
			const length = this.#take(deadline - performance.now());
			if (length === undefined)
				throw this.#breakOff(new DeadlineError(one.message.name, this.#timeout));
			for (const frame of frames(this.#inbox, length)) {
				if (frame.seq !== sent.seq || frame.portId !== this.#fd.portId) {
					this.strays++;
					continue;
				}
				torn ||= (frame.flags & NLM_F_DUMP_INTR) !== 0;
				if (frame.type === NLMSG_DONE || frame.type === NLMSG_ERROR) {
					const read = frame.type === NLMSG_DONE ? readDone : readError;
					const verdict = read(this.#inbox, frame);
					if (verdict.errno === 0) return torn;
					throw refusal(one.message, verdict, this.#w.bytes.slice(sent.start, sent.end));
				}
				if (frame.type === NLMSG_OVERRUN) throw new OverrunError(new WireError("NLMSG_OVERRUN"));
				each(this.#inbox, frame);
			}
		}
	}

	/** The length of the next datagram from the kernel itself, or undefined when none came in time. */
	#take(milliseconds: number): number | undefined {
		const deadline = performance.now() + milliseconds;
		for (;;) {
			let received: ReturnType<Transport["receive"]>;
			try {
				received = this.#fd.receive(this.#inbox);
			} catch (error) {
				if (error instanceof KernelError && error.errno === "ENOBUFS")
					throw this.#breakOff(new OverrunError(error));
				throw error;
			}
			if (received === undefined) {
				if (milliseconds <= 0 || !this.#fd.wait(deadline - performance.now())) return undefined;
			} else if (received.senderPortId !== 0) this.strays++;
			else if (received.length > this.#inbox.length)
				throw this.#breakOff(
					new WireError(`a datagram of ${received.length} bytes was cut to ${this.#inbox.length}`),
				);
			else return received.length;
		}
	}

	/** After a reply went missing, a late one could answer the wrong request: no further use of this socket. */
	#breakOff<E extends Error>(error: E): E {
		this.#broken = error;
		return error;
	}
}

/** The typed error of a refused request: errno, the kernel's sentence, the attribute it points at. */
export function refusal(
	message: AnyMessage,
	{ errno, extack }: Verdict,
	payload: Uint8Array,
): KernelError {
	const offset = extack.NLMSGERR_ATTR_OFFS;
	const missing = extack.NLMSGERR_ATTR_MISS_TYPE;
	const kernel = extack.NLMSGERR_ATTR_MSG;
	const at = offset === undefined ? undefined : locate(message, payload, offset - NLMSG_HDRLEN);
	const absent =
		missing === undefined
			? undefined
			: Object.entries(message.set.parts ?? {}).find(([, [type]]) => type === missing)?.[0];
	return new KernelError(message.name, errno, {
		kernel,
		attribute: at ?? (absent && `${message.name}.${absent} (missing)`),
	});
}
