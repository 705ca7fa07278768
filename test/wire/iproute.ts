/** What we read from the kernel, in the words and shapes of `ip -j -d` and `bridge -j` (iproute2 6.1). */
import { execFileSync } from "node:child_process";
import type { Out } from "../../src/netlink/schema.js";
import * as uapi from "../../src/uapi/index.js";

export type Link = ReturnType<typeof uapi.RTM_NEWLINK.decode>;
export type Address = ReturnType<typeof uapi.RTM_NEWADDR.decode>;
export type Route = ReturnType<typeof uapi.RTM_NEWROUTE.decode>;
export type Rule = ReturnType<typeof uapi.RTM_NEWRULE.decode>;
export type Neighbour = ReturnType<typeof uapi.RTM_NEWNEIGH.decode>;

/** Run `ip` or `bridge` in this process's network namespace; what it prints with -j. */
export function json(command: string): Record<string, unknown>[] {
	const [tool = "", ...rest] = command.split(" ");
	const out = execFileSync(tool, ["-j", "-d", ...rest], { encoding: "utf8" });
	// `ip -j` prints {} for what it filtered out.
	return JSON.parse(out || "[]").filter((one: object) => Object.keys(one).length > 0);
}
export const run = (command: string): unknown =>
	execFileSync("bash", ["-ec", command], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

export const mac = (bytes: Uint8Array | undefined): string | undefined =>
	bytes && Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
export function ip(bytes: Uint8Array | undefined): string | undefined {
	if (bytes === undefined || bytes.length === 4) return bytes?.join(".");
	const groups = Buffer.from(bytes).toString("hex").match(/.{4}/g)?.join(":");
	return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}
/** Our side without what is undefined: ip does not print what it was not told. */
const told = <T extends object>(value: T): Partial<T> =>
	Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Partial<T>;
const yes = (value: number | undefined): boolean | undefined =>
	value === undefined ? undefined : value !== 0;
const bits = (value: number, names: Record<string, number>): string[] =>
	Object.entries(names).flatMap(([name, bit]) => ((value & bit) === bit ? [name] : []));
const named = (value: number | undefined, names: Record<number, string>): string | undefined =>
	value === undefined ? undefined : names[value];
const bridgeId = (id: Out<typeof uapi.ifla_bridge_id> | undefined): string | undefined =>
	id && `${id.prio.toString(16)}.${Array.from(id.addr, (byte) => byte.toString(16)).join(":")}`;

const bridge = (data: Out<typeof uapi.bridgeAttrs>) => ({
	forward_delay: data.IFLA_BR_FORWARD_DELAY,
	hello_time: data.IFLA_BR_HELLO_TIME,
	max_age: data.IFLA_BR_MAX_AGE,
	ageing_time: data.IFLA_BR_AGEING_TIME,
	stp_state: data.IFLA_BR_STP_STATE,
	priority: data.IFLA_BR_PRIORITY,
	vlan_filtering: data.IFLA_BR_VLAN_FILTERING,
	bridge_id: bridgeId(data.IFLA_BR_BRIDGE_ID),
	root_id: bridgeId(data.IFLA_BR_ROOT_ID),
	root_port: data.IFLA_BR_ROOT_PORT,
	root_path_cost: data.IFLA_BR_ROOT_PATH_COST,
	topology_change: data.IFLA_BR_TOPOLOGY_CHANGE,
	topology_change_detected: data.IFLA_BR_TOPOLOGY_CHANGE_DETECTED,
	group_fwd_mask: data.IFLA_BR_GROUP_FWD_MASK?.toString(16).replace(/^(?!0$)/, "0x"),
	group_addr: mac(data.IFLA_BR_GROUP_ADDR),
	mcast_snooping: data.IFLA_BR_MCAST_SNOOPING,
	no_linklocal_learn: (data.IFLA_BR_MULTI_BOOLOPT?.optval ?? 0) & 1,
	mcast_router: data.IFLA_BR_MCAST_ROUTER,
	mcast_query_use_ifaddr: data.IFLA_BR_MCAST_QUERY_USE_IFADDR,
	mcast_querier: data.IFLA_BR_MCAST_QUERIER,
	mcast_hash_elasticity: data.IFLA_BR_MCAST_HASH_ELASTICITY,
	mcast_hash_max: data.IFLA_BR_MCAST_HASH_MAX,
	mcast_last_member_cnt: data.IFLA_BR_MCAST_LAST_MEMBER_CNT,
	mcast_startup_query_cnt: data.IFLA_BR_MCAST_STARTUP_QUERY_CNT,
	mcast_last_member_intvl: Number(data.IFLA_BR_MCAST_LAST_MEMBER_INTVL),
	mcast_membership_intvl: Number(data.IFLA_BR_MCAST_MEMBERSHIP_INTVL),
	mcast_querier_intvl: Number(data.IFLA_BR_MCAST_QUERIER_INTVL),
	mcast_query_intvl: Number(data.IFLA_BR_MCAST_QUERY_INTVL),
	mcast_query_response_intvl: Number(data.IFLA_BR_MCAST_QUERY_RESPONSE_INTVL),
	mcast_startup_query_intvl: Number(data.IFLA_BR_MCAST_STARTUP_QUERY_INTVL),
	mcast_stats_enabled: data.IFLA_BR_MCAST_STATS_ENABLED,
	mcast_igmp_version: data.IFLA_BR_MCAST_IGMP_VERSION,
	mcast_mld_version: data.IFLA_BR_MCAST_MLD_VERSION,
	nf_call_iptables: data.IFLA_BR_NF_CALL_IPTABLES,
	nf_call_ip6tables: data.IFLA_BR_NF_CALL_IP6TABLES,
	nf_call_arptables: data.IFLA_BR_NF_CALL_ARPTABLES,
});
const port = (data: Out<typeof uapi.brportAttrs>) => ({
	state: named(data.IFLA_BRPORT_STATE, [
		"disabled",
		"listening",
		"learning",
		"forwarding",
		"blocking",
	]),
	priority: data.IFLA_BRPORT_PRIORITY,
	cost: data.IFLA_BRPORT_COST,
	hairpin: yes(data.IFLA_BRPORT_MODE),
	guard: yes(data.IFLA_BRPORT_GUARD),
	root_block: yes(data.IFLA_BRPORT_PROTECT),
	fastleave: yes(data.IFLA_BRPORT_FAST_LEAVE),
	learning: yes(data.IFLA_BRPORT_LEARNING),
	flood: yes(data.IFLA_BRPORT_UNICAST_FLOOD),
	id: `0x${data.IFLA_BRPORT_ID?.toString(16)}`,
	no: `0x${data.IFLA_BRPORT_NO?.toString(16)}`,
	designated_port: data.IFLA_BRPORT_DESIGNATED_PORT,
	designated_cost: data.IFLA_BRPORT_DESIGNATED_COST,
	bridge_id: bridgeId(data.IFLA_BRPORT_BRIDGE_ID),
	root_id: bridgeId(data.IFLA_BRPORT_ROOT_ID),
	proxy_arp: yes(data.IFLA_BRPORT_PROXYARP),
	proxy_arp_wifi: yes(data.IFLA_BRPORT_PROXYARP_WIFI),
	multicast_router: data.IFLA_BRPORT_MULTICAST_ROUTER,
	mcast_flood: yes(data.IFLA_BRPORT_MCAST_FLOOD),
	bcast_flood: yes(data.IFLA_BRPORT_BCAST_FLOOD),
	mcast_to_unicast: yes(data.IFLA_BRPORT_MCAST_TO_UCAST),
	neigh_suppress: yes(data.IFLA_BRPORT_NEIGH_SUPPRESS),
	vlan_tunnel: yes(data.IFLA_BRPORT_VLAN_TUNNEL),
	isolated: yes(data.IFLA_BRPORT_ISOLATED),
	locked: yes(data.IFLA_BRPORT_LOCKED),
});
const vxlan = (data: Out<typeof uapi.vxlanAttrs>) => {
	const group = ip(data.IFLA_VXLAN_GROUP);
	const multicast = (data.IFLA_VXLAN_GROUP?.[0] ?? 0) >= 224;
	return {
		id: data.IFLA_VXLAN_ID,
		group: multicast ? group : undefined,
		remote: multicast ? undefined : group,
		remote6: ip(data.IFLA_VXLAN_GROUP6),
		local: ip(data.IFLA_VXLAN_LOCAL),
		local6: ip(data.IFLA_VXLAN_LOCAL6),
		port: data.IFLA_VXLAN_PORT,
		port_range: data.IFLA_VXLAN_PORT_RANGE,
		learning: yes(data.IFLA_VXLAN_LEARNING),
		ageing: data.IFLA_VXLAN_AGEING,
		df: named(data.IFLA_VXLAN_DF, ["unset", "set", "inherit"]),
		label: data.IFLA_VXLAN_LABEL ? `0x${data.IFLA_VXLAN_LABEL.toString(16)}` : undefined,
		ttl: data.IFLA_VXLAN_TTL_INHERIT ? undefined : data.IFLA_VXLAN_TTL,
		udp_csum: yes(data.IFLA_VXLAN_UDP_CSUM),
		udp_zero_csum6_tx: yes(data.IFLA_VXLAN_UDP_ZERO_CSUM6_TX),
		udp_zero_csum6_rx: yes(data.IFLA_VXLAN_UDP_ZERO_CSUM6_RX),
		gbp: data.IFLA_VXLAN_GBP,
	};
};
const macvlan = (data: Out<typeof uapi.macvlanAttrs>) => ({
	mode: named(data.IFLA_MACVLAN_MODE, {
		1: "private",
		2: "vepa",
		4: "bridge",
		8: "passthru",
		16: "source",
	}),
	bcqueuelen: data.IFLA_MACVLAN_BC_QUEUE_LEN,
	macaddr_count: data.IFLA_MACVLAN_MACADDR_COUNT || undefined,
	macaddr_data: data.IFLA_MACVLAN_MACADDR_DATA?.map(mac),
});
const tun = (data: Out<typeof uapi.tunAttrs>) => ({
	type: named(data.IFLA_TUN_TYPE, { 1: "tun", 2: "tap" }),
	pi: yes(data.IFLA_TUN_PI),
	vnet_hdr: yes(data.IFLA_TUN_VNET_HDR),
	multi_queue: yes(data.IFLA_TUN_MULTI_QUEUE),
	persist: yes(data.IFLA_TUN_PERSIST),
});
function infoData(info: NonNullable<Link["IFLA_LINKINFO"]>): object | undefined {
	if (info.IFLA_INFO_DATA === undefined) return undefined;
	switch (info.IFLA_INFO_KIND) {
		case "bridge":
			return told(bridge(info.IFLA_INFO_DATA));
		case "vxlan":
			return told(vxlan(info.IFLA_INFO_DATA));
		case "macvlan":
		case "macvtap":
			return told(macvlan(info.IFLA_INFO_DATA));
		case "tun":
			return told(tun(info.IFLA_INFO_DATA));
	}
	return undefined;
}

export const asIpLink = (link: Link) =>
	told({
		ifindex: link.ifi_index,
		ifname: link.IFLA_IFNAME,
		flags: linkFlags(link.ifi_flags),
		mtu: link.IFLA_MTU,
		qdisc: link.IFLA_QDISC,
		operstate: named(link.IFLA_OPERSTATE, {
			0: "UNKNOWN",
			2: "DOWN",
			3: "LOWERLAYERDOWN",
			6: "UP",
		}),
		txqlen: link.IFLA_TXQLEN,
		address: mac(link.IFLA_ADDRESS),
		broadcast: mac(link.IFLA_BROADCAST),
		promiscuity: link.IFLA_PROMISCUITY,
		allmulti: link.IFLA_ALLMULTI,
		min_mtu: link.IFLA_MIN_MTU,
		max_mtu: link.IFLA_MAX_MTU,
		num_tx_queues: link.IFLA_NUM_TX_QUEUES,
		num_rx_queues: link.IFLA_NUM_RX_QUEUES,
		gso_max_size: link.IFLA_GSO_MAX_SIZE,
		gso_max_segs: link.IFLA_GSO_MAX_SEGS,
		tso_max_size: link.IFLA_TSO_MAX_SIZE,
		tso_max_segs: link.IFLA_TSO_MAX_SEGS,
		gro_max_size: link.IFLA_GRO_MAX_SIZE,
		ifalias: link.IFLA_IFALIAS,
		altnames: link.IFLA_PROP_LIST?.IFLA_ALT_IFNAME,
		inet6_addr_gen_mode: named(link.IFLA_AF_SPEC?.AF_INET6?.IFLA_INET6_ADDR_GEN_MODE, [
			"eui64",
			"none",
			"stable_secret",
			"random",
		]),
		linkinfo:
			link.IFLA_LINKINFO &&
			told({
				info_kind: link.IFLA_LINKINFO.IFLA_INFO_KIND,
				info_data: infoData(link.IFLA_LINKINFO),
				info_slave_kind: link.IFLA_LINKINFO.IFLA_INFO_SLAVE_KIND,
				info_slave_data:
					link.IFLA_LINKINFO.IFLA_INFO_SLAVE_KIND === "bridge" &&
					link.IFLA_LINKINFO.IFLA_INFO_SLAVE_DATA
						? told(port(link.IFLA_LINKINFO.IFLA_INFO_SLAVE_DATA))
						: undefined,
			}),
	});
function linkFlags(flags: number): string[] {
	return bits(flags, {
		LOOPBACK: uapi.IFF_LOOPBACK,
		BROADCAST: uapi.IFF_BROADCAST,
		POINTOPOINT: uapi.IFF_POINTOPOINT,
		MULTICAST: uapi.IFF_MULTICAST,
		NOARP: uapi.IFF_NOARP,
		ALLMULTI: uapi.IFF_ALLMULTI,
		PROMISC: uapi.IFF_PROMISC,
		UP: uapi.IFF_UP,
		LOWER_UP: uapi.IFF_LOWER_UP,
	});
}

export const asIpAddress = (address: Address) => {
	const { IFA_FLAGS: flags = address.ifa_flags, IFA_CACHEINFO: times } = address;
	const local = ip(address.IFA_LOCAL ?? address.IFA_ADDRESS);
	const peer = ip(address.IFA_ADDRESS);
	return told({
		family: address.ifa_family === uapi.AF_INET ? "inet" : "inet6",
		local,
		address: peer === local ? undefined : peer,
		prefixlen: address.ifa_prefixlen,
		broadcast: ip(address.IFA_BROADCAST),
		scope: named(address.ifa_scope, { 0: "global", 253: "link", 254: "host" }),
		label: address.IFA_LABEL,
		metric: address.IFA_RT_PRIORITY,
		nodad: flags & uapi.IFA_F_NODAD ? true : undefined,
		noprefixroute: flags & uapi.IFA_F_NOPREFIXROUTE ? true : undefined,
		secondary: address.ifa_family === 2 && flags & uapi.IFA_F_SECONDARY ? true : undefined,
		valid_life_time: times?.ifa_valid,
		preferred_life_time: times?.ifa_prefered,
	});
};

const prefix = (dst: Uint8Array | undefined, length: number, family: number): string =>
	dst === undefined
		? "default"
		: `${ip(dst)}${length === (family === uapi.AF_INET ? 32 : 128) ? "" : `/${length}`}`;
const hopFlags = (flags: number): string[] =>
	bits(flags, {
		dead: uapi.RTNH_F_DEAD,
		onlink: uapi.RTNH_F_ONLINK,
		linkdown: uapi.RTNH_F_LINKDOWN,
	});
const via = (hop: Pick<Route, "RTA_VIA">) =>
	hop.RTA_VIA && {
		family: hop.RTA_VIA.rtvia_family === uapi.AF_INET6 ? "inet6" : "inet",
		host: ip(hop.RTA_VIA.rtvia_addr),
	};

export const asIpRoute = (route: Route, links: ReadonlyMap<number, string>) =>
	told({
		type: named(route.rtm_type, {
			1: "unicast",
			2: "local",
			3: "broadcast",
			5: "multicast",
			6: "blackhole",
			7: "unreachable",
			8: "prohibit",
		}),
		dst: prefix(route.RTA_DST, route.rtm_dst_len, route.rtm_family),
		gateway: ip(route.RTA_GATEWAY),
		via: via(route),
		dev: route.RTA_OIF === undefined ? undefined : links.get(route.RTA_OIF),
		table: named(route.RTA_TABLE, { 254: "main", 255: "local" }) ?? String(route.RTA_TABLE),
		protocol:
			named(route.rtm_protocol, { 0: "unspec", 2: "kernel", 3: "boot", 4: "static" }) ??
			String(route.rtm_protocol),
		scope: named(route.rtm_scope, { 0: "global", 253: "link", 254: "host" }),
		prefsrc: ip(route.RTA_PREFSRC),
		metric: route.RTA_PRIORITY,
		flags: hopFlags(route.rtm_flags),
		pref: named(route.RTA_PREF, { 0: "medium", 1: "high", 3: "low" }),
		metrics: route.RTA_METRICS && [
			told({
				mtu: route.RTA_METRICS.RTAX_MTU,
				advmss: route.RTA_METRICS.RTAX_ADVMSS,
				hoplimit: route.RTA_METRICS.RTAX_HOPLIMIT,
				initcwnd: route.RTA_METRICS.RTAX_INITCWND,
				quickack: route.RTA_METRICS.RTAX_QUICKACK,
				congestion: route.RTA_METRICS.RTAX_CC_ALGO,
			}),
		],
		nexthops: route.RTA_MULTIPATH?.map((hop) =>
			told({
				gateway: ip(hop.RTA_GATEWAY),
				via: via(hop),
				dev: links.get(hop.rtnh_ifindex),
				weight: hop.rtnh_hops + 1,
				flags: hopFlags(hop.rtnh_flags),
			}),
		),
	});

export const asIpRule = (rule: Rule) =>
	told({
		priority: rule.FRA_PRIORITY ?? 0,
		src: ip(rule.FRA_SRC) ?? "all",
		srclen: rule.FRA_SRC && rule.src_len !== 32 ? rule.src_len : undefined,
		fwmark: rule.FRA_FWMARK === undefined ? undefined : `0x${rule.FRA_FWMARK.toString(16)}`,
		fwmask: rule.FRA_FWMASK === undefined ? undefined : `0x${rule.FRA_FWMASK.toString(16)}`,
		not: rule.flags & uapi.FIB_RULE_INVERT ? null : undefined,
		iif: rule.FRA_IIFNAME,
		oif: rule.FRA_OIFNAME,
		uid_start: rule.FRA_UID_RANGE?.start,
		uid_end: rule.FRA_UID_RANGE?.end,
		ipproto: named(rule.FRA_IP_PROTO, { 6: "tcp", 17: "udp" }),
		sport_start: rule.FRA_SPORT_RANGE?.start,
		sport_end: rule.FRA_SPORT_RANGE?.end,
		dport: rule.FRA_DPORT_RANGE?.start,
		suppress_prefixlen:
			rule.FRA_SUPPRESS_PREFIXLEN === -1 ? undefined : rule.FRA_SUPPRESS_PREFIXLEN,
		table:
			rule.action === uapi.FR_ACT_TO_TBL
				? (named(rule.FRA_TABLE, { 253: "default", 254: "main", 255: "local" }) ??
					String(rule.FRA_TABLE))
				: undefined,
		action: named(rule.action, { 6: "blackhole", 7: "unreachable", 8: "prohibit" }),
		protocol: named(rule.FRA_PROTOCOL, { 0: "unspec", 2: "kernel", 4: "static" }),
	});

const states = {
	INCOMPLETE: uapi.NUD_INCOMPLETE,
	REACHABLE: uapi.NUD_REACHABLE,
	STALE: uapi.NUD_STALE,
	FAILED: uapi.NUD_FAILED,
	NOARP: uapi.NUD_NOARP,
	PERMANENT: uapi.NUD_PERMANENT,
};
export const asIpNeighbour = (neighbour: Neighbour, links: ReadonlyMap<number, string>) =>
	told({
		dst: ip(neighbour.NDA_DST),
		dev: links.get(neighbour.ndm_ifindex),
		lladdr: mac(neighbour.NDA_LLADDR),
		proxy: neighbour.ndm_flags & uapi.NTF_PROXY ? null : undefined,
		router: neighbour.ndm_flags & uapi.NTF_ROUTER ? null : undefined,
		state: neighbour.ndm_flags & uapi.NTF_PROXY ? undefined : bits(neighbour.ndm_state, states),
	});
export const asBridgeFdb = (entry: Neighbour, links: ReadonlyMap<number, string>) => {
	const { ndm_state, ndm_flags } = entry;
	return told({
		mac: mac(entry.NDA_LLADDR),
		ifname: links.get(entry.ndm_ifindex),
		dst: ip(entry.NDA_DST),
		port: entry.NDA_PORT,
		vni: entry.NDA_VNI,
		viaIf: links.get(entry.NDA_IFINDEX ?? 0),
		master: links.get(entry.NDA_MASTER ?? 0),
		flags: bits(ndm_flags, { self: uapi.NTF_SELF, extern_learn: uapi.NTF_EXT_LEARNED }),
		state:
			ndm_state & uapi.NUD_PERMANENT ? "permanent" : ndm_state & uapi.NUD_NOARP ? "static" : "",
	});
};
