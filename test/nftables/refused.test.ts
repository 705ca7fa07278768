import { expect, it } from "vitest";
import { type Command, compile, NftError } from "../../src/nftables/index.js";
import { host } from "./ruleset.js";

const rule = (...expr: readonly unknown[]): unknown => ({
	add: { rule: { family: "ip", table: "t", chain: "c", expr } },
});
const dport = { payload: { protocol: "tcp", field: "dport" } };
const match = (left: unknown, right: unknown, op = "=="): unknown => ({
	match: { op, left, right },
});
const accept = { accept: null };
const mark = (value: unknown): unknown => ({ mangle: { key: { meta: { key: "mark" } }, value } });
const at = "$.nftables[0].add.rule.expr[0]";

const rows: readonly (readonly [why: string, command: unknown, path: string])[] = [
	["no object", 7, "$.nftables[0]"],
	["two commands in one", { add: {}, delete: {} }, "$.nftables[0]"],
	["unknown command", { invent: {} }, "$.nftables[0]"],
	["unknown object", { add: { thing: {} } }, "$.nftables[0].add"],
	[
		"unknown key",
		{ add: { table: { family: "ip", name: "t", colour: 1 } } },
		"$.nftables[0].add.table",
	],
	["missing key", { add: { table: { family: "ip" } } }, "$.nftables[0].add.table"],
	[
		"unknown family",
		{ add: { table: { family: "ipx", name: "t" } } },
		"$.nftables[0].add.table.family",
	],
	[
		"a name with a NUL",
		{ add: { table: { family: "ip", name: "a\0b" } } },
		"$.nftables[0].add.table.name",
	],
	["unknown statement", rule({ teleport: null }), at],
	["xt is opaque", rule({ xt: { type: "match", name: "comment" } }), at],
	["unknown expression", rule(match({ smell: {} }, 1)), `${at}.match.left`],
	[
		"unknown field",
		rule(match({ payload: { protocol: "tcp", field: "port" } }, 1)),
		`${at}.match.left.payload.field`,
	],
	["unknown operator", rule(match(dport, 1, "~")), `${at}.match.op`],
	["a port of 17 bits", rule(match(dport, 70000)), `${at}.match.right`],
	["a service nobody knows", rule(match(dport, "no-such")), `${at}.match.right`],
	[
		"no address",
		rule(match({ payload: { protocol: "ip", field: "saddr" } }, "10.0.0.256")),
		`${at}.match.right`,
	],
	["a range upside down", rule(match(dport, { range: [9, 1] })), `${at}.match.right.range`],
	["an empty set", rule(match(dport, { set: [] })), `${at}.match.right.set`],
	["a set nobody declared", rule(match(dport, "@s")), `${at}.match.right`],
	["constant on the left", rule(match(1, 2)), `${at}.match.left`],
	[
		"ip6 in an ip table",
		rule(match({ payload: { protocol: "ip6", field: "saddr" } }, "::1")),
		`${at}.match.left.payload`,
	],
	[
		"udp after tcp",
		rule(match(dport, 1), match({ payload: { protocol: "udp", field: "dport" } }, 1)),
		"$.nftables[0].add.rule.expr[1].match.left.payload",
	],
	[
		"nothing follows a verdict",
		rule({ accept: null }, { counter: null }),
		"$.nftables[0].add.rule.expr[1].counter",
	],
	[
		"a port without its protocol",
		rule({ dnat: { addr: "10.0.0.1", port: 22 } }),
		`${at}.dnat.port`,
	],
	[
		"a prefix longer than the address",
		rule(
			match(
				{ payload: { protocol: "ip", field: "saddr" } },
				{ prefix: { addr: "10.0.0.0", len: 33 } },
			),
		),
		`${at}.match.right.prefix`,
	],
	[
		"an interval in a plain set",
		{
			add: {
				set: {
					family: "ip",
					table: "t",
					name: "s",
					type: "inet_service",
					elem: [{ range: [1, 2] }],
				},
			},
		},
		"$.nftables[0].add.set.elem",
	],
	[
		"intervals that overlap",
		{
			add: {
				set: {
					family: "ip",
					table: "t",
					name: "s",
					type: "inet_service",
					flags: ["interval"],
					elem: [{ range: [1, 5] }, { range: [4, 9] }],
				},
			},
		},
		"$.nftables[0].add.set.elem[1]",
	],
	[
		"a hook that does not exist",
		{
			add: {
				chain: { family: "arp", table: "t", name: "c", type: "filter", hook: "forward", prio: 0 },
			},
		},
		"$.nftables[0].add.chain.hook",
	],
	[
		"a TCP option as the key of a map",
		rule({
			vmap: {
				key: { "tcp option": { name: "maxseg", field: "size" } },
				data: { set: [[9, accept]] },
			},
		}),
		`${at}.vmap.key`,
	],
	[
		"an SCTP chunk in the key of a map",
		rule({
			vmap: {
				key: { concat: [{ "sctp chunk": { name: "init" } }, { meta: { key: "mark" } }] },
				data: "@m",
			},
		}),
		`${at}.vmap.key.concat[0]`,
	],
	[
		"a TCP option where a statement writes a value",
		rule(mark({ "|": [{ "tcp option": { name: "maxseg", field: "size" } }, 1] })),
		`${at}.mangle.value["|"][0]`,
	],
	[
		"an extension header looked up for what a statement writes",
		rule(
			mark({ map: { key: { exthdr: { name: "frag", field: "id" } }, data: { set: [[1, 2]] } } }),
		),
		`${at}.mangle.value.map.key`,
	],
	[
		"a socket in what a packet adds to a set",
		rule({ set: { op: "add", elem: { socket: { key: "mark" } }, set: "@s" } }),
		`${at}.set.elem`,
	],
	[
		"a MAC address as a mark",
		rule(mark({ payload: { protocol: "ether", field: "saddr" } })),
		`${at}.mangle.value.payload`,
	],
	[
		"the MAC address of an inner packet as a mark",
		rule(mark({ payload: { tunnel: "gretap", protocol: "ether", field: "saddr" } })),
		`${at}.mangle.value.payload`,
	],
	["flags as a mark", rule(mark({ ct: { key: "state" } })), `${at}.mangle.value.ct`],
	[
		"an address of any version in a set",
		rule(match({ ct: { key: "saddr", dir: "original" } }, { set: ["10.0.0.1", "10.0.0.2"] })),
		`${at}.match.left.ct`,
	],
	[
		"a timeout of no protocol",
		{ add: { "ct timeout": { family: "ip", table: "t", name: "o" } } },
		'$.nftables[0].add["ct timeout"]',
	],
	[
		"an expectation without a port",
		{
			add: {
				"ct expectation": {
					family: "ip",
					table: "t",
					name: "o",
					protocol: "tcp",
					timeout: 5,
					size: 1,
				},
			},
		},
		'$.nftables[0].add["ct expectation"]',
	],
	[
		"a comment too long",
		{ add: { table: { family: "ip", name: "t", comment: "x".repeat(129) } } },
		"$.nftables[0].add.table.comment",
	],
];

it.each(rows)("%s", (_why, command, path) => {
	let error: unknown;
	try {
		compile({ nftables: [command as Command] }, { host });
	} catch (thrown) {
		error = thrown;
	}
	expect(error).toBeInstanceOf(NftError);
	expect((error as NftError).path).toMatch(path);
	expect((error as NftError).message).toContain(path);
});
