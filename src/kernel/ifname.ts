import { Reader, Writer } from "../netlink/bytes.js";
import { ioctl } from "../sys/ioctl.js";
import { NetlinkFd } from "../sys/socket.js";
import { ifreq_ifindex } from "../uapi/if.js";
import { NETLINK_ROUTE } from "../uapi/netlink.js";
import { SIOCGIFNAME } from "../uapi/sockios.js";
import { ifThere } from "./if-there.js";

/**
 * Names of links by their index. SIOCGIFNAME takes no RTNL lock (dev_ifname, net/core/dev_ioctl.c): it is far
 * cheaper than RTM_GETLINK, and does not wait for whoever configures the network.
 */
export class IfnameDriver {
	#fd: NetlinkFd | undefined;
	readonly #w = new Writer();

	/** @throws KernelError */
	read(index: number): string | undefined {
		this.#fd ??= new NetlinkFd(NETLINK_ROUTE);
		this.#w.reset();
		ifreq_ifindex.write(this.#w, { ifr_name: "", ifr_ifindex: index });
		const ifreq = this.#w.finish();
		const { fd } = this.#fd;
		const done = ifThere(() => ioctl(fd, SIOCGIFNAME, ifreq, "SIOCGIFNAME"), "ENODEV");
		if (done === undefined) return undefined;
		return ifreq_ifindex.read(new Reader(ifreq)).ifr_name;
	}

	close(): void {
		this.#fd?.close();
		this.#fd = undefined;
	}
}
