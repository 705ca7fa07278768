import { type Draft, OTHER, type Productions, UPLINK } from "./draft.js";

const LL = "fe80::1";
const via4 = (d: Draft): string => `via ${d.gateway4()} dev ${UPLINK}`;
const via6 = (d: Draft): string => `via ${d.gateway6()} dev ${UPLINK}`;
const add4 = (d: Draft, rest: string): string => `ip route add ${d.prefix4()} ${rest}`;
const add6 = (d: Draft, rest: string): string => `ip -6 route add ${d.prefix6()} ${rest}`;

/** Add a nexthop object with one hop. */
function nexthop4(d: Draft): [id: number, script: string] {
	const id = d.number();
	d.nexthops4.push(id);
	return [id, `ip nexthop add id ${id} ${via4(d)}`];
}
function nexthop6(d: Draft): [id: number, script: string] {
	const id = d.number();
	d.nexthops6.push(id);
	return [id, `ip -6 nexthop add id ${id} ${via6(d)}`];
}

/** The routes that an interface can have. */
const PLAIN: Productions = {
	"route: default": (d) => `ip route add default ${via4(d)} metric ${d.number()}`,
	"route: default, IPv6": (d) => `ip -6 route add default ${via6(d)} metric ${d.number()}`,
	"route: by a gateway": (d) => add4(d, via4(d)),
	"route: by a gateway, IPv6": (d) => add6(d, via6(d)),
	"route: on the link": (d) => add4(d, `dev ${UPLINK}`),
	"route: on the link, IPv6": (d) => add6(d, `dev ${UPLINK}`),
	"route: by a link-local gateway": (d) => add6(d, `via ${LL} dev ${UPLINK}`),
	"route: onlink": (d) => add4(d, `via 192.0.2.${d.number()} dev ${UPLINK} onlink`),
	"route: onlink, IPv6": (d) => add6(d, `via 2001:db8:dead::${d.number()} dev ${UPLINK} onlink`),
	"route: by an IPv6 gateway": (d) => add4(d, `via inet6 ${LL} dev ${UPLINK}`),
	"route: by an IPv6 gateway, global": (d) => add4(d, `via inet6 ${d.gateway6()} dev ${UPLINK}`),
	"route: table": (d) => `ip route add ${d.prefix4()} ${via4(d)} table ${d.table()}`,
	"route: default of a table": (d) => `ip route add default ${via4(d)} table ${d.table()}`,
	"route: table, IPv6": (d) => `ip -6 route add ${d.prefix6()} ${via6(d)} table ${d.table()}`,
	"route: mtu": (d) => add4(d, `${via4(d)} mtu lock ${1280 + d.number()}`),
	"route: metrics": (d) =>
		add4(d, `${via4(d)} mtu 1300 advmss 1200 initcwnd 20 initrwnd 30 hoplimit 9 window 30000`),
	"route: quickack, rto_min": (d) => add4(d, `${via4(d)} quickack 1 rto_min 50ms rtt 100ms`),
	"route: ecn, congctl": (d) => add4(d, `${via4(d)} features ecn congctl reno`),
	"route: metrics, IPv6": (d) => add6(d, `${via6(d)} mtu 1300 advmss 1200 initcwnd 20 hoplimit 9`),
	"route: src": (d) => add4(d, `${via4(d)} src ${d.own4()}`),
	"route: src, IPv6": (d) => add6(d, `${via6(d)} src ${d.own6()}`),
	"route: tos": (d) => {
		const prefix = d.prefix4();
		return `ip route add ${prefix} ${via4(d)}
ip route add ${prefix} tos 8 ${via4(d)}`;
	},
	"route: scope link": (d) => add4(d, `dev ${UPLINK} scope link`),
	"route: scope host": (d) => add4(d, `dev ${UPLINK} scope host`),
	"route: proto static": (d) => add4(d, `${via4(d)} proto static`),
	"route: proto dhcp": (d) => add4(d, `${via4(d)} proto dhcp`),
	"route: proto bird, IPv6": (d) => add6(d, `${via6(d)} proto 12`),
	"route: proto kernel by hand": (d) => add4(d, `${via4(d)} proto kernel`),
	"route: proto kernel by hand, IPv6": (d) => add6(d, `${via6(d)} proto kernel`),
	"route: proto redirect": (d) => add4(d, `${via4(d)} proto redirect`),
	"route: realm": (d) => add4(d, `${via4(d)} realms 3`),
	"route: metrics that differ": (d) => {
		const prefix = d.prefix4();
		return `ip route add ${prefix} ${via4(d)} metric 100
ip route add ${prefix} ${via4(d)} metric 50`;
	},
	"route: equal, the first wins": (d) => {
		const prefix = d.prefix4();
		return `ip route append ${prefix} via ${d.subnets4[0]?.gateway} dev ${UPLINK} metric 5
ip route append ${prefix} via 203.0.113.77 dev ${UPLINK} metric 5`;
	},
	"route: expires": (d) => add6(d, `${via6(d)} expires 900`),
	"route: of an advertisement": (d) =>
		`ip -6 route add default via ${LL} dev ${UPLINK} proto ra metric ${1024 + d.number()} expires 1800 pref medium`,
	"route: prefix of an advertisement": (d) =>
		add6(d, `dev ${UPLINK} proto ra metric 100 expires 3600 pref medium`),
	"route: route of an advertisement": (d) =>
		add6(d, `via ${LL} dev ${UPLINK} proto ra metric 1024 expires 3600 pref high`),
	"route: advertised, no end": (d) => add6(d, `via ${LL} dev ${UPLINK} proto ra metric 1024`),
	"route: pref": (d) => add6(d, `${via6(d)} pref high`),
	"route: from": (d) =>
		`ip -6 route add ${d.prefix6()} from ${d.own6().replace(/::.*/, "::/64")} ${via6(d)}`,
	"route: encap": (d) => add4(d, `encap ip id 42 dst 192.0.2.9 ${via4(d)}`),
	"route: encap seg6": (d) => add6(d, `encap seg6 mode encap segs 2001:db8:9::9 ${via6(d)}`),
	"route: encap mpls": (d) => add4(d, `encap mpls 100 ${via4(d)}`),
	"route: multicast": (d) => {
		d.to("239.77.0.1");
		return `ip route add multicast 239.77.${d.number()}.0/24 dev ${UPLINK}`;
	},
	"route: groups by this link": () => `ip route add 224.0.0.0/4 dev ${UPLINK}`,
	"route: groups by this link, IPv6": (d) =>
		`ip -6 route add multicast ff05:${d.number()}::/32 dev ${UPLINK} table local`,
	"route: connected, made by hand": (d) => {
		const { own } = d.subnet4();
		return `ip address add ${own}/24 dev ${UPLINK} noprefixroute
ip route add ${own.replace(/\d+$/, "0/24")} dev ${UPLINK} proto kernel scope link src ${own} metric 100`;
	},
	"route: connected with another metric": (d) =>
		`ip route add 203.0.113.0/24 dev ${UPLINK} proto kernel scope link src 203.0.113.10 metric ${d.number()}`,
	"route: connected one deleted": () => `ip route delete 203.0.113.0/24 dev ${UPLINK}`,
	"route: connected one deleted, IPv6": () => `ip -6 route delete 2001:db8:1::/64 dev ${UPLINK}`,
};

