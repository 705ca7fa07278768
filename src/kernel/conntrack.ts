import { request } from "../netlink/request.js";
import type { NetlinkSocketOptions } from "../netlink/socket.js";
import { NETLINK_NETFILTER } from "../uapi/netlink.js";
import {
	IPCTNL_MSG_CT_DELETE,
	IPCTNL_MSG_CT_GET,
	IPCTNL_MSG_CT_NEW,
} from "../uapi/nfnetlink_conntrack.js";
import { FreshSocket } from "./fresh-socket.js";
import { ifThere } from "./if-there.js";
import type { Subnet } from "./kernel.js";

const COUNT = "net/netfilter/nf_conntrack_count";
type Entry = ReturnType<typeof IPCTNL_MSG_CT_NEW.decode>;

/**
 * Connection tracking: the flows of guests that the kernel remembers, and how their source addresses were translated.
 */
export class ConntrackDriver {
	readonly #socket: FreshSocket;
	readonly #readSysctl: (path: string) => string;

	constructor(options: NetlinkSocketOptions, readSysctl: (path: string) => string) {
		this.#socket = new FreshSocket(NETLINK_NETFILTER, options);
		this.#readSysctl = readSysctl;
	}

	/** Delete the flows from or to one of the subnets. */
	forget(subnets: readonly Subnet[]): void {
		if (subnets.length === 0 || this.#isEmpty()) return;
		this.#socket.use((socket) => {
			const entries = socket.dump(IPCTNL_MSG_CT_GET, IPCTNL_MSG_CT_NEW, {});
			const theirs = entries.filter((entry) => subnets.some((subnet) => touches(entry, subnet)));
			// A flow that has ended in the meantime answers ENOENT, which is no failure.
			socket.send(
				theirs.map(({ nfgen_family, CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE }) =>
					request(IPCTNL_MSG_CT_DELETE, 0, { nfgen_family, CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE }),
				),
			);
		});
	}

	/** Reading this count saves walking the whole hash table, and most hosts have no flows. */
	#isEmpty(): boolean {
		// Without connection tracking this file does not exist.
		return (ifThere(() => this.#readSysctl(COUNT)) ?? "0") === "0";
	}

	close(): void {
		this.#socket.close();
	}
}

function touches({ CTA_TUPLE_ORIG: tuple }: Entry, subnet: Subnet): boolean {
	const ip = tuple?.CTA_TUPLE_IP;
	const ends = [ip?.CTA_IP_V4_SRC, ip?.CTA_IP_V4_DST, ip?.CTA_IP_V6_SRC, ip?.CTA_IP_V6_DST];
	return ends.some((address) => address !== undefined && isIn(address, subnet));
}

function isIn(address: Uint8Array, { address: network, prefix }: Subnet): boolean {
	if (address.length !== network.length) return false;
	return address.every((byte, i) => {
		const bits = Math.min(8, Math.max(0, prefix - 8 * i));
		const mask = 0x100 - 2 ** (8 - bits);
		return (byte & mask) === ((network[i] as number) & mask);
	});
}
