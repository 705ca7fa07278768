/**
 * Chains of the interpreter, with rules in libnftables JSON that our compiler compiles: neither a kernel nor root is
 * needed.
 */
import { expect, test } from "vitest";
import { parseAddress } from "../../../src/inet/address.js";
import type { Message } from "../../../src/netlink/schema.js";
import { compile } from "../../../src/nftables/index.js";
import { explore } from "../../../src/nftables/machine/choices.js";
import type { World } from "../../../src/nftables/machine/evaluation.js";
import { answering, Hooks, traverse } from "../../../src/nftables/machine/hook.js";
import { Packet } from "../../../src/nftables/machine/packet.js";
import { tablesOf } from "../../../src/nftables/machine/ruleset.js";
import { ethernet } from "../../../src/packet/ethernet.js";
import { ipv4 } from "../../../src/packet/ipv4.js";
import { tcp } from "../../../src/packet/tcp.js";
import * as uapi from "../../../src/uapi/index.js";

const MAC = new Uint8Array(6).fill(2);
const device = { index: 2, name: "tap0", type: uapi.ARPHRD_ETHER, group: 0, kind: "tun" };
const uplink = { ...device, index: 3, name: "eth0" };
const WORLD: World = {
	fib: () => ({ device: uplink, type: uapi.RTN_UNICAST }),
	masqueradeAddress: () => parseAddress("192.0.2.1"),
	addressOf: () => undefined,
};

function packet(dest = 80): Packet {
	const around = { saddr: parseAddress("10.0.0.2"), daddr: parseAddress("198.51.100.7") };
	const payload = tcp.encode({ source: 1000, dest, syn: 1 }, around);
	const bytes = ipv4.encode({ ...around, protocol: uapi.IPPROTO_TCP, payload });
	const frame = { h_dest: MAC, h_source: MAC, h_proto: uapi.ETH_P_IP, payload: bytes };
	return new Packet(ethernet.encode(frame), uapi.PACKET_HOST, device);
}

const chain = (name: string, more: object = {}) => ({
	add: { chain: { family: "ip", table: "t", name, ...more } },
});
const base = (hook: string, policy = "accept", type = "filter", prio = 0) =>
	chain(hook, { type, hook, prio, policy });
const rule = (name: string, ...expr: readonly object[]) => ({
	add: { rule: { family: "ip", table: "t", chain: name, expr } },
});
const match = (left: object, right: unknown, op = "==") => ({ match: { op, left, right } });
const dport = { payload: { protocol: "tcp", field: "dport" } };

/** What the kernel would list after accepting a batch: the same messages, decoded. */
function hooksOf(...commands: readonly object[]): Hooks {
	const table = { add: { table: { family: "ip", name: "t" } } };
	const { messages } = compile({ nftables: [table, ...commands] } as never);
	const of = <O>(message: Message<O, never>): O[] =>
		messages
			.filter((one) => one.message.type === message.type)
			.map(({ message: own, value }) => message.decode(own.encode(value as never)));
	return new Hooks(
		tablesOf({
			tables: of(uapi.NFT_MSG_NEWTABLE),
			chains: of(uapi.NFT_MSG_NEWCHAIN),
			rules: of(uapi.NFT_MSG_NEWRULE_RAW),
			sets: of(uapi.NFT_MSG_NEWSET),
			objects: [],
			elements: ({ NFTA_SET_NAME: name }) =>
				of(uapi.NFT_MSG_NEWSETELEM_RAW).filter((one) => one.NFTA_SET_ELEM_LIST_SET === name),
		}),
	);
}

const forward = { family: uapi.NFPROTO_IPV4, hook: uapi.NF_INET_FORWARD };
const code = (hooks: Hooks, sent = packet(), point = forward): number[] =>
	explore((choices) => traverse(hooks, sent.clone(), point, WORLD, choices)).ways.map(
		({ result }) => result.code,
	);

test("a rule that holds gives the verdict, and is named", () => {
	const hooks = hooksOf(base("forward"), rule("forward", match(dport, 80), { drop: null }));
	const { ways } = explore((choices) => traverse(hooks, packet(), forward, WORLD, choices));
	expect(ways).toHaveLength(1);
	expect(ways[0].result.code).toBe(uapi.NF_DROP);
	expect(ways[0].result.by?.chain.name).toBe("forward");
	expect(ways[0].result.by?.rule?.raw.length).toBeGreaterThan(0);
	expect(code(hooks, packet(81))).toEqual([uapi.NF_ACCEPT]);
});

test("what no rule decides the policy does, and no rule is named", () => {
	const hooks = hooksOf(
		base("forward", "drop"),
		rule("forward", match(dport, 80), { accept: null }),
	);
	expect(code(hooks)).toEqual([uapi.NF_ACCEPT]);
	const { ways } = explore((choices) => traverse(hooks, packet(81), forward, WORLD, choices));
	expect(ways[0].result).toMatchObject({ code: uapi.NF_DROP, by: { rule: undefined } });
});

