/** A link as we decode it, in the form of `ip -j -d link` (iproute2 6.1). */
import type { Out } from "../../src/netlink/schema.js";
import * as uapi from "../../src/uapi/index.js";
import { bits, ip, mac, named, told, yes } from "./iproute.js";

type Link = ReturnType<typeof uapi.RTM_NEWLINK.decode>;

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
