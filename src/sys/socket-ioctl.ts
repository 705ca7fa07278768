import { ioctl } from "./ioctl.js";
import { check } from "./libc.js";
import { close, SOCK_CLOEXEC, socket } from "./socket.js";

const SOCK_DGRAM = 2;

/**
 * One ioctl on a socket that is opened for it alone: a protocol family needs one to take such a request (netdevice(7)).
 * @throws KernelError whose request is `name`
 */
export function socketIoctl(
	family: number,
	request: number,
	argument: Uint8Array,
	name: string,
): void {
	const fd = check("socket(SOCK_DGRAM)", socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	try {
		ioctl(fd, request, argument, name);
	} finally {
		close(fd);
	}
}
