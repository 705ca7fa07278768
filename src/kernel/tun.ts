import { closeSync, openSync } from "node:fs";
import { Writer } from "../netlink/bytes.js";
import { KernelError } from "../sys/error.js";
import { ioctl, ioctlNumber } from "../sys/ioctl.js";
import { ifreq } from "../uapi/if.js";
import {
	IFF_MULTI_QUEUE,
	IFF_NO_CARRIER,
	IFF_NO_PI,
	IFF_TAP,
	IFF_TUN_EXCL,
	IFF_VNET_HDR,
	TUNSETGROUP,
	TUNSETIFF,
	TUNSETIFINDEX,
	TUNSETOWNER,
	TUNSETPERSIST,
} from "../uapi/if_tun.js";
import type { TapRequest } from "./kernel.js";

const DEVICE = "/dev/net/tun";

/**
 * Taps through /dev/net/tun, because rtnetlink cannot create them ("tun/tap creation via rtnetlink is not supported").
 * Until it is made persistent, a tap lives as long as the descriptor that made it: when the process dies, the tap is
 * deleted with its addresses, routes and bridge membership.
 */
export class TunDriver {
	readonly #held = new Map<string, number>();
	readonly #w = new Writer();

	/** @throws KernelError, EBUSY if the name or the index is taken; EPERM or ENOENT with a remedy */
	create(tap: TapRequest): void {
		const fd = openTun();
		try {
			ioctl(fd, TUNSETIFINDEX, this.#word(tap.index), "TUNSETIFINDEX");
			ioctl(fd, TUNSETIFF, this.#ifreq(tap), "TUNSETIFF");
			if (tap.owner !== undefined) ioctlNumber(fd, TUNSETOWNER, tap.owner, "TUNSETOWNER");
			if (tap.group !== undefined) ioctlNumber(fd, TUNSETGROUP, tap.group, "TUNSETGROUP");
		} catch (error) {
			closeSync(fd);
			throw error;
		}
		// If we still hold a tap of this name open, somebody else has deleted it.
		this.drop(tap.name);
		this.#held.set(tap.name, fd);
	}

	/** @throws KernelError */
	persist(name: string): void {
		const fd = this.#held.get(name);
		if (fd === undefined) throw new KernelError("ioctl(TUNSETPERSIST)", "EBADF");
		ioctlNumber(fd, TUNSETPERSIST, 1, "TUNSETPERSIST");
		this.drop(name);
	}

	/** Close the descriptor of a tap, which deletes a tap that is not persistent. */
	drop(name: string): void {
		const fd = this.#held.get(name);
		if (fd === undefined) return;
		this.#held.delete(name);
		closeSync(fd);
	}

	close(): void {
		for (const name of [...this.#held.keys()]) this.drop(name);
	}

	#word(value: number): Uint8Array {
		this.#w.reset();
		this.#w.u32(value);
		return this.#w.finish();
	}

	#ifreq(tap: TapRequest): Uint8Array {
		// Without IFF_TUN_EXCL, TUNSETIFF attaches to an existing device of that name.
		const queues = tap.multiQueue ? IFF_MULTI_QUEUE : 0;
		const header = tap.vnetHdr ? IFF_VNET_HDR : 0;
		// With a carrier, queues would be set up when the tap goes up and torn down when we close it, and IPv6 would send
		// solicitations for a guest that is not there yet. Without one, both wait for the guest.
		const ifr_flags = IFF_TAP | IFF_NO_PI | IFF_NO_CARRIER | IFF_TUN_EXCL | queues | header;
		this.#w.reset();
		ifreq.write(this.#w, { ifr_name: tap.name, ifr_flags });
		return this.#w.finish();
	}
}

/**
 * Open an existing tap; if it has several queues, this opens another one. The caller closes the descriptor. @throws
 * KernelError
 */
export function openTap({ name, multiQueue, vnetHdr }: Opening): number {
	const fd = openTun();
	try {
		const queues = multiQueue ? IFF_MULTI_QUEUE : 0;
		const header = vnetHdr ? IFF_VNET_HDR : 0;
		const w = new Writer();
		ifreq.write(w, { ifr_name: name, ifr_flags: IFF_TAP | IFF_NO_PI | queues | header });
		ioctl(fd, TUNSETIFF, w.finish(), "TUNSETIFF");
		return fd;
	} catch (error) {
		closeSync(fd);
		throw error;
	}
}

type Opening = Pick<TapRequest, "name" | "multiQueue" | "vnetHdr">;

function openTun(): number {
	try {
		return openSync(DEVICE, "r+");
	} catch (cause) {
		const errno = (cause as NodeJS.ErrnoException).code ?? "EIO";
		const denied = errno === "EACCES" || errno === "EPERM";
		const hint = denied
			? `run as root, or let this user open it: chown root:GROUP ${DEVICE} && chmod 660 ${DEVICE}`
			: "load the tun driver: modprobe tun (in a container: pass the device in)";
		throw new KernelError(`open(${DEVICE})`, errno, { cause, hint });
	}
}
