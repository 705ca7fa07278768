import { constants } from "node:os";
import { KernelError } from "./error.js";
import { bind, check, errno } from "./libc.js";

const AF_INET = 2; // linux/socket.h
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_ICMP = 1; // linux/in.h
const MSG_DONTWAIT = 0x40;
const SOCKADDR_IN = 16; // sizeof(struct sockaddr_in)
const ADDRESS = 4; // offsetof(struct sockaddr_in, sin_addr)

const socket = bind<[number, number, number]>("socket", ["int", "int", "int"]);
const sendto = bind<[number, Uint8Array, number, number, Uint8Array, number]>(
	"sendto",
	["int", "void *", "ulong", "int", "void *", "uint"],
	"long",
);
const recv = bind<[number, Uint8Array, number, number]>(
	"recv",
	["int", "void *", "ulong", "int"],
	"long",
);
const close = bind<[number]>("close", ["int"]);

/** A raw IPv4 ICMP socket in the namespace of the thread that made it (raw(7)): it sees all that arrives. */
export class IcmpFd {
	readonly #fd: number;
	readonly #to = new Uint8Array(SOCKADDR_IN);

	/** @throws KernelError EPERM without CAP_NET_RAW */
	constructor() {
		this.#fd = check("socket(ICMP)", socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
		new Uint16Array(this.#to.buffer)[0] = AF_INET;
	}

	/** Send an ICMP message; false when there is no way to the address yet (ENETUNREACH, EHOSTUNREACH). */
	send(message: Uint8Array, address: Uint8Array): boolean {
		this.#to.set(address, ADDRESS);
		if (sendto(this.#fd, message, message.length, 0, this.#to, SOCKADDR_IN) >= 0) return true;
		const { ENETUNREACH, EHOSTUNREACH } = constants.errno;
		if ([ENETUNREACH, EHOSTUNREACH].includes(errno())) return false;
		throw new KernelError("sendto(ICMP)", errno());
	}

	/** The next IPv4 packet, header and all; undefined when none is there. */
	receive(into: Uint8Array): Uint8Array | undefined {
		const length = recv(this.#fd, into, into.length, MSG_DONTWAIT);
		if (length >= 0) return into.subarray(0, length);
		if (errno() === constants.errno.EAGAIN) return undefined;
		throw new KernelError("recv(ICMP)", errno());
	}

	close(): void {
		close(this.#fd);
	}
}