/** Routes with several hops listed in the route. */
const SEVERAL: Productions = {
	"route: several hops": (d) =>
		add4(d, `nexthop ${via4(d)} weight 3 nexthop via 203.0.113.99 dev ${UPLINK}`),
	"route: several hops, IPv6": (d) =>
		add6(d, `nexthop ${via6(d)} weight 2 nexthop via 2001:db8:1::99 dev ${UPLINK}`),
	"route: hops of two links": (d) =>
		add4(d, `nexthop ${via4(d)} nexthop via 198.51.100.1 dev ${OTHER}`),
	"route: hops of two links, the other first": (d) =>
		add4(d, `nexthop via 198.51.100.1 dev ${OTHER} weight 2 nexthop ${via4(d)}`),
	"route: hops of two links, IPv6": (d) =>
		add6(d, `nexthop ${via6(d)} nexthop via 2001:db8:2::1 dev ${OTHER}`),
	"route: hops of two families": (d) =>
		add4(d, `nexthop via inet6 ${LL} dev ${UPLINK} nexthop via 203.0.113.98 dev ${UPLINK}`),
	"route: hops onlink": (d) =>
		add4(
			d,
			`nexthop via 192.0.2.${d.number()} dev ${UPLINK} onlink nexthop via 203.0.113.97 dev ${UPLINK}`,
		),
	"route: hops appended, IPv6": (d) => {
		const prefix = d.prefix6();
		return `ip -6 route append ${prefix} via 2001:db8:1::91 dev ${UPLINK}
ip -6 route append ${prefix} via 2001:db8:1::92 dev ${UPLINK}`;
	},
	"route: default by two links": (d) =>
		`ip route add default metric ${d.number()} nexthop ${via4(d)} nexthop via 198.51.100.1 dev ${OTHER}`,
};

