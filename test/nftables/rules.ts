import type { StatementJson } from "../../src/nftables/index.js";

export type Row = readonly [
	label: string,
	family: "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev",
	statements: readonly StatementJson[],
];
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
const is = (left: object, right: unknown, op = "=="): StatementJson =>
	({ match: { op, left, right } }) as unknown as StatementJson;
const meta = (key: string) => ({ meta: { key } });
const set = (key: object, value: unknown): StatementJson =>
	({ mangle: { key, value } }) as unknown as StatementJson;

/** One row for each construct of the language. The snapshot has what it is compiled to. */
export const rows: readonly Row[] = [
	// verdicts
	["accept", "ip", [{ accept: null }]],
	["jump", "ip", [{ jump: { target: "other" } }]],
	[
		"vmap",
		"ip",
		[{ vmap: { key: payload("tcp", "dport"), data: { set: [[22, { accept: null }]] } } } as never],
	],
	// dependencies
	["the family is the network protocol", "ip", [is(payload("ip", "saddr"), "10.0.0.1")]],
	["inet asks for the version", "inet", [is(payload("ip6", "daddr"), "fe80::1")]],
	["netdev asks for the ethertype", "netdev", [is(payload("ip", "saddr"), "10.0.0.1")]],
	["bridge prefers meta protocol", "bridge", [is(payload("ip", "saddr"), "10.0.0.1")]],
	["vlan in netdev", "netdev", [is(payload("vlan", "id"), 7)]],
	["icmp in inet asks for both", "inet", [is(payload("icmp", "type"), "echo-request")]],
	["a field of some icmp types", "ip", [is(payload("icmp", "id"), 1)]],
	[
		"a dependency that is written is not repeated",
		"ip",
		[is(payload("ip", "protocol"), "tcp"), is(payload("tcp", "dport"), 22)],
	],
	["ethernet below inet", "inet", [is(payload("ether", "saddr"), "02:00:00:00:00:01")]],
	// comparisons
	[
		"prefix of whole bytes",
		"ip",
		[is(payload("ip", "daddr"), { prefix: { addr: "10.1.0.0", len: 16 } })],
	],
	[
		"prefix of other bits",
		"ip",
		[is(payload("ip", "daddr"), { prefix: { addr: "10.1.0.0", len: 18 } })],
	],
	["range", "ip", [is(payload("tcp", "dport"), { range: [1000, 2000] })]],
	["range of a host order value", "ip", [is(meta("mark"), { range: [1, 16] }, "!=")]],
	["less than", "ip", [is(payload("ip", "ttl"), 5, "<")]],
	["flags in", "ip", [is({ ct: { key: "state" } }, ["new", "established"], "in")]],
	["flags masked", "ip", [is({ "&": [payload("tcp", "flags"), { "|": ["syn", "ack"] }] }, "syn")]],
	["not a flag", "ip", [is(payload("tcp", "flags"), "syn", "!")]],
	["wildcard", "ip", [is(meta("iifname"), "tap*")]],
	["sub-byte field", "ip", [is(payload("ip", "dscp"), "ef")]],
	["sets of one are none", "ip", [is(payload("tcp", "dport"), { set: [22] })]],
	["set", "ip", [is(payload("tcp", "dport"), { set: [22, 80] })]],
	["interval set", "ip", [is(payload("tcp", "dport"), { set: [22, { range: [80, 90] }] })]],
	[
		"concatenation",
		"ip",
		[
			is(
				{ concat: [payload("ip", "saddr"), payload("tcp", "dport")] },
				{ set: [{ concat: ["10.0.0.1", "ssh"] }] },
			),
		],
	],
	["raw payload", "ip", [is({ payload: { base: "nh", offset: 64, len: 8 } }, 64)]],
	["hours across midnight", "ip", [is(meta("hour"), { range: ["23:00", "03:00"] })]],
	// merging
	[
		"neighbours are one load",
		"ip",
		[is(payload("tcp", "sport"), 1), is(payload("tcp", "dport"), 2)],
	],
	[
		"not across a statement",
		"ip",
		[is(payload("tcp", "sport"), 1), { counter: null }, is(payload("tcp", "dport"), 2)],
	],
	// expressions
	["exthdr", "ip6", [is({ exthdr: { name: "frag", field: "id" } }, 7)]],
	["exthdr present", "ip6", [is({ exthdr: { name: "hbh" } }, true)]],
	["tcp option", "ip", [is({ "tcp option": { name: "maxseg", field: "size" } }, 1400)]],
	["sctp chunk", "ip", [is({ "sctp chunk": { name: "init" } }, true)]],
	["ip option", "ip", [is({ "ip option": { name: "ra", field: "value" } }, 0)]],
	["ct with a direction", "ip", [is({ ct: { key: "ip saddr", dir: "original" } }, "10.0.0.1")]],
	["ct bytes above", "ip", [is({ ct: { key: "bytes" } }, 100000, ">")]],
	["rt nexthop", "ip", [is({ rt: { key: "nexthop", family: "ip" } }, "10.0.0.1")]],
	["fib", "ip", [is({ fib: { result: "type", flags: ["daddr"] } }, "local")]],
	["fib check", "ip", [is({ fib: { result: "oif", flags: ["saddr", "iif"] } }, false)]],
	["socket", "ip", [is({ socket: { key: "transparent" } }, 1)]],
	["osf", "ip", [is({ osf: { key: "name" } }, "Linux")]],
	["ipsec", "ip", [is({ ipsec: { key: "spi", dir: "in", spnum: 1 } }, 1)]],
	["numgen", "ip", [is({ numgen: { mode: "inc", mod: 2 } }, 0)]],
	[
		"jhash",
		"ip",
		[set(meta("mark"), { jhash: { expr: payload("ip", "saddr"), mod: 2, seed: 7 } })],
	],
	[
		"inner packet",
		"ip",
		[
			is(payload("udp", "dport"), 4789),
			is({ payload: { tunnel: "vxlan", protocol: "ip", field: "saddr" } }, "10.0.0.1"),
		],
	],
	// writing
	["mark from mark", "ip", [set(meta("mark"), { "|": [meta("mark"), 16] })]],
	["ct mark", "ip", [set({ ct: { key: "mark" } }, meta("mark"))]],
	["constant folded", "ip", [set(meta("mark"), { "^": [255, 15] })]],
	["sub-byte field written", "ip", [set(payload("ip", "dscp"), "ef")]],
	["port written", "ip", [set(payload("udp", "dport"), 53)]],
	[
		"tcp option written",
		"ip",
		[set({ "tcp option": { name: "maxseg", field: "size" } }, { rt: { key: "mtu" } })],
	],
	[
		"map",
		"ip",
		[
			set(meta("mark"), {
				map: {
					key: payload("ip", "ttl"),
					data: {
						set: [
							[64, 1],
							[128, 2],
						],
					},
				},
			}),
		],
	],
	// statements
	["counter", "ip", [{ counter: { packets: 1, bytes: 2 } }]],
	["named counter", "ip", [{ counter: "c1" }]],
	["quota", "ip", [{ quota: { val: 25, val_unit: "mbytes", inv: true } }]],
	["limit", "ip", [{ limit: { rate: 10, per: "second" } }]],
	[
		"limit of bytes",
		"ip",
		[
			{
				limit: {
					rate: 1,
					rate_unit: "kbytes",
					per: "minute",
					burst: 2,
					burst_unit: "kbytes",
					inv: true,
				},
			},
		],
	],
	["last", "ip", [{ last: null }]],
	["ct count", "ip", [{ "ct count": { val: 20, inv: true } }]],
	["log", "ip", [{ log: { prefix: "x: ", level: "debug", flags: ["tcp options", "skuid"] } }]],
	["log to a group", "ip", [{ log: { group: 2, snaplen: 64, "queue-threshold": 8 } }]],
	["reject", "ip", [{ reject: null }]],
	["reject with a reset", "inet", [{ reject: { type: "tcp reset" } }]],
	["reject of both versions", "inet", [{ reject: { type: "icmpx", expr: "admin-prohibited" } }]],
	["snat", "ip", [{ snat: { addr: "10.33.33.34" } }]],
	[
		"dnat to a port",
		"ip",
		[is(payload("tcp", "dport"), 2222), { dnat: { addr: "192.168.33.34", port: 22 } }],
	],
	[
		"dnat to ranges",
		"ip",
		[
			is(payload("tcp", "dport"), 80),
			{ dnat: { addr: { range: ["10.0.0.1", "10.0.0.9"] }, port: { range: [80, 89] } } },
		],
	],
	[
		"dnat by a map",
		"inet",
		[
			{
				dnat: {
					family: "ip",
					addr: {
						map: {
							key: payload("tcp", "dport"),
							data: { set: [[2222, { concat: ["10.0.0.1", 22] }]] },
						},
					},
				},
			} as never,
		],
	],
	["masquerade", "ip", [{ masquerade: { flags: ["random", "persistent"] } }]],
	["redirect", "ip", [is(payload("tcp", "dport"), 80), { redirect: { port: 8080 } }]],
	[
		"tproxy",
		"ip",
		[is(payload("tcp", "dport"), 80), { tproxy: { addr: "127.0.0.1", port: 8080 } }],
	],
	["synproxy", "ip", [{ synproxy: { mss: 1460, wscale: 7, flags: ["timestamp", "sack-perm"] } }]],
	["dup", "ip", [{ dup: { addr: "10.0.0.1", dev: "lo" } }]],
	["fwd", "netdev", [{ fwd: { dev: "lo" } }]],
	["queue", "ip", [{ queue: { num: { range: [1, 4] }, flags: ["fanout"] } }]],
	["notrack", "ip", [{ notrack: null }]],
	["flow", "ip", [{ flow: { op: "add", flowtable: "@f" } }]],
	["reset a tcp option", "ip", [{ reset: { "tcp option": { name: "sack-perm" } } }]],
	[
		"meter",
		"ip",
		[
			{
				meter: {
					name: "m",
					key: payload("ip", "saddr"),
					stmt: { limit: { rate: 1, per: "second" } },
				},
			} as never,
		],
	],
];
