import { type Productions, UPLINK } from "./draft.js";

type Values = Readonly<Record<string, readonly (number | string)[]>>;

/** Settings of one interface below conf/ and neigh/, with possible values. */
const CONF4: Values = {
	rp_filter: [1, 2, 0],
	forwarding: [1],
	proxy_arp: [1],
	proxy_arp_pvlan: [1],
	accept_redirects: [0],
	secure_redirects: [0],
	send_redirects: [0],
	shared_media: [0],
	accept_source_route: [1],
	log_martians: [1],
	arp_filter: [1],
	arp_announce: [1, 2],
	arp_ignore: [1, 2, 8],
	arp_notify: [1],
	arp_accept: [1],
	arp_evict_nocarrier: [0],
	route_localnet: [1],
	accept_local: [1],
	src_valid_mark: [1],
	medium_id: [3],
	tag: [4],
	bootp_relay: [1],
	force_igmp_version: [2],
	igmpv2_unsolicited_report_interval: [5000],
	ignore_routes_with_linkdown: [1],
	drop_unicast_in_l2_multicast: [1],
	drop_gratuitous_arp: [1],
	promote_secondaries: [1],
	disable_policy: [1],
	disable_xfrm: [1],
};
const CONF6: Values = {
	forwarding: [1],
	force_forwarding: [1],
	accept_ra: [0, 2],
	accept_ra_defrtr: [0],
	accept_ra_pinfo: [0],
	accept_ra_rtr_pref: [0],
	accept_ra_mtu: [0],
	accept_ra_min_hop_limit: [9],
	accept_ra_min_lft: [60],
	accept_ra_from_local: [1],
	accept_ra_rt_info_max_plen: [64],
	accept_ra_rt_info_min_plen: [16],
	ra_defrtr_metric: [777],
	ra_honor_pio_life: [1],
	ra_honor_pio_pflag: [1],
	autoconf: [0],
	use_tempaddr: [1, 2],
	temp_valid_lft: [7200],
	temp_prefered_lft: [3600],
	max_addresses: [40],
	max_desync_factor: [300],
	regen_max_retry: [5],
	regen_min_advance: [4],
	dad_transmits: [0, 2],
	hop_limit: [33],
	mtu: [1300],
	accept_redirects: [0],
	accept_source_route: [1],
	accept_untracked_na: [1],
	drop_unsolicited_na: [1],
	drop_unicast_in_l2_multicast: [1],
	ndisc_notify: [1],
	ndisc_tclass: [8],
	ndisc_evict_nocarrier: [0],
	proxy_ndp: [1],
	keep_addr_on_down: [1],
	ignore_routes_with_linkdown: [1],
	enhanced_dad: [0],
	suppress_frag_ndisc: [0],
	router_solicitations: [5],
	router_solicitation_interval: [9],
	router_solicitation_delay: [2],
	router_probe_interval: [90],
	force_mld_version: [1],
	force_tllao: [1],
	mldv1_unsolicited_report_interval: [5000],
	mldv2_unsolicited_report_interval: [2000],
	seg6_enabled: [1],
	ioam6_enabled: [1],
	disable_policy: [1],
	optimistic_dad: [1],
	use_oif_addrs_only: [1],
};
const NEIGH: Values = {
	base_reachable_time_ms: [20_000],
	retrans_time_ms: [2000],
	gc_stale_time: [90],
	delay_first_probe_time: [3],
	mcast_solicit: [5],
	ucast_solicit: [4],
	app_solicit: [1],
	mcast_resolicit: [2],
	unres_qlen_bytes: [90_000],
	proxy_qlen: [32],
	proxy_delay: [40],
	locktime: [50],
	anycast_delay: [50],
	interval_probe_time_ms: [6000],
};

const settings = (below: string, values: Values): Productions =>
	Object.fromEntries(
		Object.entries(values).map(([name, some]) => [
			`setting: ${below}/${name}`,
			(d) => `sysctl -qw net/${below}/${UPLINK}/${name}=${d.dice.pick(some)}`,
		]),
	);

