import { call, checkArgument, checkOptions, count, counts } from "../sys/arguments.js";
import { KernelError } from "../sys/error.js";
import { NetlinkFd, type Received } from "../sys/socket.js";
import { OverrunError, WireError } from "./error.js";
import { type Frame, frames, NLMSG_OVERRUN } from "./frame.js";

/** A message to the members of a multicast group. Its bytes are valid until the next one is taken. */
export interface Notification {
	/** The datagram. */
	readonly bytes: Uint8Array;
	/** Where the message is in the datagram. */
	readonly frame: Frame;
}

/** How a listener receives. */
export interface ListenerOptions {
	/** How many bytes of messages the kernel queues for us before it drops some. */
	readonly bufferBytes?: number;
	/** Opens the file descriptor that carries the bytes; tests pass a scripted one. */
	readonly open?: (protocol: number, groups: number) => Source;
}
const OPTIONS = { bufferBytes: count, open: call };
export type Source = Pick<NetlinkFd, "receive" | "setBuffers" | "close">;

// nf_tables collects notifications up to NLMSG_GOODSIZE, at most a page, and no group that we join sends larger ones.
const RECEIVE_BYTES = 64 * 1024;
const BUFFER_BYTES = 8 * 1024 * 1024;
const SEND_BYTES = 4096;

/** A socket that is a member of multicast groups. It only receives. */
export class NetlinkListener {
	readonly #fd: Source;
	readonly #inbox = new Uint8Array(RECEIVE_BYTES);

	/** @throws KernelError; UmlnetError ERR_USAGE for an option of a wrong type */
	constructor(protocol: number, groups: readonly number[], options: ListenerOptions = {}) {
		checkArgument("new NetlinkListener()", "protocol", protocol, count);
		checkArgument("new NetlinkListener()", "groups", groups, counts);
		checkOptions("new NetlinkListener()", options, OPTIONS);
		const mask = groups.reduce((bits, group) => bits | (1 << (group - 1)), 0) >>> 0;
		this.#fd = options.open?.(protocol, mask) ?? new NetlinkFd(protocol, mask);
		this.#fd.setBuffers(SEND_BYTES, options.bufferBytes ?? BUFFER_BYTES);
	}

	/**
	 * The messages of the next datagram, or undefined if none is there. This never waits.
	 * @throws OverrunError if the kernel had to drop messages: the picture drawn from them is incomplete
	 */
	take(): readonly Notification[] | undefined {
		for (;;) {
			const received = this.#receive();
			if (received === undefined) return undefined;
			// Any process in this namespace may send to this socket, but only the kernel's messages are true.
			if (received.senderPortId !== 0) continue;
			if (received.length > this.#inbox.length)
				throw new WireError(
					`a datagram of ${received.length} bytes was cut to ${this.#inbox.length}`,
				);
			const all = [...frames(this.#inbox, received.length)];
			if (all.some(({ type }) => type === NLMSG_OVERRUN))
				throw new OverrunError(new WireError("NLMSG_OVERRUN"));
			return all.map((frame) => ({ bytes: this.#inbox, frame }));
		}
	}

	/** Close the socket. */
	close(): void {
		this.#fd.close();
	}

	#receive(): Received | undefined {
		try {
			return this.#fd.receive(this.#inbox);
		} catch (error) {
			if (error instanceof KernelError && error.errno === "ENOBUFS") throw new OverrunError(error);
			throw error;
		}
	}
}