test("a jump comes back, a goto does not, a return leaves the chain", () => {
	const inner = [
		chain("inner"),
		rule("inner", match(dport, 80), { return: null }),
		rule("inner", { drop: null }),
	];
	const behind = rule("forward", { drop: null });
	const jump = hooksOf(
		...inner,
		base("forward"),
		rule("forward", { jump: { target: "inner" } }),
		behind,
	);
	expect(code(jump)).toEqual([uapi.NF_DROP]);
	const goto = hooksOf(
		...inner,
		base("forward"),
		rule("forward", { goto: { target: "inner" } }),
		behind,
	);
	expect(code(goto)).toEqual([uapi.NF_ACCEPT]);
	expect(code(goto, packet(81))).toEqual([uapi.NF_DROP]);
});

test.each([
	[{ set: [{ range: [1, 79] }, { prefix: { addr: 80, len: 15 } }] }, true],
	[{ set: [{ range: [81, 90] }] }, false],
	[{ set: [{ range: [70, 75] }, { range: [81, 90] }] }, false],
	[{ set: [22, 80, 443] }, true],
	[{ set: [22, 443] }, false],
])("a port is looked up in %j", (set, isIn) => {
	const hooks = hooksOf(base("forward"), rule("forward", match(dport, set), { drop: null }));
	expect(code(hooks)).toEqual([isIn ? uapi.NF_DROP : uapi.NF_ACCEPT]);
});

test("a verdict is looked up in a map", () => {
	const vmap = {
		vmap: {
			key: dport,
			data: {
				set: [
					[80, { drop: null }],
					[443, { accept: null }],
				],
			},
		},
	};
	const hooks = hooksOf(
		base("forward", "drop"),
		rule("forward", vmap),
		rule("forward", { accept: null }),
	);
	expect([80, 443, 22].map((port) => code(hooks, packet(port))[0])).toEqual([
		uapi.NF_DROP,
		uapi.NF_ACCEPT,
		uapi.NF_ACCEPT,
	]);
});

test("what depends on a rate is followed both ways, the likely one first", () => {
	const limit = { limit: { rate: 1, per: "second" } };
	const hooks = hooksOf(base("forward", "drop"), rule("forward", limit, { accept: null }));
	const { ways, isComplete } = explore((choices) =>
		traverse(hooks, packet(), forward, WORLD, choices),
	);
	expect(isComplete).toBe(true);
	expect(ways.map(({ result }) => result.code)).toEqual([uapi.NF_ACCEPT, uapi.NF_DROP]);
	expect(ways[1]?.assumptions[0]?.on).toMatch(/^a rate of 1 packets in 1 s/);
});

test("ways are not followed without end", () => {
	const limits = Array.from({ length: 30 }, (_, i) =>
		rule("forward", { limit: { rate: i + 1, per: "second" } }, { counter: null }),
	);
	const { ways, isComplete } = explore((choices) =>
		traverse(hooksOf(base("forward"), ...limits), packet(), forward, WORLD, choices),
	);
	expect(isComplete).toBe(false);
	expect(ways.length).toBeLessThanOrEqual(128);
});

test("a flow is translated by its first packet, and its answers are given back", () => {
	const hooks = hooksOf(
		base("prerouting", "accept", "nat", -100),
		rule("prerouting", match(dport, 80), { dnat: { addr: "10.1.1.1", port: 8080 } }),
		base("postrouting", "accept", "nat", 100),
		rule("postrouting", { masquerade: null }),
	);
	const sent = packet();
	explore((choices) => {
		for (const hook of [uapi.NF_INET_PRE_ROUTING, uapi.NF_INET_POST_ROUTING]) {
			sent.out = hook === uapi.NF_INET_POST_ROUTING ? uplink : undefined;
			traverse(hooks, sent, { ...forward, hook }, WORLD, choices);
		}
	}, 1);
	expect([sent.source.join("."), sent.destination.join("."), sent.destinationPort]).toEqual([
		"192.0.2.1",
		"10.1.1.1",
		8080,
	]);
	const answer = sent.clone();
	[answer.source, answer.destination] = [sent.destination, sent.source];
	[answer.sourcePort, answer.destinationPort] = [sent.destinationPort, sent.sourcePort];
	answer.connection = answering(sent.connection as NonNullable<typeof sent.connection>);
	explore((choices) => {
		for (const hook of [uapi.NF_INET_PRE_ROUTING, uapi.NF_INET_POST_ROUTING])
			traverse(hooks, answer, { ...forward, hook }, WORLD, choices);
	}, 1);
	expect([answer.source.join("."), answer.sourcePort, answer.destination.join(".")]).toEqual([
		"198.51.100.7",
		80,
		"10.0.0.2",
	]);
});
