import { setTimeout as sleep } from "node:timers/promises";
import { NetlinkSocket } from "../../src/netlink/socket.js";
import { IFF_LOWER_UP, IFF_UP } from "../../src/uapi/if.js";
import {
	IFA_F_TENTATIVE,
	RTEXT_FILTER_SKIP_STATS,
	RTM_GETADDR,
	RTM_GETLINK,
	RTM_NEWADDR,
	RTM_NEWLINK,
} from "../../src/uapi/index.js";
import { NETLINK_ROUTE } from "../../src/uapi/netlink.js";

const IF_OPER_UP = 6; // linux/if.h
const IF_OPER_UNKNOWN = 0;

/**
 * Wait until the kernel has done what it does later by itself: it tells of a carrier up to a second after it
 * came or went, and only then is an interface up, with an IPv6 address that it first looks for on the link.
 */
export async function settled(milliseconds = 5_000): Promise<void> {
	const deadline = performance.now() + milliseconds;
	const socket = new NetlinkSocket(NETLINK_ROUTE);
	try {
		for (;;) {
			const waiting = pending(socket);
			if (waiting.length === 0) return;
			if (performance.now() > deadline) throw new Error(`still pending: ${waiting.join(", ")}`);
			await sleep(10);
		}
	} finally {
		socket.close();
	}
}

function pending(socket: NetlinkSocket): string[] {
	const IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS;
	const links = socket.dump(RTM_GETLINK, RTM_NEWLINK, { IFLA_EXT_MASK });
	const carried = new Set<number>();
	const out: string[] = [];
	for (const { ifi_index, ifi_flags, IFLA_IFNAME, IFLA_OPERSTATE } of links) {
		const carrier = (ifi_flags & IFF_UP) !== 0 && (ifi_flags & IFF_LOWER_UP) !== 0;
		if (carrier) carried.add(ifi_index);
		if (IFLA_OPERSTATE !== IF_OPER_UNKNOWN && carrier !== (IFLA_OPERSTATE === IF_OPER_UP))
			out.push(`state of ${IFLA_IFNAME}`);
	}
	for (const { ifa_index, IFA_FLAGS = 0 } of socket.dump(RTM_GETADDR, RTM_NEWADDR, {}))
		if ((IFA_FLAGS & IFA_F_TENTATIVE) !== 0 && carried.has(ifa_index))
			out.push(`an address of link ${ifa_index}`);
	return out;
}
