import { constants, endianness } from "node:os";
import { monotonic } from "./clock.js";
import { KernelError } from "./error.js";
import { bind, check, errno } from "./libc.js";

const AF_NETLINK = 16; // linux/socket.h
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1; // asm-generic/socket.h
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SO_NETNS_COOKIE = 71;
const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
const SOCKADDR_NL = 12; // sizeof(struct sockaddr_nl), linux/netlink.h
const LITTLE = endianness() === "LE";

/** socket(2). */
export const socket = bind<[number, number, number]>("socket", ["int", "int", "int"]);
const bindTo = bind<[number, Uint8Array, number]>("bind", ["int", "void *", "uint"]);
const getsockname = bind<[number, Uint8Array, Uint8Array]>("getsockname", [
	"int",
	"void *",
	"void *",
]);
const setsockopt = bind<[number, number, number, Uint8Array, number]>("setsockopt", [
	"int",
	"int",
	"int",
	"void *",
	"uint",
]);
/** getsockopt(2): descriptor, level, option, value, length of the value. */
export const getsockopt = bind<[number, number, number, Uint8Array, Uint8Array]>("getsockopt", [
	"int",
	"int",
	"int",
	"void *",
	"void *",
]);
/** sendto(2): descriptor, bytes, number of bytes, flags, address, length of the address. */
export const sendto = bind<[number, Uint8Array, number, number, Uint8Array, number]>(
	"sendto",
	["int", "void *", "ulong", "int", "void *", "uint"],
	"long",
);
const recvfrom = bind<[number, Uint8Array, number, number, Uint8Array, Uint8Array]>(
	"recvfrom",
	["int", "void *", "ulong", "int", "void *", "void *"],
	"long",
);
const poll = bind<[Uint8Array, number, number]>("poll", ["void *", "ulong", "int"]);

/** close(2). fs.closeSync would make Node warn in a Worker, because Node did not open this descriptor. */
export const close = bind<[number]>("close", ["int"]);

/** An int as a C function takes it by its address. */
export const word = (value: number): Uint8Array => {
	const bytes = new Uint8Array(4);
	new DataView(bytes.buffer).setUint32(0, value, LITTLE);
	return bytes;
};

/** What one receive returned: the full length of the datagram, and the port id of its sender as the kernel says. */
export interface Received {
	readonly length: number;
	/** 0 is the kernel itself; anything else is a process. */
	readonly senderPortId: number;
}

/** An AF_NETLINK socket that sends and receives bytes. It knows no message. */
export class NetlinkFd {
	readonly fd: number;
	/** The address that the kernel gave this socket. It is not the process id. */
	readonly portId: number;
	readonly #kernel = new Uint8Array(SOCKADDR_NL);
	readonly #sender = new Uint8Array(SOCKADDR_NL);
	readonly #senderView = new DataView(this.#sender.buffer);
	readonly #senderLength = word(SOCKADDR_NL);
	readonly #pollfd = new Uint8Array(8);
	#open = true;

	/** @throws KernelError */
	constructor(protocol: number, groups = 0) {
		this.fd = check("socket(AF_NETLINK)", socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
		new DataView(this.#kernel.buffer).setUint16(0, AF_NETLINK, LITTLE);
		const name = new Uint8Array(this.#kernel);
		const nameView = new DataView(name.buffer);
		nameView.setUint32(8, groups, LITTLE);
		check("bind(AF_NETLINK)", bindTo(this.fd, name, SOCKADDR_NL));
		check("getsockname(AF_NETLINK)", getsockname(this.fd, name, word(SOCKADDR_NL)));
		this.portId = nameView.getUint32(4, LITTLE);
		const pollView = new DataView(this.#pollfd.buffer);
		pollView.setInt32(0, this.fd, LITTLE);
		pollView.setInt16(4, POLLIN, LITTLE);
	}

	/** Set an integer option. Returns false if this kernel does not have it (ENOPROTOOPT). */
	setOption(level: number, option: number, value: number): boolean {
		if (setsockopt(this.fd, level, option, word(value), 4) === 0) return true;
		if (errno() === constants.errno.ENOPROTOOPT) return false;
		check(`setsockopt(${level}, ${option})`, -1);
		return false;
	}

	/** Set the sizes of both buffers, in bytes. Beyond the limit of the host this takes CAP_NET_ADMIN. */
	setBuffers(sendBytes: number, receiveBytes: number): void {
		for (const [forced, plain, size] of [
			[SO_SNDBUFFORCE, SO_SNDBUF, sendBytes],
			[SO_RCVBUFFORCE, SO_RCVBUF, receiveBytes],
		] as const)
			if (setsockopt(this.fd, SOL_SOCKET, forced, word(size), 4) !== 0)
				check("setsockopt(SO_RCVBUF)", setsockopt(this.fd, SOL_SOCKET, plain, word(size), 4));
	}

	/**
	 * The cookie of the socket's network namespace, which unlike an inode number is never used again (SO_NETNS_COOKIE,
	 * Linux 5.14).
	 */
	netnsCookie(): bigint {
		const cookie = new Uint8Array(8);
		check(
			"getsockopt(SO_NETNS_COOKIE)",
			getsockopt(this.fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, word(8)),
		);
		return new DataView(cookie.buffer).getBigUint64(0, LITTLE);
	}

	/** Send the first `length` bytes to the kernel, as one datagram. @throws KernelError */
	send(bytes: Uint8Array, length: number): void {
		for (;;) {
			if (sendto(this.fd, bytes, length, 0, this.#kernel, SOCKADDR_NL) >= 0) return;
			if (errno() !== constants.errno.EINTR) check("sendto(AF_NETLINK)", -1);
		}
	}

	/**
	 * Take the next datagram, or undefined if none is there. `length` is the length of the whole datagram, even if `into`
	 * was too small for it.
	 * @throws KernelError, ENOBUFS if the kernel had to drop messages
	 */
	receive(into: Uint8Array): Received | undefined {
		for (;;) {
			this.#senderLength.set(SIZE_OF_SENDER);
			const length = recvfrom(
				this.fd,
				into,
				into.length,
				MSG_DONTWAIT | MSG_TRUNC,
				this.#sender,
				this.#senderLength,
			);
			if (length >= 0) return { length, senderPortId: this.#senderView.getUint32(4, LITTLE) };
			const number = errno();
			if (number === constants.errno.EAGAIN) return undefined;
			if (number !== constants.errno.EINTR) throw new KernelError("recvfrom(AF_NETLINK)", number);
		}
	}

	/** Wait until something can be received. Returns false if nothing came within this time. */
	wait(milliseconds: number): boolean {
		const deadline = monotonic() + milliseconds;
		for (;;) {
			const left = Math.max(0, Math.ceil(deadline - monotonic()));
			const ready = poll(this.#pollfd, 1, left);
			if (ready > 0) return true;
			if (ready === 0) return false;
			if (errno() !== constants.errno.EINTR) check("poll(AF_NETLINK)", -1);
		}
	}

	close(): void {
		if (!this.#open) return;
		this.#open = false;
		close(this.fd);
	}
}

const SIZE_OF_SENDER = word(SOCKADDR_NL);
