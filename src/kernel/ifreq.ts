import { Reader, Writer } from "../netlink/bytes.js";
import { ioctl } from "../sys/ioctl.js";
import { NetlinkFd } from "../sys/socket.js";
import { ifreq_ifindex, ifreq_mtu } from "../uapi/if.js";
import { NETLINK_ROUTE } from "../uapi/netlink.js";
import { SIOCGIFMTU, SIOCGIFNAME } from "../uapi/sockios.js";
import { ifThere } from "./if-there.js";

/**
 * Properties of a link that an ioctl can read. These ioctls do not take the RTNL lock (dev_ifname and
 * dev_ifsioc_locked, net/core/dev_ioctl.c): they are far cheaper than RTM_GETLINK, and do not wait for others who
 * configure the network.
 */
export class IfreqDriver {
	#fd: NetlinkFd | undefined;
	readonly #w = new Writer();

	/** The name of the link with this index. @throws KernelError */
	name(index: number): string | undefined {
		this.#w.reset();
		ifreq_ifindex.write(this.#w, { ifr_name: "", ifr_ifindex: index });
		const told = this.#ask(SIOCGIFNAME, "SIOCGIFNAME");
		return told && ifreq_ifindex.read(told).ifr_name;
	}

	/**
	 * The MTU of the link with this name, or with this alternative name if it is no longer than a name may be. @throws
	 * KernelError
	 */
	mtu(name: string): number | undefined {
		this.#w.reset();
		ifreq_mtu.write(this.#w, { ifr_name: name, ifr_mtu: 0 });
		const told = this.#ask(SIOCGIFMTU, "SIOCGIFMTU");
		return told && ifreq_mtu.read(told).ifr_mtu;
	}

	/** Send the struct in the writer, and return the kernel's answer; undefined if there is no such link. */
	#ask(request: number, name: string): Reader | undefined {
		this.#fd ??= new NetlinkFd(NETLINK_ROUTE);
		const ifreq = this.#w.finish();
		const { fd } = this.#fd;
		const done = ifThere(() => ioctl(fd, request, ifreq, name), "ENODEV");
		return done === undefined ? undefined : new Reader(ifreq);
	}

	close(): void {
		this.#fd?.close();
		this.#fd = undefined;
	}
}