/** Routes that refer to a nexthop object by its number. */
const OBJECTS: Productions = {
	"nexthop: one": (d) => {
		const [id, script] = nexthop4(d);
		return `${script}\n${add4(d, `nhid ${id}`)}`;
	},
	"nexthop: one, IPv6": (d) => {
		const [id, script] = nexthop6(d);
		return `${script}\n${add6(d, `nhid ${id}`)}`;
	},
	"nexthop: unused": (d) => nexthop4(d)[1],
	"nexthop: a group": (d) => {
		const [one, first] = nexthop4(d);
		const [two, second] = nexthop4(d);
		const id = d.number();
		const group = `ip nexthop add id ${id} group ${one},2/${two}`;
		return `${first}\n${second}\n${group}\n${add4(d, `nhid ${id}`)}`;
	},
	"nexthop: a group, IPv6": (d) => {
		const [one, first] = nexthop6(d);
		const [two, second] = nexthop6(d);
		const id = d.number();
		return `${first}\n${second}\nip nexthop add id ${id} group ${one}/${two}\n${add6(d, `nhid ${id}`)}`;
	},
	"nexthop: a group of two links": (d) => {
		const [one, first] = nexthop4(d);
		const [two, id] = [d.number(), d.number()];
		return `${first}
ip nexthop add id ${two} via 198.51.100.9 dev ${OTHER}
ip nexthop add id ${id} group ${one}/${two}
${add4(d, `nhid ${id}`)}`;
	},
	"nexthop: a resilient group": (d) => {
		const [one, first] = nexthop4(d);
		const id = d.number();
		return `${first}
ip nexthop add id ${id} group ${one} type resilient buckets 8
${add4(d, `nhid ${id}`)}`;
	},
	"nexthop: without gateway": (d) => {
		const id = d.number();
		return `ip nexthop add id ${id} dev ${UPLINK}\n${add4(d, `nhid ${id}`)}`;
	},
	"nexthop: without gateway, IPv6": (d) => {
		const id = d.number();
		return `ip -6 nexthop add id ${id} dev ${UPLINK}\n${add6(d, `nhid ${id}`)}`;
	},
	"nexthop: onlink": (d) => {
		const id = d.number();
		return `ip nexthop add id ${id} via 192.0.2.${id} dev ${UPLINK} onlink\n${add4(d, `nhid ${id}`)}`;
	},
	"nexthop: IPv4 by an IPv6 one": (d) => {
		const id = d.number();
		return `ip -6 nexthop add id ${id} via ${LL} dev ${UPLINK}\n${add4(d, `nhid ${id}`)}`;
	},
	"nexthop: blackhole": (d) => {
		const id = d.number();
		return `ip nexthop add id ${id} blackhole\n${add4(d, `nhid ${id}`)}`;
	},
	"nexthop: of a protocol, in a table": (d) => {
		const id = d.number();
		return `ip nexthop add id ${id} ${via4(d)} protocol 12
ip route add ${d.prefix4()} nhid ${id} proto 12 metric 20 table ${d.table()}`;
	},
	"nexthop: many routes of one": (d) => {
		const [id, script] = nexthop4(d);
		return [script, ...[1, 2, 3].map(() => add4(d, `nhid ${id} src ${d.own4()}`))].join("\n");
	},
	"nexthop: default": (d) => {
		const [id, script] = nexthop4(d);
		return `${script}\nip route add default nhid ${id} metric ${d.number()}`;
	},
};

