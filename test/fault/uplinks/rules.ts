import { OTHER, type Productions, UPLINK } from "./draft.js";

/** A table to look up, which has a default route. */
const table = (d: Parameters<Productions[string]>[0]): [number, string] => {
	const n = d.table();
	return [
		n,
		`ip route add default via 203.0.113.${60 + d.dice.next(9)} dev ${UPLINK} table ${n} || true`,
	];
};
const table6 = (d: Parameters<Productions[string]>[0]): [number, string] => {
	const n = d.table();
	return [
		n,
		`ip -6 route add default via 2001:db8:1::6${d.dice.next(9)} dev ${UPLINK} table ${n} || true`,
	];
};

/** Rules of both families, and static neighbours. */
export const RULES: Productions = {
	"rule: from": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add from ${d.own4()} lookup ${n} priority ${1000 + d.number()}`;
	},
	"rule: from a subnet": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add from ${d.own4().replace(/\d+$/, "0/24")} lookup ${n}`;
	},
	"rule: iif": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add iif ${UPLINK} lookup ${n} priority ${1000 + d.number()}`;
	},
	"rule: oif": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add oif ${UPLINK} lookup ${n} priority ${1000 + d.number()}`;
	},
	"rule: iif and oif": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add iif ${OTHER} oif ${UPLINK} lookup ${n}`;
	},
	"rule: iif, unreachable": (d) =>
		`ip rule add iif ${UPLINK} to 10.${d.number()}.0.0/16 unreachable`,
	"rule: of another link": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add iif ${OTHER} lookup ${n}`;
	},
	"rule: of a link that is not there": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add iif wg0 lookup ${n}`;
	},
	"rule: fwmark": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add fwmark 7 lookup ${n} priority ${1000 + d.number()}`;
	},
	"rule: fwmark and oif": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add not fwmark 7/0xff oif ${UPLINK} lookup ${n}`;
	},
	"rule: to, tos": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add to 10.0.0.0/8 tos 8 lookup ${n}`;
	},
	"rule: ports": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add ipproto tcp dport 22 iif ${UPLINK} lookup ${n}`;
	},
	"rule: uidrange": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add uidrange 500-600 lookup ${n}`;
	},
	"rule: goto and suppress": (d) => {
		const n = d.number();
		return `ip rule add iif ${UPLINK} goto ${5000 + n} priority ${1000 + n}
ip rule add lookup main suppress_prefixlength 0 priority ${5000 + n}`;
	},
	"rule: realms": (d) => {
		const [n, route] = table(d);
		return `${route}\nip rule add oif ${UPLINK} lookup ${n} realms 4`;
	},
	"rule: from, IPv6": (d) => {
		const [n, route] = table6(d);
		return `${route}\nip -6 rule add from ${d.own6()} lookup ${n}`;
	},
	"rule: iif, IPv6": (d) => {
		const [n, route] = table6(d);
		return `${route}\nip -6 rule add iif ${UPLINK} lookup ${n}`;
	},
	"rule: oif, IPv6": (d) => {
		const [n, route] = table6(d);
		return `${route}\nip -6 rule add oif ${UPLINK} lookup ${n}`;
	},
	"rule: fwmark, IPv6": (d) => {
		const [n, route] = table6(d);
		return `${route}\nip -6 rule add fwmark 7 lookup ${n}`;
	},
	"neighbour: permanent": (d) =>
		`ip neigh add ${d.gateway4()} lladdr 02:00:00:00:00:09 dev ${UPLINK}`,
	"neighbour: permanent, IPv6": (d) =>
		`ip neigh add ${d.gateway6()} lladdr 02:00:00:00:00:09 dev ${UPLINK} router`,
	"neighbour: link-local": () =>
		`ip neigh add fe80::1 lladdr 02:00:00:00:00:09 dev ${UPLINK} router`,
	"neighbour: proxy": (d) => `ip neigh add proxy 203.0.113.${100 + d.number()} dev ${UPLINK}`,
	"neighbour: proxy, IPv6": (d) =>
		`sysctl -qw net.ipv6.conf.${UPLINK}.proxy_ndp=1
ip neigh add proxy 2001:db8:1::${d.number()} dev ${UPLINK}`,
	"neighbour: of a protocol": (d) =>
		`ip neigh add ${d.gateway4()} lladdr 02:00:00:00:00:0b dev ${UPLINK} protocol 12`,
	"neighbour: learned elsewhere": (d) =>
		`ip neigh add ${d.gateway4()} lladdr 02:00:00:00:00:0c dev ${UPLINK} nud permanent extern_learn`,
	"neighbour: no ARP": (d) =>
		`ip neigh add ${d.gateway4()} lladdr 02:00:00:00:00:0d dev ${UPLINK} nud noarp`,
};
