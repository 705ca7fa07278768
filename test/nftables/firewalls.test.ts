import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NftablesDriver } from "../../src/kernel/nftables.js";
import { apply, type Command, type Document, list, localHost } from "../../src/nftables/index.js";
import { newNetns } from "../../src/sys/netns.js";
import { dialect } from "./dialect.js";

/** Rulesets in nft's own language, as popular firewalls write them. */
const directory = new URL("firewalls/", import.meta.url);
const names = readdirSync(directory).map((file) => file.replace(/\.nft$/, ""));
/** The interfaces that they name. */
const interfaces = "eth0 wan0 lan0 wg0 docker0 virbr0 br-lan pppoe-wan".split(" ");

const run = (command: string, input = ""): string => {
	const [program = "", ...args] = command.split(" ");
	// Hours in rules are local time, so nft and the compiler need the same time zone.
	const env = { ...process.env, TZ: process.env.TZ ?? "UTC", LC_ALL: "C" };
	const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", input, env });
	if (status !== 0) throw new Error(`${command}: exit ${status}\n${stderr}`);
	return stdout;
};
const flush = { flush: { ruleset: null } } as const;

let connection: NftablesDriver;
beforeAll(() => {
	newNetns();
	for (const name of interfaces) run(`ip link add ${name} type veth peer name peer-${name}`);
	connection = new NftablesDriver({});
});
afterAll(() => connection.close());
beforeEach(() => {
	apply({ nftables: [flush] }, { connection });
});

const load = (name: string): void => {
	run("nft -f -", readFileSync(new URL(`${name}.nft`, directory), "utf8"));
};
const theirs = (): Document => JSON.parse(run("nft -j list ruleset"));
const text = (): string => run("nft -s list ruleset");

/** nft 1.0.6 adds a width to a presence that nft 1.1 has declared. */
const asRead = (ruleset: string): string => ruleset.replaceAll(/(missing|exists)\/8\b/g, "$1");

/** What the JSON of nft 1.0.6 loses: the expressions that sets are declared with, a comment, a flag. */
const lost: readonly (readonly [string, string])[] = [
	["typeof ip saddr . tcp dport", "type ipv4_addr . inet_service"],
	["typeof ip daddr . meta l4proto . th dport", "type ipv4_addr . inet_proto . inet_service"],
	["typeof iif . ip saddr", "type iface_index . ipv4_addr"],
	['\tcomment "rules for kube-proxy"\n', ""],
	["\t\tauto-merge\n", ""],
];
/** The JSON of every nft describes the data of a map by its type. */
const mapByType = ["typeof meta skuid : meta mark", "type uid : mark"] as const;
const without = (ruleset: string, words: readonly (readonly [string, string])[]): string =>
	words.reduce((text, [from, to]) => text.replaceAll(from, to), ruleset);

/**
 * Fixes a listing of nft 1.0.6 that it would refuse itself: chains are named before they are added, and netdev chains
 * have no device.
 */
function applicable({ nftables }: Document): Command[] {
	const isFirst = (one: object): boolean => "table" in one || "chain" in one;
	const chains = nftables.filter(isFirst).map((one) => {
		if (!("chain" in one) || one.chain.family !== "netdev") return one;
		return { chain: { ...one.chain, dev: "wan0" } };
	});
	return [...chains, ...nftables.filter((one) => !isFirst(one))];
}

describe.each(names)("%s", (name) => {
	test("is listed as nft lists it", () => {
		load(name);
		expect(dialect(list({}, { connection }))).toEqual(dialect(theirs()));
	});

	test("our listing, applied, is the same ruleset", () => {
		load(name);
		const before = text();
		const listed = list({}, { connection });
		apply({ nftables: [flush, ...listed.nftables] }, { connection });
		expect(asRead(text())).toBe(without(before, [mapByType]));
		expect(dialect(list({}, { connection }))).toEqual(dialect(listed));
	});

	test("nft's listing, applied, is the same ruleset", () => {
		load(name);
		const before = text();
		apply({ nftables: [flush, ...applicable(theirs())] }, { connection });
		expect(asRead(text())).toBe(without(before, [...lost, mapByType]));
	});
});

