import { Reader } from "../../netlink/bytes.js";
import {
	IF_OPER_DOWN,
	IF_OPER_UNKNOWN,
	IF_OPER_UP,
	IFF_BROADCAST,
	IFF_LOOPBACK,
	IFF_LOWER_UP,
	IFF_MULTICAST,
	IFF_RUNNING,
	IFF_UP,
} from "../../uapi/if.js";
import { ARPHRD_ETHER, ARPHRD_LOOPBACK } from "../../uapi/if_arp.js";
import { BR_STATE_DISABLED, BR_STATE_FORWARDING } from "../../uapi/if_bridge.js";
import {
	RTEXT_FILTER_SKIP_STATS,
	type RTM_GETLINK,
	type RTM_NEWLINK,
	rtnl_link_stats64,
} from "../../uapi/if_link.js";
import { findLink } from "./link_attributes.js";
import { hasCarrier, isLoopback, isRunning, type Link, type Namespace } from "./namespace.js";
import { Refusal, unhex } from "./refusal.js";
import { inetConf } from "./sysctls.js";
import type { Given, Taken } from "./value.js";

type LinkReply = Taken<typeof RTM_NEWLINK>;
type LinkInfo = LinkReply["IFLA_LINKINFO"];

const TUN_TAP = 2;

/** RTM_GETLINK of one link, by index or by name. */
export function getLink(ns: Namespace, value: Given<typeof RTM_GETLINK>): LinkReply {
	if ((value.ifi_index ?? 0) <= 0 && value.IFLA_IFNAME === undefined) throw new Refusal("EINVAL");
	const link = findLink(ns, value);
	if (link === undefined) throw new Refusal("ENODEV");
	const skips = ((value.IFLA_EXT_MASK ?? 0) & RTEXT_FILTER_SKIP_STATS) !== 0;
	return skips ? linkReply(ns, link) : { ...linkReply(ns, link), IFLA_STATS64: NOTHING_SENT };
}

/** No packets go through the model. */
const NOTHING_SENT = rtnl_link_stats64.read(new Reader(new Uint8Array(8 * 25)));

/** A dump of RTM_GETLINK: all links, or those of one master or kind. */
export function dumpLinks(ns: Namespace, value: Given<typeof RTM_GETLINK>): LinkReply[] {
	if ((value.ifi_index ?? 0) !== 0)
		throw new Refusal("EINVAL", "Filter by device index not supported for link dumps");
	const kind = value.IFLA_LINKINFO?.IFLA_INFO_KIND;
	return [...ns.links.values()]
		.filter(({ master }) => value.IFLA_MASTER === undefined || master === value.IFLA_MASTER)
		.filter((link) => kind === undefined || link.kind === kind)
		.map((link) => linkReply(ns, link));
}

function linkReply(ns: Namespace, link: Link): LinkReply {
	const carrier = hasCarrier(ns, link);
	const loopback = isLoopback(link);
	const info = infoOf(ns, link);
	return {
		ifi_family: 0,
		ifi_type: loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER,
		ifi_index: link.index,
		ifi_flags:
			(loopback ? IFF_LOOPBACK : IFF_BROADCAST | IFF_MULTICAST) |
			(link.up ? IFF_UP : 0) |
			(link.up && carrier ? IFF_RUNNING | IFF_LOWER_UP : 0),
		ifi_change: 0,
		IFLA_IFNAME: link.name,
		IFLA_TXQLEN: link.txqlen,
		IFLA_OPERSTATE: loopback ? IF_OPER_UNKNOWN : link.up && carrier ? IF_OPER_UP : IF_OPER_DOWN,
		IFLA_LINKMODE: 0,
		IFLA_MTU: link.mtu,
		IFLA_MIN_MTU: link.mtuRange[0],
		IFLA_MAX_MTU: loopback ? 0 : link.mtuRange[1],
		IFLA_GROUP: link.group,
		IFLA_CARRIER: carrier ? 1 : 0,
		IFLA_ADDRESS: unhex(link.mac),
		IFLA_BROADCAST: new Uint8Array(6).fill(loopback ? 0 : 0xff),
		...(link.peer !== undefined && { IFLA_LINK: link.peer }),
		...(link.master !== undefined && { IFLA_MASTER: link.master }),
		...(link.alias !== undefined && { IFLA_IFALIAS: link.alias }),
		...(info !== undefined && { IFLA_LINKINFO: info }),
		IFLA_AF_SPEC: {
			AF_INET: { IFLA_INET_CONF: inetConf(link) },
			...(link.conf.ipv6 !== undefined && {
				AF_INET6: { IFLA_INET6_ADDR_GEN_MODE: Number(link.conf.ipv6.addr_gen_mode) },
			}),
		},
	};
}

function infoOf(ns: Namespace, link: Link): LinkInfo {
	const master = link.master === undefined ? undefined : ns.links.get(link.master);
	if (link.kind === undefined && master === undefined) return undefined;
	return {
		...(link.kind !== undefined && { IFLA_INFO_KIND: link.kind, ...dataOf(link) }),
		...(master !== undefined && {
			IFLA_INFO_SLAVE_KIND: "bridge",
			IFLA_INFO_SLAVE_DATA: { ...link.port, IFLA_BRPORT_STATE: portState(ns, master, link) },
		}),
	} as LinkInfo;
}

/** Without spanning tree a port forwards as soon as it and its bridge are up and it has a carrier. */
const portState = (ns: Namespace, bridge: Link, port: Link): number =>
	bridge.up && isRunning(ns, port) ? BR_STATE_FORWARDING : BR_STATE_DISABLED;

function dataOf({ kind, data, tun }: Link): object {
	if (kind === "bridge") return { IFLA_INFO_DATA: { ...data } };
	if (tun === undefined) return {};
	return {
		IFLA_INFO_DATA: {
			...(tun.owner !== undefined && { IFLA_TUN_OWNER: tun.owner }),
			...(tun.group !== undefined && { IFLA_TUN_GROUP: tun.group }),
			IFLA_TUN_TYPE: TUN_TAP,
			IFLA_TUN_PI: 0,
			IFLA_TUN_VNET_HDR: tun.vnetHdr ? 1 : 0,
			IFLA_TUN_PERSIST: tun.persistent ? 1 : 0,
			IFLA_TUN_MULTI_QUEUE: tun.multiQueue ? 1 : 0,
			...(tun.multiQueue && {
				IFLA_TUN_NUM_QUEUES: tun.held ? 1 : 0,
				IFLA_TUN_NUM_DISABLED_QUEUES: 0,
			}),
		},
	};
}
