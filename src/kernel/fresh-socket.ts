import { NetlinkSocket, type NetlinkSocketOptions } from "../netlink/socket.js";
import { KernelError } from "../sys/error.js";

/**
 * A netlink socket that is opened when it is first needed, and replaced after a reply was lost: a late reply on the old
 * one could be taken for the answer to another request.
 */
export class FreshSocket {
	readonly #protocol: number;
	readonly #options: NetlinkSocketOptions;
	#socket: NetlinkSocket | undefined;

	constructor(protocol: number, options: NetlinkSocketOptions) {
		this.#protocol = protocol;
		this.#options = options;
	}

	/** Run `body` with the socket. The socket is dropped if the error was anything but a refusal by the kernel. */
	use<T>(body: (socket: NetlinkSocket) => T): T {
		this.#socket ??= new NetlinkSocket(this.#protocol, this.#options);
		try {
			return body(this.#socket);
		} catch (error) {
			if (!(error instanceof KernelError)) this.close();
			throw error;
		}
	}

	close(): void {
		this.#socket?.close();
		this.#socket = undefined;
	}
}
