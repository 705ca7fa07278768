/**
 * Addresses, routes, rules and neighbours as we decode them, in the form of `ip -j -d` and `bridge -j` (iproute2 6.1).
 */
import * as uapi from "../../src/uapi/index.js";
import { bits, ip, mac, named, told } from "./iproute.js";

type Address = ReturnType<typeof uapi.RTM_NEWADDR.decode>;
type Route = ReturnType<typeof uapi.RTM_NEWROUTE.decode>;
type Rule = ReturnType<typeof uapi.RTM_NEWRULE.decode>;
type Neighbour = ReturnType<typeof uapi.RTM_NEWNEIGH.decode>;

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
