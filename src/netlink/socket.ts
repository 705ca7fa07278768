import { call, checkArgument, checkOptions, count, milliseconds } from "../sys/arguments.js";
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

/** How long and how often a socket tries to get a reply. */
export interface NetlinkSocketOptions {
	/** How long a reply may take, in milliseconds. */
	readonly timeout?: number;
	/** How many attempts a dump has, if other programs change its objects meanwhile, before DumpInterruptedError. */
	readonly dumpTries?: number;
	/** Opens the file descriptor that carries the bytes; tests pass a scripted one. */
	readonly open?: (protocol: number) => Transport;
}
const OPTIONS = { timeout: milliseconds, dumpTries: count, open: call };
export type Transport = Pick<
	NetlinkFd,
	"portId" | "send" | "receive" | "wait" | "close" | "setOption" | "setBuffers"
>;

// The datagrams of a dump grow with the receive buffer, up to 32 KiB (netlink_dump, net/netlink/af_netlink.c).
const RECEIVE_BYTES = 64 * 1024;
// Large enough for a transaction of hundreds of guests. With the default limit the kernel would answer EMSGSIZE or
// ENOBUFS.
const BUFFER_BYTES = 8 * 1024 * 1024;

/**
 * A netlink socket for requests; notifications have a socket of their own. All calls are synchronous, because rtnetlink
 * and nf_tables do their work inside sendto(2) anyway.
 */
export class NetlinkSocket {
	readonly #fd: Transport;
	readonly #timeout: number;
	readonly #dumpTries: number;
	readonly #w = new Writer();
	readonly #inbox = new Uint8Array(RECEIVE_BYTES);
	#seq = 1;
	#broken: Error | undefined;
	/** How many messages were not for us: from another sender, to another port, or with an old sequence number. */
	strays = 0;

	/** @throws KernelError; UmlnetError ERR_USAGE for an option of a wrong type */
	constructor(protocol: number, options: NetlinkSocketOptions = {}) {
		checkArgument("new NetlinkSocket()", "protocol", protocol, count);
		checkOptions("new NetlinkSocket()", options, OPTIONS);
		this.#timeout = options.timeout ?? 5_000;
		this.#dumpTries = options.dumpTries ?? 20;
		this.#fd = options.open?.(protocol) ?? new NetlinkFd(protocol);
		this.#fd.setOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
		this.#fd.setOption(SOL_NETLINK, NETLINK_CAP_ACK, 1);
		this.#fd.setOption(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
		this.#fd.setBuffers(BUFFER_BYTES, BUFFER_BYTES);
	}

	/**
	 * Send all requests as one datagram and return how each ended. The kernel handles them one by one: a refused one does
	 * not stop or undo the others. Only the last asks for an acknowledgement; refusals are always reported.
	 * @throws DeadlineError, OverrunError, WireError: then it is unknown how the requests ended
	 */
	send(requests: readonly Request[]): readonly Outcome[] {
		if (requests.length === 0) return [];
		const sent = this.#encode(requests, NLM_F_ACK);
		this.#transmit();
		if (this.#collect(sent, true)) return sent;
		throw this.#late(requests.at(-1) as Request);
	}

	/**
	 * Like `send`, for a protocol whose batch stands between two messages of its own (nf_tables). It is one datagram,
	 * too, but an acknowledgement of its last message means that all of them were committed.
	 * @returns the outcome of each; `acknowledged` is false if the last was refused or the kernel did not answer
	 * @throws OverrunError, WireError: then it is unknown how the batch ended
	 */
	sendBatch(requests: readonly Request[]): { outcomes: readonly Outcome[]; acknowledged: boolean } {
		const sent = this.#encode(requests, NLM_F_ACK);
		this.#transmit();
		// All replies are queued when sendto returns, and there may be none. An echo is a message of the request's own
		// type, and is followed by a message with the new generation of the ruleset, NFT_MSG_NEWGEN.
		const answered = this.#collect(sent, false, (one, type) => type === one.request.message.type);
		return { outcomes: sent, acknowledged: answered && sent.at(-1)?.errno === undefined };
	}

	/** Send one request and decode its replies. @throws KernelError if the kernel refuses */
	request<O, I>(message: Message<O, I>, flags: number, value: I): readonly O[] {
		const [outcome] = this.send([request(message, flags, value)]);
		if (outcome?.error !== undefined) throw outcome.error;
		return (outcome?.replies ?? []).map((reply) => reply.value as O);
	}

	/**
	 * List the objects that match `value`. It asks again while the kernel reports that they changed in between
	 * (NLM_F_DUMP_INTR).
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

	/** Close the socket. */
	close(): void {
		this.#fd.close();
	}

	/** Write all requests, one behind the other. The last gets the additional flags `lastFlags`. */
	#encode(requests: readonly Request[], lastFlags = 0): Sent[] {
		const w = this.#w;
		w.reset();
		// A reply is found by its distance from the first sequence number, so the numbers of one send must not wrap around.
		if (this.#seq + requests.length > 0xffffffff) this.#seq = 1;
		return requests.map((one, i) => {
			const seq = this.#seq++;
			const flags = one.flags | NLM_F_REQUEST | (i === requests.length - 1 ? lastFlags : 0);
			const at = beginMessage(w, one.message.type, flags, seq);
			if (one.encoded === undefined) one.message.write(w, one.value as never);
			else w.append(one.encoded);
			const end = w.length;
			endMessage(w, at);
			return new Sent(one, seq, at + NLMSG_HDRLEN, end);
		});
	}

	#transmit(): void {
		if (this.#broken !== undefined) throw this.#broken;
		this.#fd.send(this.#w.bytes, this.#w.length);
	}

	/** Receive until the last request is answered. By then every refusal of an earlier one has come as well. */
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

	/** A copy, because the next send overwrites the buffer. */
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
	 * Pass each message that answers one of `sent` to `each`, until `each` returns that it was the last.
	 * @returns false if the last did not come in time, or, without `wait`, was not there at once
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

	/** The length of the next datagram that the kernel itself sent, or undefined if none came. */
	#take(deadline: number, wait: boolean): number | undefined {
		for (;;) {
			const received = this.#receive();
			if (received === undefined) {
				if (!wait || !this.#fd.wait(Math.max(0, deadline - monotonic()))) return undefined;
			} else if (received.senderPortId !== 0) {
				this.strays++;
				// Otherwise a process that floods this socket could keep us here for ever.
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

	/**
	 * After a reply is missing this socket must not be used again, as a late reply could be taken for the answer to
	 * another request.
	 */
	#late({ message }: Request): DeadlineError {
		const error = new DeadlineError(message.name, this.#timeout);
		this.#broken = error;
		return error;
	}
}
