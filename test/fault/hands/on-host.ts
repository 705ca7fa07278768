/** Changes of settings and rules of the whole host. */
import { list } from "./mutation.js";

export const SETTINGS = list(
	[],
	{},
	{
		"everything is forwarded": { act: "sysctl -qw net.ipv4.ip_forward=1", needs: ["no switch"] },
		"everything is forwarded, IPv6": "sysctl -qw net.ipv6.conf.all.forwarding=1",
		"everything is forwarded for a while": {
			act: "sysctl -qw net.ipv4.ip_forward=1; sysctl -qw net.ipv4.ip_forward=0",
			needs: ["no switch"],
		},
		"new links forward": {
			act: "sysctl -qw net.ipv4.conf.default.forwarding=1",
			needs: ["no switch"],
		},
		"rp_filter of all": "sysctl -qw net.ipv4.conf.all.rp_filter=1",
		"rp_filter of new links": "sysctl -qw net.ipv4.conf.default.rp_filter=1",
		"secondaries follow": "sysctl -qw net.ipv4.conf.all.promote_secondaries=1",
		"IPv6 is switched off everywhere": {
			act: "sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
			mayReturn: true,
		},
		"IPv6 is switched off everywhere and on": {
			act: "sysctl -qw net.ipv6.conf.all.disable_ipv6=1; sysctl -qw net.ipv6.conf.all.disable_ipv6=0",
			mayReturn: true,
		},
		"new links have no IPv6": "sysctl -qw net.ipv6.conf.default.disable_ipv6=1",
		"redirects are not taken": {
			act: "sysctl -qw net.ipv4.conf.all.accept_redirects=0",
			needs: ["no switch"],
		},
		"the uplink forwards no more": {
			act: "sysctl -qw net.ipv4.conf.U.forwarding=0",
			needs: ["forwarded"],
			drifts: true,
		},
		"rp_filter of the link": { act: "sysctl -qw net.ipv4.conf.M.rp_filter=2", needs: ["uplink"] },
		"proxy_arp of the link": {
			act: "sysctl -qw net.ipv4.conf.M.proxy_arp=1",
			needs: ["uplink", "no proxy"],
		},
		"arp_ignore of the link": { act: "sysctl -qw net.ipv4.conf.M.arp_ignore=1", needs: ["uplink"] },
		"accept_ra of the link": { act: "sysctl -qw net.ipv6.conf.M.accept_ra=2", needs: ["uplink"] },
		"IPv6 forwarding of the link": {
			act: "sysctl -qw net.ipv6.conf.M.forwarding=1",
			needs: ["uplink"],
		},
		"IPv6 of the bridge is switched off": {
			act: "sysctl -qw net.ipv6.conf.M.disable_ipv6=1",
			needs: ["member"],
			mayReturn: true,
		},
		"a neighbour lives longer": {
			act: "sysctl -qw net.ipv4.neigh.M.base_reachable_time_ms=60000",
			needs: ["uplink"],
		},
		"the guest's segment forwards no more": {
			act: "sysctl -qw net.ipv4.conf.S.forwarding=0",
			needs: ["forwarded"],
			left: "",
			drifts: true,
		},
		"the guest's segment filters": {
			act: "sysctl -qw net.ipv4.conf.S.rp_filter=1",
			left: "",
			needs: ["no member"],
		},
		"the guest's segment has no IPv6": {
			act: "sysctl -qw net.ipv6.conf.S.disable_ipv6=1",
			left: "",
			needs: ["no member"],
		},
	},
);

export const FILTERS = list(
	[],
	{},
	{
		"a table more": "nft add table ip another",
		"nothing is forwarded": `nft add table inet firewall
nft add chain inet firewall forward '{ type filter hook forward priority 0; policy drop; }'`,
		"nothing comes in": `nft add table inet firewall
nft add chain inet firewall input '{ type filter hook input priority 0; policy drop; }'`,
		"a NAT of somebody's own": `nft add table ip nat
nft add chain ip nat postrouting '{ type nat hook postrouting priority 100; }'
nft add rule ip nat postrouting oifname "eth1" masquerade`,
		"all rules are flushed": "nft flush ruleset",
		"all rules are replaced": `nft flush ruleset
nft add table inet firewall
nft add chain inet firewall forward '{ type filter hook forward priority 0; policy drop; }'`,
		"our table is deleted": {
			act: "nft delete table inet umlnet-nl",
			left: "",
			needs: ["nat"],
			drifts: true,
		},
		"our table is somebody else's": {
			act: `nft delete table inet umlnet-nl
nft add table inet umlnet-nl
nft add chain inet umlnet-nl precious '{ type filter hook forward priority 0; }'`,
			squats: true,
		},
		"our table is somebody else's, with the names of ours": {
			act: `nft delete table inet umlnet-nl
nft add table inet umlnet-nl '{ comment "mine"; }'
nft add chain inet umlnet-nl postrouting '{ type nat hook postrouting priority 100; }'
nft add rule inet umlnet-nl postrouting counter`,
			squats: true,
		},
		"our chain is flushed": {
			act: "nft flush chain inet umlnet-nl postrouting",
			left: "",
			needs: ["nat"],
			drifts: true,
		},
		"our table has a rule more": {
			act: "nft add rule inet umlnet-nl postrouting counter",
			left: "",
			needs: ["nat"],
			drifts: true,
		},
		"our table has a chain more": {
			act: "nft add chain inet umlnet-nl mine",
			left: "",
			needs: ["nat"],
		},
		"our table sleeps": {
			act: "nft add table inet umlnet-nl '{ flags dormant; }'",
			left: "",
			needs: ["nat"],
			drifts: true,
		},
		"our policy is drop": {
			act: "nft chain inet umlnet-nl postrouting '{ policy drop; }'",
			left: "",
			needs: ["nat"],
			drifts: true,
		},
		"our sets are flushed": {
			act: "nft flush set inet umlnet-nl masqueraded; nft flush map inet umlnet-nl snat_to",
			left: "",
			needs: ["nat"],
			drifts: true,
		},
		"our set has an element more": {
			act: `nft add element inet umlnet-nl masqueraded '{ "tap7" . "eth1" }'`,
			left: "",
			needs: ["nat"],
			drifts: true,
		},
	},
);
