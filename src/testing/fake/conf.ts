export type Family = "ipv4" | "ipv6";
/** The values of one directory below /proc/sys/net/ipv?/conf. */
export type Conf = Record<string, string>;

const CONF: { readonly [family in Family]: Conf } = {
	ipv4: {
		accept_local: "0",
		accept_redirects: "1",
		accept_source_route: "1",
		arp_accept: "0",
		arp_announce: "0",
		arp_evict_nocarrier: "1",
		arp_filter: "0",
		arp_ignore: "0",
		arp_notify: "0",
		bc_forwarding: "0",
		bootp_relay: "0",
		disable_policy: "0",
		disable_xfrm: "0",
		drop_gratuitous_arp: "0",
		drop_unicast_in_l2_multicast: "0",
		force_igmp_version: "0",
		forwarding: "0",
		igmpv2_unsolicited_report_interval: "10000",
		igmpv3_unsolicited_report_interval: "1000",
		ignore_routes_with_linkdown: "0",
		log_martians: "0",
		mc_forwarding: "0",
		medium_id: "0",
		promote_secondaries: "0",
		proxy_arp: "0",
		proxy_arp_pvlan: "0",
		route_localnet: "0",
		rp_filter: "0",
		secure_redirects: "1",
		send_redirects: "1",
		shared_media: "1",
		src_valid_mark: "0",
		tag: "0",
	},
	ipv6: {
		accept_dad: "1",
		accept_ra: "1",
		accept_redirects: "1",
		addr_gen_mode: "0",
		autoconf: "1",
		dad_transmits: "1",
		disable_ipv6: "0",
		force_forwarding: "0",
		forwarding: "0",
		ignore_routes_with_linkdown: "0",
		keep_addr_on_down: "0",
		mc_forwarding: "0",
		proxy_ndp: "0",
	},
};

/** The values of `default` in a new namespace, which its devices copy. */
export const newConf = (family: Family): Conf => ({ ...CONF[family] });

/** The values of one directory below /proc/sys/net/ipv?/neigh of a new device. */
export const newNeighConf = (): Conf => ({
	app_solicit: "0",
	gc_stale_time: "60",
	proxy_delay: "80",
	proxy_qlen: "64",
	ucast_solicit: "3",
});
