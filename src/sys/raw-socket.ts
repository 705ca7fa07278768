import { constants } from "node:os";
import { KernelError } from "./error.js";
import { bind, check, errno } from "./libc.js";
import { close, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_RAW, sendto, socket } from "./socket.js";

const recv = bind<[number, Uint8Array, number, number]>(
	"recv",
	["int", "void *", "ulong", "int"],
	"long",
);

/**
 * A raw socket of one protocol in the network namespace of the thread that made it (raw(7)): it receives every packet
 * of that protocol. Addresses and packets are bytes here.
 */
export class RawSocket {
	readonly #fd: number;

	/** @throws KernelError, EPERM without CAP_NET_RAW */
	constructor(family: number, protocol: number) {
		this.#fd = check("socket(SOCK_RAW)", socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol));
	}

	/** Send to a socket address. Returns false if there is no route to it yet (ENETUNREACH, EHOSTUNREACH). */
	send(message: Uint8Array, address: Uint8Array): boolean {
		if (sendto(this.#fd, message, message.length, 0, address, address.length) >= 0) return true;
		const { ENETUNREACH, EHOSTUNREACH } = constants.errno;
		if ([ENETUNREACH, EHOSTUNREACH].includes(errno())) return false;
		throw new KernelError("sendto(SOCK_RAW)", errno());
	}

	/** The next packet, with its IP header if the family is IPv4; undefined if none has arrived. */
	receive(into: Uint8Array): Uint8Array | undefined {
		const length = recv(this.#fd, into, into.length, MSG_DONTWAIT);
		if (length >= 0) return into.subarray(0, length);
		if (errno() === constants.errno.EAGAIN) return undefined;
		throw new KernelError("recv(SOCK_RAW)", errno());
	}

	close(): void {
		close(this.#fd);
	}
}
