import { monotonic } from "../sys/clock.js";
import { KernelError } from "../sys/error.js";
import { NetlinkFd } from "../sys/socket.js";
import { Reader, Writer } from "./bytes.js";
import { DeadlineError, DumpInterruptedError, OverrunError, WireError } from "./error.js";
import {
	type Ack,
	beginMessage,
	endMessage,
	type Frame,
	frames,
	NETLINK_CAP_ACK,
	NETLINK_EXT_ACK,
	NETLINK_GET_STRICT_CHK,
	NLM_F_ACK,
	NLM_F_DUMP,
	NLM_F_DUMP_INTR,
	NLM_F_REQUEST,
	NLMSG_DONE,
	NLMSG_ERROR,
	NLMSG_HDRLEN,
	NLMSG_NOOP,
	NLMSG_OVERRUN,
	readDone,
	readError,
	refusal,
	SOL_NETLINK,
} from "./frame.js";
import { type Outcome, Sent } from "./outcome.js";
import { type Request, request } from "./request.js";
import type { Message } from "./schema.js";

/** How a socket waits for replies. */
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
		const sent = this.#encode(requests, NLM_F_ACK);
		this.#transmit();
		if (this.#collect(sent, true)) return sent;
		throw this.#late(requests.at(-1) as Request);
	}

	/**
	 * Like `send`, for a protocol whose batch stands between two messages of its own (nf_tables): the same
	 * datagram, but an acknowledgement of the last message means that all of them were committed.
	 * @returns the outcome of each; not `acknowledged` when the last was refused or the kernel stayed silent
	 * @throws OverrunError, WireError: then nobody knows how the batch ended
	 */
	sendBatch(requests: readonly Request[]): { outcomes: readonly Outcome[]; acknowledged: boolean } {
		const sent = this.#encode(requests, NLM_F_ACK);
		this.#transmit();
		// Everything the kernel has to say is queued when sendto returns, and it may say nothing at all.
		// An echo is a message of the request's own type; with it comes word of the new generation, NFT_MSG_NEWGEN.
		const answered = this.#collect(sent, false, (one, type) => type === one.request.message.type);
		return { outcomes: sent, acknowledged: answered && sent.at(-1)?.errno === undefined };
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

	/** Let go of it. */
	close(): void {
		this.#fd.close();
	}

	/** Write all requests one behind the other; the last also has the flags `lastFlags`. */
	#encode(requests: readonly Request[], lastFlags = 0): Sent[] {
		const w = this.#w;
		w.reset();
		// Replies are found by their distance from the first number, so a send never wraps around.
		if (this.#seq + requests.length > 0xffffffff) this.#seq = 1;
		return requests.map((one, i) => {
			const seq = this.#seq++;
			const flags = one.flags | NLM_F_REQUEST | (i === requests.length - 1 ? lastFlags : 0);
			const at = beginMessage(w, one.message.type, flags, seq);
			one.message.write(w, one.value as never);
			const end = w.length;
			endMessage(w, at);
			return new Sent(one, seq, at + NLMSG_HDRLEN, end);
		});
	}

	#transmit(): void {
		if (this.#broken !== undefined) throw this.#broken;
		this.#fd.send(this.#w.bytes, this.#w.length);
	}

	/** Receive until the last request is answered; by then every refusal before it has come too. */
	#collect(
		sent: readonly Sent[],
		wait: boolean,
		isReply: (one: Sent, type: number) => boolean = () => true,
	): boolean {
		const last = sent.at(-1);
		return this.#listen(sent, wait, (one, frame) => {
			if (frame.type === NLMSG_ERROR) this.#settle(one, readError(this.#inbox, frame));
			else if (frame.type === NLMSG_DONE) this.#settle(one, readDone(this.#inbox, frame));
			else if (isReply(one, frame.type))
				one.replies.push({
					type: frame.type,
					value: one.request.message.read(new Reader(this.#inbox, frame.start, frame.end)),
				});
			return last?.done === true;
		});
	}

	#settle(one: Sent, ack: Ack): void {
		one.done = true;
		if (ack.errno !== 0) one.refuse(ack, this.#payload(one));
	}

	/** A copy: the next send is written over it. */
	#payload({ start, end }: Sent): Uint8Array {
		return this.#w.bytes.slice(start, end);
	}

	#dumpOnce(one: Request, each: (bytes: Uint8Array, frame: Frame) => void): boolean {
		const sent = this.#encode([one]);
		this.#transmit();
		let torn = false;
		const ended = this.#listen(sent, true, (asked, frame) => {
			torn ||= (frame.flags & NLM_F_DUMP_INTR) !== 0;
			if (frame.type === NLMSG_DONE || frame.type === NLMSG_ERROR) {
				const read = frame.type === NLMSG_DONE ? readDone : readError;
				const ack = read(this.#inbox, frame);
				if (ack.errno !== 0) throw refusal(asked.request.message, ack, this.#payload(asked));
				return true;
			}
			each(this.#inbox, frame);
			return false;
		});
		if (!ended) throw this.#late(one);
		return torn;
	}

	/**
	 * Hand each message that answers one of `sent` to `each` until that says it was the last.
	 * @returns false when the last did not come: in time, or without `wait` at once
	 */
	#listen(
		sent: readonly Sent[],
		wait: boolean,
		each: (one: Sent, frame: Frame) => boolean,
	): boolean {
		const first = sent[0]?.seq ?? 0;
		const deadline = monotonic() + this.#timeout;
		try {
			for (;;) {
				const length = this.#take(deadline, wait);
				if (length === undefined) return false;
				let ours = false;
				for (const frame of frames(this.#inbox, length)) {
					const one = sent[frame.seq - first];
					if (one === undefined || frame.portId !== this.#fd.portId) this.strays++;
					else {
						ours = true;
						if (frame.type === NLMSG_OVERRUN)
							throw new OverrunError(new WireError("NLMSG_OVERRUN"));
						if (frame.type !== NLMSG_NOOP && each(one, frame)) return true;
					}
				}
				if (!ours && monotonic() >= deadline) return false;
			}
		} catch (error) {
			if (error instanceof WireError || error instanceof OverrunError) this.#broken = error;
			throw error;
		}
	}

	/** The length of the next datagram from the kernel itself, or undefined when none came. */
	#take(deadline: number, wait: boolean): number | undefined {
		for (;;) {
			const received = this.#receive();
			if (received === undefined) {
				if (!wait || !this.#fd.wait(Math.max(0, deadline - monotonic()))) return undefined;
			} else if (received.senderPortId !== 0) {
				this.strays++;
				// Whoever floods this socket does not keep us here for ever.
				if (monotonic() >= deadline) return undefined;
			} else if (received.length > this.#inbox.length)
				throw new WireError(
					`a datagram of ${received.length} bytes was cut to ${this.#inbox.length}`,
				);
			else return received.length;
		}
	}

	#receive(): ReturnType<Transport["receive"]> {
		try {
			return this.#fd.receive(this.#inbox);
		} catch (error) {
			if (error instanceof KernelError && error.errno === "ENOBUFS") throw new OverrunError(error);
			throw error;
		}
	}

	/** After a reply went missing, a late one could answer the wrong request: no further use of this socket. */
	#late({ message }: Request): DeadlineError {
		const error = new DeadlineError(message.name, this.#timeout);
		this.#broken = error;
		return error;
	}
}