/** Routes on other links that depend on the uplink. */
const ELSEWHERE: Productions = {
	"elsewhere: src": (d) => add4(d, `via 198.51.100.1 dev ${OTHER} src ${d.own4()}`),
	"elsewhere: src, IPv6": (d) => add6(d, `via 2001:db8:2::1 dev ${OTHER} src ${d.own6()}`),
	"elsewhere: default with src": (d) =>
		`ip route add default via 198.51.100.1 dev ${OTHER} src ${d.own4()} metric ${500 + d.number()}`,
	"elsewhere: src, of lo in a table": (d) => {
		const prefix = d.prefix4();
		return `ip route add ${prefix} dev lo src ${d.own4()} table ${d.table()}`;
	},
	"elsewhere: hops with src": (d) =>
		add4(
			d,
			`src ${d.own4()} nexthop via 198.51.100.1 dev ${OTHER} nexthop via 198.51.100.2 dev ${OTHER}`,
		),
	"elsewhere: nexthop with src": (d) => {
		const id = d.number();
		return `ip nexthop add id ${id} via 198.51.100.7 dev ${OTHER}
${add4(d, `nhid ${id} src ${d.own4()}`)}`;
	},
	"elsewhere: unreachable": (d) => add4(d, "metric 9").replace("add", "add unreachable"),
	"elsewhere: blackhole": (d) => add4(d, "").replace("add", "add blackhole"),
	"elsewhere: blackhole with src": (d) =>
		add4(d, `src ${d.own4()}`).replace("add", "add blackhole"),
	"elsewhere: prohibit, IPv6": (d) => add6(d, "").replace("add", "add prohibit"),
	"elsewhere: throw in a table": (d) => `ip route add throw ${d.prefix4()} table ${d.table()}`,
	"elsewhere: unreachable default": (d) =>
		`ip -6 route add unreachable default metric ${40_000 + d.number()}`,
	"elsewhere: default of another link": () =>
		`ip route add default via 198.51.100.1 dev ${OTHER} metric 900
ip -6 route add default via 2001:db8:2::1 dev ${OTHER} metric 2900`,
	"local: a prefix on the uplink": (d) =>
		`ip route add local ${d.prefix4()} dev ${UPLINK} table local`,
	"local: a prefix on the uplink, IPv6": (d) =>
		`ip -6 route add local ${d.prefix6()} dev ${UPLINK} table local`,
	"local: a prefix on lo with src": (d) =>
		`ip route add local ${d.prefix4()} dev lo src ${d.own4()} table local`,
	"local: a broadcast": (d) => {
		const n = d.number();
		d.to(`10.203.${n}.255`);
		return `ip route add broadcast 10.203.${n}.255 dev ${UPLINK} table local scope link`;
	},
	"local: an address in another table": (d) => {
		const prefix = d.prefix4();
		return `ip route add local ${prefix} dev ${UPLINK} table ${d.table()}`;
	},
	"local: anycast, IPv6": (d) => {
		const n = d.number();
		d.to(`2001:db8:d${n}::`);
		return `ip -6 route add anycast 2001:db8:d${n}:: dev ${UPLINK}`;
	},
	"local: a NAT of one's own": (d) => {
		const prefix = d.prefix4();
		return `ip route add local ${prefix} dev lo table ${d.table()}`;
	},
};

export const ROUTES: Productions = { ...PLAIN, ...SEVERAL, ...OBJECTS, ...ELSEWHERE };
