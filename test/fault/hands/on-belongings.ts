/** Changes of the addresses, routes, rules and neighbours of the uplink. */
import { list } from "./mutation.js";

export const ADDRESSES = list(
	["uplink"],
	{},
	{
		"an address more": "ip address add 192.0.2.5/24 dev M",
		"an address more, IPv6": "ip address add 2001:db8:3::5/64 dev M",
		"an address more of the subnet": "ip address add 10.33.33.77/8 dev M",
		"an address more and a route by it": `ip address add 192.0.2.5/24 dev M
ip route add 10.60.0.0/16 via 192.0.2.1 dev M`,
		"an address more on the uplink itself": {
			act: "ip address add 192.0.2.6/24 dev U",
			anyOrder: true,
		},
		"its address once more on the uplink itself": "ip address replace 10.33.33.34/8 dev U",
		"a leased address more": "ip address add 192.0.2.7/24 dev M valid_lft 900 preferred_lft 800",
		"the lease is renewed":
			"ip address change 203.0.113.20/24 dev M valid_lft 7200 preferred_lft 7000",
		"the lease is shortened":
			"ip address change 203.0.113.20/24 dev M valid_lft 200 preferred_lft 100",
		"the lease is for ever":
			"ip address change 203.0.113.20/24 dev M valid_lft forever preferred_lft forever",
		"the lease is another": `ip address delete 203.0.113.20/24 dev M
ip address add 203.0.113.30/24 dev M valid_lft 3600 preferred_lft 3600`,
		"the lease is another, with a router": `ip address delete 203.0.113.20/24 dev M
ip address add 203.0.113.30/24 dev M valid_lft 3600 preferred_lft 3600
ip route replace 198.18.0.0/15 via 203.0.113.1 dev M proto dhcp`,
		"the lease runs out": {
			act: "ip address change 203.0.113.20/24 dev M valid_lft 1 preferred_lft 1",
			seconds: 2.5,
		},
		"the lease runs out, IPv6": {
			act: "ip address change 2001:db8:1::20/64 dev M valid_lft 1 preferred_lft 1",
			seconds: 2.5,
		},
		"the lease is renewed, IPv6":
			"ip address change 2001:db8:1::20/64 dev M valid_lft 7200 preferred_lft 7000",
		"the lease is deprecated, IPv6":
			"ip address change 2001:db8:1::20/64 dev M valid_lft 7200 preferred_lft 0",
		"an address is taken off": "ip address delete 10.33.33.34/8 dev M",
		"an address is taken off, IPv6": "ip address delete 2001:db8:1::10/64 dev M",
		"an address is deprecated": "ip address change 2001:db8:1::10/64 dev M preferred_lft 0",
		"an address has a metric": "ip address change 10.33.33.34/8 dev M metric 50",
		"an address has no route any more": "ip address change 2001:db8:1::10/64 dev M noprefixroute",
		"an address is another": `ip address add 10.33.33.35/8 dev M
ip address delete 10.33.33.34/8 dev M
ip route replace default via 10.33.33.1 dev M`,
		"an address is another, secondaries follow": `sysctl -qw net.ipv4.conf.all.promote_secondaries=1
ip address add 10.33.33.35/8 dev M
ip address delete 10.33.33.34/8 dev M`,
		"all addresses are taken off": "ip -4 address flush dev M",
		"all addresses are taken off, IPv6": "ip -6 address flush dev M scope global",
		"its address is another link's": `ip address delete 10.33.33.34/8 dev M
ip address add 10.33.33.34/8 dev theirs`,
	},
);

export const ROUTES = list(
	["uplink"],
	{},
	{
		"a route more": "ip route add 10.61.0.0/16 via 10.33.33.7 dev M",
		"a route more, IPv6": "ip -6 route add 2001:db8:61::/48 via 2001:db8:1::7 dev M",
		"a route more, in a table with a rule": `ip route add default via 10.33.33.8 dev M table 100
ip rule add from 10.33.33.34 lookup 100`,
		"a route more, by DHCP":
			"ip route add 10.62.0.0/16 via 10.33.33.1 dev M proto dhcp src 10.33.33.34",
		"a route more, of an advertisement":
			"ip -6 route add 2001:db8:62::/48 via fe80::1 dev M proto ra expires 900",
		"a route more, of several hops":
			"ip route add 10.63.0.0/16 nexthop via 10.33.33.7 dev M nexthop via 10.33.33.8 dev M",
		"a route of another link with its source":
			"ip route add 10.64.0.0/16 dev theirs src 10.33.33.34",
		"a route of the table local": "ip route add local 10.65.0.0/16 dev M table local",
		"a route that leads nowhere": "ip route add blackhole 10.66.0.0/16",
		"a route of the kernel's own is deleted": "ip route delete 10.0.0.0/8 dev M",
		"the default route is taken away": "ip route delete default",
		"the default route is another": "ip route replace default via 10.33.33.2 dev M",
		"the default route has a metric": `ip route delete default
ip route add default via 10.33.33.1 dev M metric 100`,
		"the default route has an MTU": "ip route change default via 10.33.33.1 dev M mtu 1400",
		"a second default route": "ip route add default via 10.33.33.3 dev M metric 300",
		"the default route is another link's": `ip route delete default
ip route add default dev theirs`,
		"the default route is taken away, IPv6": "ip -6 route delete default",
		"the default route is another, IPv6": "ip -6 route replace default via 2001:db8:1::2 dev M",
		"all routes are taken away": "ip route flush table main",
		"all routes are taken away, IPv6": "ip -6 route flush table main",
		"a nexthop more": "ip nexthop add id 41 via 10.33.33.9 dev M",
		"a nexthop more, and a route by it": `ip nexthop add id 42 via 10.33.33.9 dev M
ip route add 10.67.0.0/16 nhid 42`,
		"the nexthop is another": "ip nexthop replace id 40 via 10.33.33.6 dev M",
		"the nexthop is taken away": "ip nexthop delete id 40",
		"the nexthop is one of a group": `ip nexthop add id 43 via 10.33.33.9 dev M
ip nexthop add id 44 group 40/43
ip route add 10.68.0.0/16 nhid 44`,
		"a rule by the link": `ip route add default via 10.33.33.8 dev M table 101
ip rule add iif M lookup 101 priority 1001`,
		"a rule by the link it goes to": `ip route add default via 10.33.33.8 dev M table 101
ip -6 rule add oif M lookup 101 priority 1002`,
		"a rule of the uplink's is taken away": "ip rule delete priority 900",
		"a neighbour more": "ip neigh add 10.33.33.10 lladdr 02:00:00:00:00:10 dev M",
		"a neighbour is another": "ip neigh replace 10.33.33.9 lladdr 02:00:00:00:00:11 dev M",
		"a neighbour is taken away": "ip neigh delete 10.33.33.9 dev M",
		"a neighbour that is answered for": "ip neigh add proxy 10.33.33.11 dev M",
	},
);
