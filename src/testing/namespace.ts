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
 * A network namespace that nobody else uses and that has no name. It and everything in it disappears when it is closed
 * and nothing in it is open any more, and at the latest with this process. Nothing outside of it is changed.
 *
 * Making one takes CAP_SYS_ADMIN (`unshare -rn` gives it to everybody who may use user namespaces).
 */
export class TemporaryNamespace {
	readonly #fd: number;
	/**
	 * The path of the namespace, for `open({ netns })` and for other programs. It is valid until the namespace is closed.
	 */
	readonly path: string;

	/**
	 * Make a namespace in which there is only loopback, which is up. The calling thread does not move. @throws
	 * KernelError
	 */
	constructor() {
		this.#fd = inNetns(newNetns, () => openSync("/proc/thread-self/ns/net", "r"));
		this.path = `/proc/${process.pid}/fd/${this.#fd}`;
		this.#change({ ifi_index: LOOPBACK, ...UP }, 0);
	}

	/**
	 * Run a synchronous function in it: its system calls, and programs that it starts (`execFileSync("ip", …)`).
	 * @throws KernelError, and whatever the function throws
	 */
	run<T>(body: () => T): T {
		return inNetns(() => enterNetns(this.path), body);
	}

	/**
	 * Add an interface that can be the uplink of a network: it is up, has a carrier and leads nowhere. It is one end of a
	 * veth pair whose other end is in this namespace, too. @throws KernelError
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

	/** Close the namespace. */
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
