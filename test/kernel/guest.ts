import { closeSync, constants, openSync } from "node:fs";
import type { Spec, Tap } from "../../src/spec/model.js";
import { ioctl } from "../../src/sys/ioctl.js";
import {
	IFF_MULTI_QUEUE,
	IFF_NO_PI,
	IFF_TAP,
	IFF_VNET_HDR,
	TUNSETIFF,
} from "../../src/uapi/if_tun.js";

const IFREQ = 40; // sizeof(struct ifreq)
const IFNAMSIZ = 16;

/**
 * Open a tap in the calling thread's namespace as a virtual machine monitor does. It has a carrier while it is open.
 */
export function openTap({
	name,
	multiQueue,
	vnetHdr,
}: Pick<Tap, "name" | "multiQueue" | "vnetHdr">): number {
	const fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
	const ifreq = Buffer.alloc(IFREQ);
	ifreq.write(name, "latin1");
	const flags = (multiQueue ? IFF_MULTI_QUEUE : 0) | (vnetHdr ? IFF_VNET_HDR : 0);
	ifreq.writeUInt16LE(IFF_TAP | IFF_NO_PI | flags, IFNAMSIZ);
	ioctl(fd, TUNSETIFF, ifreq, "TUNSETIFF");
	return fd;
}

/** Run a guest that sends nothing on every tap of a spec, until it is disposed of. */
export function quietGuests(spec: Spec): Disposable {
	const fds = Object.values(spec.taps).map(openTap);
	return {
		[Symbol.dispose]() {
			for (const fd of fds) closeSync(fd);
		},
	};
}
