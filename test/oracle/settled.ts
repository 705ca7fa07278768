import { readFileSync } from "node:fs";
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

// linux/if.h
const IF_OPER_UNKNOWN = 0;
const IF_OPER_DOWN = 2;
const IF_OPER_LOWERLAYERDOWN = 3;
const IF_OPER_UP = 6;

/**
 * Wait until the kernel has finished its delayed work: it reports a carrier up to a second after a change, and only
 * then is an interface up, with an IPv6 address that is first checked for duplicates.
 */
export async function settled(milliseconds = 30_000): Promise<void> {
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

type Link = ReturnType<typeof RTM_NEWLINK.decode>;
const hasCarrier = ({ ifi_flags }: Link): boolean => (ifi_flags & IFF_LOWER_UP) !== 0;

function pending(socket: NetlinkSocket): string[] {
	const IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS;
	const links = socket.dump(RTM_GETLINK, RTM_NEWLINK, { IFLA_EXT_MASK });
	const up = links.filter(({ ifi_flags }) => (ifi_flags & IFF_UP) !== 0);
	const states = up
		.filter((link) => !isTold(link))
		.map(({ IFLA_IFNAME }) => `state of ${IFLA_IFNAME}`);
	// Without a carrier duplicate address detection never ends, unless it is switched off.
	const looking = readFileSync("/proc/sys/net/ipv6/conf/all/accept_dad", "latin1").trim() !== "0";
	const ready = new Set(
		up.filter((link) => hasCarrier(link) || !looking).map((link) => link.ifi_index),
	);
	const addresses = socket
		.dump(RTM_GETADDR, RTM_NEWADDR, {})
		.filter(({ IFA_FLAGS = 0 }) => (IFA_FLAGS & IFA_F_TENTATIVE) !== 0)
		.filter(({ ifa_index }) => ready.has(ifa_index))
		.map(({ ifa_index }) => `an address of link ${ifa_index}`);
	return [...states, ...addresses];
}

const ALWAYS: ReadonlySet<string> = new Set(["tun", "ifb", "dummy", "vxlan"]);

/** Whether the kernel has reported the present carrier of a link (linkwatch, RFC 2863). */
function isTold(link: Link): boolean {
	const { IFLA_OPERSTATE = IF_OPER_UNKNOWN, IFLA_LINKINFO } = link;
	if (!hasCarrier(link)) return [IF_OPER_DOWN, IF_OPER_LOWERLAYERDOWN].includes(IFLA_OPERSTATE);
	// Loopback, a tap that is held open and some others have had their carrier from the beginning, which is never
	// reported.
	const kind = IFLA_LINKINFO?.IFLA_INFO_KIND;
	const always = kind === undefined || ALWAYS.has(kind);
	return IFLA_OPERSTATE === IF_OPER_UP || (always && IFLA_OPERSTATE === IF_OPER_UNKNOWN);
}
