import { beforeAll, expect, test } from "vitest";
import { NftablesDriver } from "../../src/kernel/nftables.js";
import { table } from "../../src/kinds/table.js";
import { apply, type Command, list, type StatementJson } from "../../src/nftables/index.js";
import { newNetns } from "../../src/sys/netns.js";
import { host } from "./ruleset.js";

const inTable = { family: "inet", table: "umlnet-nl" } as const;
const type = ["ifname", "ifname"] as const;
const segmentAndUplink = {
	concat: [{ meta: { key: "iifname" } }, { meta: { key: "oifname" } }],
} as const;
const rule = (...expr: readonly StatementJson[]): Command => ({
	add: { rule: { ...inTable, chain: "postrouting", expr } },
});

/** The engine's ruleset, in the language of nft. */
const ruleset: readonly Command[] = [
	{
		create: {
			table: {
				family: "inet",
				name: "umlnet-nl",
				comment: "networks of virtual machines, by umlnet-nl",
			},
		},
	},
	{ create: { set: { ...inTable, name: "masqueraded", type, comment: "guest segment . uplink" } } },
	{
		create: {
			map: {
				...inTable,
				name: "snat_to",
				type,
				map: "ipv4_addr",
				comment: "guest segment . uplink : source address outside",
			},
		},
	},
	{
		create: {
			chain: {
				...inTable,
				name: "postrouting",
				type: "nat",
				hook: "postrouting",
				prio: 100,
				policy: "accept",
				comment: "source NAT of guests",
			},
		},
	},
	rule(
		{ match: { op: "==", left: segmentAndUplink, right: "@masqueraded" } },
		{ masquerade: null },
	),
	rule(
		{ match: { op: "==", left: { meta: { key: "nfproto" } }, right: "ipv4" } },
		{ snat: { family: "ip", addr: { map: { key: segmentAndUplink, data: "@snat_to" } } } },
	),
];

beforeAll(() => newNetns());

// The engine keeps its few messages as they are: loading the compiler costs each run of the command line 6 to 10 ms,
// also where there is no NAT.
test("the engine's messages are what the compiler makes of its ruleset", () => {
	const connection = new NftablesDriver({});
	const listed = (): unknown => list({}, { connection, host }).nftables;
	const flush = { flush: { ruleset: null } } as const;
	const [step] = table.create({ name: "umlnet-nl" });
	if (step?.do.via !== "nftables") throw new Error("the table is made otherwise now");
	expect(connection.commit(step.do.batch).refused).toEqual([]);
	const plain = (value: unknown): unknown =>
		JSON.parse(JSON.stringify(value, (key, inner) => (key === "handle" ? undefined : inner)));
	const theirs = plain(listed());
	apply({ nftables: [flush, ...ruleset] }, { connection, host });
	expect(plain(listed())).toEqual(theirs);
	connection.close();
});