test("a meter of nft 1.0 is listed by its rule, and is a set with a rule that adds to it when it is applied", () => {
	run("nft -f -", "table ip t { chain c { meter m size 99 { ip saddr ct count over 5 } drop; }; }");
	const listed = list({}, { connection });
	expect(dialect(listed)).toEqual(dialect(theirs()));
	apply({ nftables: [flush, ...listed.nftables] }, { connection });
	expect(text()).toContain("add @m { ip saddr ct count over 5 } drop");
	expect(text()).toMatch(/set m \{\s*type ipv4_addr\s*size 99\s*flags dynamic/);
});

test("two comparisons are a range only of one value, from its low end to its high one", () => {
	const rules =
		"tcp sport >= 5 tcp dport <= 9; tcp dport >= 9 tcp dport <= 5; tcp dport <= 9 tcp dport >= 5";
	run("nft -f -", `table ip t { chain c { ${rules}; tcp dport >= 5 counter tcp dport <= 9; }; }`);
	const operators = list({}, { connection }).nftables.flatMap((one) =>
		"rule" in one ? [one.rule.expr.map((each) => "match" in each && each.match.op)] : [],
	);
	expect(operators).toEqual([
		[">=", "<="],
		[">=", "<="],
		["<=", ">="],
		[">=", false, "<="],
	]);
});

test("a map by an expression to what is plain does not kill nft 1.0.6, and is listed so that it can be applied", () => {
	const keys = [
		{ meta: { key: "mark" } },
		{ numgen: { mode: "inc", mod: 16, offset: 0 } },
		{ payload: { base: "th", offset: 0, len: 32 } },
		{ concat: [{ meta: { key: "mark" } }, { payload: { base: "ih", offset: 8, len: 16 } }] },
	] as const;
	const data = [
		["mark", 7],
		["verdict", { accept: null }],
		["k", "k"],
		[["ipv4_addr", "inet_service"], { concat: ["10.0.0.1", 80] }],
		["ipv4_addr . inet_service", { concat: ["10.0.0.1", 80] }],
		[{ typeof: { payload: { base: "ih", offset: 0, len: 16 } } }, 9],
		[
			{ typeof: { concat: [{ meta: { key: "mark" } }, { ct: { key: "zone" } }] } },
			{ concat: [7, 9] },
		],
	] as const;
	const table = { family: "inet", table: "t" } as const;
	const maps = keys.flatMap((key, i) =>
		data.map(([type, given], j): Command => {
			const elem = [["concat" in key ? { concat: [5, 300] } : 5, given]];
			const map = type === "k" ? "counter" : type;
			const declaration = { ...table, name: `m${i}${j}`, type: { typeof: key }, map, elem };
			return { add: { map: declaration } } as unknown as Command;
		}),
	);
	const before: readonly Command[] = [
		flush,
		{ add: { table: { family: "inet", name: "t" } } },
		{ add: { counter: { ...table, name: "k" } } },
	];
	apply({ nftables: [...before, ...maps] }, { connection });
	expect(text().match(/\tmap m/g)).toHaveLength(maps.length);
	const listed = list({}, { connection });
	apply({ nftables: [flush, ...listed.nftables] }, { connection });
	expect(dialect(list({}, { connection }))).toEqual(dialect(listed));
	expect(text().match(/\tmap m/g)).toHaveLength(maps.length);
});

test("a map of raw payload to verdicts is what it was in nft 1.0.6 as well", () => {
	const key = "0xe373135363130333131303735353203";
	const map = `typeof udp length . @th,160,128 : verdict; flags interval; elements = { 47-63 . ${key} : accept }`;
	const rule = `udp length . @th,160,128 vmap { 47-63 . ${key} : drop, 64-78 . ${key} : accept }`;
	run("nft -f -", `table inet t {\nmap m { ${map}; }\nchain c {\n${rule}\n}\n}`);
	const before = text();
	const listed = list({}, { connection });
	apply({ nftables: [flush, ...listed.nftables] }, { connection });
	expect(text()).toBe(before);
	expect(before).toContain("typeof udp length . @th,160,128 : verdict");
});

test("an interface is named as it is called now, in the namespace of the caller", () => {
	const rule = (right: string | number): Command => ({
		add: {
			rule: {
				family: "ip",
				table: "t",
				chain: "c",
				expr: [{ match: { op: "==", left: { meta: { key: "iif" } }, right } }],
			},
		},
	});
	const before: readonly Command[] = [
		{ add: { table: { family: "ip", name: "t" } } },
		{ add: { chain: { family: "ip", table: "t", name: "c" } } },
	];
	const compared = (): unknown =>
		list({}, { connection }).nftables.flatMap((one) =>
			"rule" in one ? one.rule.expr.map((each) => "match" in each && each.match.right) : [],
		);
	const host = localHost();
	const [link] = JSON.parse(run("ip -j link show eth0"));
	expect(host.ifindex("eth0")).toBe(link.ifindex);
	apply({ nftables: [...before, rule("eth0")] }, { connection, host });
	expect(compared()).toEqual(["eth0"]);
	run("ip link set eth0 name uplink0");
	expect(compared()).toEqual(["uplink0"]);
	expect(host.ifname(host.ifindex("uplink0") ?? 0)).toBe("uplink0");
	run("ip link set uplink0 name eth0");
	expect(() => apply({ nftables: [rule("nosuch0")] }, { connection, host })).toThrow(
		'"nosuch0" is not a valid iface_index',
	);
	// Longer than any name of an interface.
	expect(host.ifindex("x".repeat(16))).toBeUndefined();
});