/** Settings of all interfaces, or of future ones, such as br0. */
const WIDE: Productions = {
	"wide: rp_filter by default": () => "sysctl -qw net.ipv4.conf.default.rp_filter=1",
	"wide: rp_filter of all": () => "sysctl -qw net.ipv4.conf.all.rp_filter=2",
	"wide: ip_forward": () => "sysctl -qw net.ipv4.ip_forward=1",
	"wide: ip_forward, not by the uplink": () =>
		`sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.${UPLINK}.forwarding=0`,
	"wide: forwarding of IPv6": () => "sysctl -qw net.ipv6.conf.all.forwarding=1",
	"wide: no IPv6 by default": () => "sysctl -qw net.ipv6.conf.default.disable_ipv6=1",
	"wide: accept_ra by default": () => "sysctl -qw net.ipv6.conf.default.accept_ra=0",
	"wide: addr_gen_mode by default": () => "sysctl -qw net.ipv6.conf.default.addr_gen_mode=1",
	"wide: promote_secondaries": () => "sysctl -qw net.ipv4.conf.all.promote_secondaries=1",
	"wide: ARP by default": () =>
		"sysctl -qw net.ipv4.conf.default.arp_ignore=1 net.ipv4.conf.default.arp_announce=2",
	"wide: use_tempaddr by default": () => "sysctl -qw net.ipv6.conf.default.use_tempaddr=2",
	"wide: neigh by default": () => "sysctl -qw net.ipv4.neigh.default.base_reachable_time_ms=40000",
	"wide: hash by ports": () => "sysctl -qw net.ipv4.fib_multipath_hash_policy=1",
	"wide: nexthops as objects only": () => "sysctl -qw net.ipv4.nexthop_compat_mode=0",
	"wide: keep_addr_on_down": () => "sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1",
	"wide: duplicates are looked for": () =>
		`sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.${UPLINK}.accept_dad=1`,
};

/** Properties of the link itself. */
const LINK: Productions = {
	"link: jumbo frames": () => `ip link set ${UPLINK} mtu 9000`,
	"link: MTU 1400": () => `ip link set ${UPLINK} mtu 1400`,
	"link: MTU 1280": () => `ip link set ${UPLINK} mtu 1280`,
	"link: too small for IPv6": () => `ip link set ${UPLINK} mtu 1000`,
	"link: altname": (d) => `ip link property add dev ${UPLINK} altname enp${d.number()}s0`,
	"link: two altnames": (d) =>
		`ip link property add dev ${UPLINK} altname enp${d.number()}s0 altname wan-with-a-long-name`,
	"link: alias": () => `ip link set ${UPLINK} alias 'to the world'`,
	"link: queue length": () => `ip link set ${UPLINK} txqueuelen 77`,
	"link: group": () => `ip link set ${UPLINK} group 7`,
	"link: promiscuous": () => `ip link set ${UPLINK} promisc on`,
	"link: allmulticast": () => `ip link set ${UPLINK} allmulticast on`,
	"link: no multicast": () => `ip link set ${UPLINK} multicast off`,
	"link: no ARP": () => `ip link set ${UPLINK} arp off`,
	"link: another MAC": () => `ip link set ${UPLINK} address 02:00:00:00:00:ee`,
	"link: gso_max_size": () => `ip link set ${UPLINK} gso_max_size 30000`,
	"link: no IPv6": () => `sysctl -qw net.ipv6.conf.${UPLINK}.disable_ipv6=1`,
	"link: no link-local of its own": () =>
		`ip link set ${UPLINK} addrgenmode none
ip -6 address flush dev ${UPLINK} scope link`,
	"link: stable private addresses": () =>
		`sysctl -qw net.ipv6.conf.${UPLINK}.stable_secret=2001:db8:5ec::1
ip -6 address flush dev ${UPLINK} scope link
ip link set ${UPLINK} down; ip link set ${UPLINK} up`,
	"link: without IPv4": () => `ip -4 address flush dev ${UPLINK}`,
};

/** Links on top of the uplink. */
const ABOVE: Productions = {
	"above: a VLAN": (d) => {
		const n = d.number();
		d.to(`10.205.${n}.9`);
		return `ip link add link ${UPLINK} name ${UPLINK}.${n} type vlan id ${n}
ip link set ${UPLINK}.${n} up
ip address add 10.205.${n}.1/24 dev ${UPLINK}.${n}`;
	},
	"above: a tunnel": (d) => {
		const n = d.number();
		d.to(`10.206.${n}.9`);
		return `ip link add vx${n} address 02:00:00:00:01:${n} type vxlan id ${n} local ${d.own4()} remote 203.0.113.55 dev ${UPLINK} dstport 4789
ip link set vx${n} up
ip address add 10.206.${n}.1/24 dev vx${n}`;
	},
};

export const SETTINGS: Productions = {
	...settings("ipv4/conf", CONF4),
	...settings("ipv6/conf", CONF6),
	...settings("ipv4/neigh", NEIGH),
	...settings("ipv6/neigh", NEIGH),
};
export const HOST: Productions = { ...WIDE, ...LINK, ...ABOVE };
