import { endianness } from "node:os";
import { check } from "./libc.js";
import { close, SOCK_CLOEXEC, sendto, socket } from "./socket.js";

const AF_UNIX = 1; // linux/socket.h
const SOCK_DGRAM = 2;
const LITTLE = endianness() === "LE";

/** struct sockaddr_un; a name that begins with @ is abstract (unix(7)). */
function addressOf(path: string): Uint8Array {
	const name = Buffer.from(path.replace(/^@/, "\0"));
	const address = new Uint8Array(2 + name.length);
	new DataView(address.buffer).setUint16(0, AF_UNIX, LITTLE);
	address.set(name, 2);
	return address;
}

/** Send one datagram to a unix socket, as sd_notify(3) does. @throws KernelError */
export function sendDatagram(path: string, text: string): void {
	const fd = check("socket(AF_UNIX)", socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	try {
		const bytes = Buffer.from(text);
		const address = addressOf(path);
		check("sendto(AF_UNIX)", sendto(fd, bytes, bytes.length, 0, address, address.length));
	} finally {
		close(fd);
	}
}
