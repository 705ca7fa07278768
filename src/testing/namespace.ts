import { closeSync, openSync } from "node:fs";
import { LinuxKernel } from "../kernel/linux.js";
import { readLinkByName } from "../kernel/read.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../netlink/frame.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { enterNetns, inNetns, newNetns } from "../sys/netns.js";
import { IFF_UP } from "../uapi/if.js";
import { RTM_NEWLINK } from "../uapi/if_link.js";
import { NETLINK_ROUTE } from "../uapi/netlink.js";

const LOOPBACK = 1;
const UP = { ifi_flags: IFF_UP, ifi_change: IFF_UP } as const;

/**
 * A network namespace that nobody else uses and that has no name: it is gone, with all that is in it, when it is closed and
 * nothing is open in it any more, and at the latest with this process. Nothing outside of it is changed.
 *
 * It takes CAP_SYS_ADMIN to make one (`unshare -rn` gives it to anybody who may have user namespaces).
 */
export class TemporaryNamespace {
	readonly #fd: number;
	/** For `open({ netns })` and for programs that take a namespace by its path, as long as it is not closed. */
	readonly path: string;

	/** Only loopback is in it, and that is up. The calling thread stays where it is. @throws KernelError */
	constructor() {
		this.#fd = inNetns(newNetns, () => openSync("/proc/thread-self/ns/net", "r"));
		this.path = `/proc/${process.pid}/fd/${this.#fd}`;
		this.#change({ ifi_index: LOOPBACK, ...UP }, 0);
	}

	/**
	 * Do something synchronous in it: system calls, and programs that are started there (`execFileSync("ip", …)`).
	 * @throws KernelError, as what is done there
	 */
	run<T>(body: () => T): T {
		return inNetns(() => enterNetns(this.path), body);
	}

	/**
	 * Add an interface that is up, has a carrier and leads nowhere, as the uplink of a network: one end of a veth pair,
	 * whose other end lies in this namespace, too. @throws KernelError
	 */
	addLink(name: string): void {
		const info = { IFLA_INFO_KIND: "veth" } as const;
		this.#change({ IFLA_IFNAME: name, IFLA_LINKINFO: info, ...UP }, NLM_F_CREATE | NLM_F_EXCL);
		const peer = this.run(() => {
			const kernel = new LinuxKernel();
			try {
				return readLinkByName(kernel, name)?.IFLA_LINK;
			} finally {
				kernel.close();
			}
		});
		if (peer !== undefined) this.#change({ ifi_index: peer, ...UP }, 0);
	}

	/** Let go of it. */
	close(): void {
		closeSync(this.#fd);
	}

	/** `close`, for `using`. */
	[Symbol.dispose](): void {
		this.close();
	}

	#change(link: Parameters<typeof RTM_NEWLINK.encode>[0], flags: number): void {
		const socket = this.run(() => new NetlinkSocket(NETLINK_ROUTE));
		try {
			socket.request(RTM_NEWLINK, flags, link);
		} finally {
			socket.close();
		}
	}
}
