import { readFileSync } from "node:fs";
import { Writer } from "../netlink/bytes.js";
import { socketIoctl } from "../sys/socket-ioctl.js";
import {
	in6_rtmsg,
	RTF_ADDRCONF,
	RTF_DEFAULT,
	RTF_EXPIRES,
	RTF_GATEWAY,
	RTF_PREF_MASK,
	RTF_UP,
} from "../uapi/ipv6_route.js";
import { AF_INET6 } from "../uapi/socket.js";
import { SIOCADDRT } from "../uapi/sockios.js";

/** What distinguishes two routes through routers on the same link. */
export interface RouterPlace {
	readonly gateway: Uint8Array;
	readonly metric: number;
}

/**
 * An entry of the default router list (RFC 4861, section 5.1): a default route that the kernel treats as learned from
 * router advertisements. It refreshes and withdraws only these, and ignores an advertisement if its router has another
 * default route of the same metric (ndisc_router_discovery, net/ipv6/ndisc.c; rt6_get_dflt_router, net/ipv6/route.c). A
 * route that was added by rtnetlink is never one of them, whatever its protocol.
 */
export interface DefaultRouter extends RouterPlace {
	/** The index of the link through which it is reached. */
	readonly link: number;
	/** RTA_PREF: 0 medium, 1 high, 3 low (RFC 4191). */
	readonly preference: number;
	/** Its lifetime in hundredths of a second (USER_HZ), as in RTA_CACHEINFO. */
	readonly expires: number;
}

/**
 * The file of the thread, because the thread may be in another namespace than the process: /proc/net is that of the
 * process.
 */
const ROUTES = "/proc/thread-self/net/ipv6_route";
/** The position of the preference in the flags (RTF_PREF). */
const PREFERENCE = RTF_PREF_MASK / 3;
const LEARNED = RTF_ADDRCONF | RTF_DEFAULT;
const NOWHERE = new Uint8Array(16);

/** The default routers on a link. */
export const readDefaultRouters = (link: string): RouterPlace[] =>
	readLearned().flatMap(({ device, ...place }) => (device === link ? [place] : []));

/** The names of the links on which there are such routers. */
export const readLearnedLinks = (): string[] => [
	...new Set(readLearned().map(({ device }) => device)),
];

/** From ipv6_route_native_seq_show(): no other interface shows these flags. */
function readLearned(): (RouterPlace & { readonly device: string })[] {
	return readRoutes().flatMap((line) => {
		const [, length, , , gateway = "", metric = "", , , flags = "", device] = line
			.trim()
			.split(/ +/);
		const isLearned = (Number.parseInt(flags, 16) & LEARNED) === LEARNED;
		if (device === undefined || length !== "00" || !isLearned) return [];
		return [
			{
				device,
				gateway: Uint8Array.from(Buffer.from(gateway, "hex")),
				metric: Number.parseInt(metric, 16),
			},
		];
	});
}

/** Empty if there is no IPv6. */
function readRoutes(): string[] {
	try {
		return readFileSync(ROUTES, "latin1").split("\n");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
		throw error;
	}
}

const w = new Writer();

/** Add a router to the list, which is impossible by rtnetlink. @throws KernelError, EEXIST if there is such a route */
export function addDefaultRouter({
	link,
	gateway,
	metric,
	preference,
	expires,
}: DefaultRouter): void {
	w.reset();
	in6_rtmsg.write(w, {
		rtmsg_dst: NOWHERE,
		rtmsg_src: NOWHERE,
		rtmsg_gateway: gateway,
		rtmsg_type: 0,
		rtmsg_dst_len: 0,
		rtmsg_src_len: 0,
		rtmsg_metric: metric,
		rtmsg_info: BigInt(expires),
		rtmsg_flags: RTF_UP | RTF_GATEWAY | LEARNED | RTF_EXPIRES | (preference * PREFERENCE),
		rtmsg_ifindex: link,
	});
	socketIoctl(AF_INET6, SIOCADDRT, w.finish(), "SIOCADDRT");
}
