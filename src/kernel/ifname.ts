import { Writer } from "../netlink/bytes.js";
import { KernelError } from "../sys/error.js";
import { ioctl } from "../sys/ioctl.js";
import { NetlinkFd } from "../sys/socket.js";

const NETLINK_ROUTE = 0; // linux/netlink.h
const SIOCGIFNAME = 0x8910; // linux/sockios.h
const IFNAMSIZ = 16; // linux/if.h
const IFREQ = 40; // sizeof(struct ifreq)

/**
 * Names of links by their index. SIOCGIFNAME takes no RTNL (dev_ifname, net/core/dev_ioctl.c): 1 µs, where
 * RTM_GETLINK costs 50 and waits for whoever configures the network.
 */
export class IfnameDriver {
	#fd: NetlinkFd | undefined;
	readonly #w = new Writer();

	/** @throws KernelError */
	read(index: number): string | undefined {
		this.#fd ??= new NetlinkFd(NETLINK_ROUTE);
		const w = this.#w;
		w.reset();
		w.reserve(IFNAMSIZ);
		w.u32(index);
		w.reserve(IFREQ - w.length);
		const ifreq = w.finish();
		try {
			ioctl(this.#fd.fd, SIOCGIFNAME, ifreq, "SIOCGIFNAME");
		} catch (error) {
			if (error instanceof KernelError && error.errno === "ENODEV") return undefined;
			throw error;
		}
		return Buffer.from(ifreq.buffer, ifreq.byteOffset, ifreq.indexOf(0)).toString("utf8");
	}

	close(): void {
		this.#fd?.close();
		this.#fd = undefined;
	}
}
