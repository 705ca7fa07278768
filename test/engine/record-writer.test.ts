import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { nameOf } from "../../src/engine/journal/action-record.js";
import { encodeRecord } from "../../src/engine/journal/fast/record-writer.js";
import { decodeRecord, type JournalRecord } from "../../src/engine/journal/record.js";
import type { Delta } from "../../src/engine/state.js";
import type { Action } from "../../src/kernel/action.js";
import { request } from "../../src/netlink/request.js";
import type { AnyMessage } from "../../src/netlink/schema.js";
import proto from "../../src/proto/proto.json" with { type: "json" };
import { RTM_NEWADDR } from "../../src/uapi/if_addr.js";
import { RTM_NEWLINK } from "../../src/uapi/if_link.js";
import * as uapi from "../../src/uapi/index.js";
import { NLM_F_CREATE } from "../../src/uapi/netlink.js";
import { NFT_MSG_NEWTABLE } from "../../src/uapi/nf_tables.js";

const Theirs = protobuf.Root.fromJSON(proto).lookupType("umlnet.v1.Record");

const long = "a name for which one byte of length is not enough ".repeat(20);
const link = { index: 7, name: "tap0", alias: "umlnet-nl lab", master: 3 };
const actions: readonly Action[] = [
	{
		via: "rtnetlink",
		request: request(RTM_NEWLINK, NLM_F_CREATE, { ifi_index: 7, IFLA_IFALIAS: "é" }),
	},
	{
		via: "rtnetlink",
		request: request(RTM_NEWADDR, NLM_F_CREATE, { ifa_index: 7 }),
		only: { index: 7, name: "tap0" },
	},
	{
		via: "nftables",
		batch: ["a", "b"].map((NFTA_TABLE_NAME) =>
			request(NFT_MSG_NEWTABLE, NLM_F_CREATE, { NFTA_TABLE_NAME }),
		),
	},
	{ via: "sysctl", path: "net/ipv4/ip_forward", value: "0", only: "1" },
	{ via: "sysctl", path: "net/ipv4/ip_forward", value: "1" },
	{ via: "unlink", link },
];
const steps = [
	{ label: "do it all", effect: "create" as const, actions },
	{ label: long, actions: [] },
];
const delta: Delta = {
	put: [
		{ kind: "tap", key: "link:tap0", made: { index: 7, text: `"${long}\u2028` }, path: "taps.é" },
	],
	drop: ["nat:a:b", "nat:a:c"],
	up: [{ report: { name: "tap0" } as never, keys: ["link:tap0", long] }],
	down: ["tap1"],
};
const transaction = "1-2-3";
const records: readonly JournalRecord[] = [
	{ begin: { transaction, command: "up tap0", steps } },
	{ commit: { transaction, steps, delta } },
	{ provisional: { transaction, deadline: 2 ** 45, steps, delta } },
	{ expire: { transaction } },
	{ end: { transaction, delta } },
	{ end: { transaction, delta: undefined } },
	{ abort: { transaction } },
	{ checkpoint: delta },
	{ checkpoint: { put: [], drop: [], up: [], down: [] } },
];
const kindOf = (record: JournalRecord): string => Object.keys(record)[0] as string;

test.each(records.map((record) => [kindOf(record), record] as const))(
	"of a %s record we read what we wrote",
	(_, record) => {
		const bytes = encodeRecord(record).slice();
		const read = decodeRecord(bytes);
		// Members of a header that were left out are decoded as zero.
		expect(read).toMatchObject(record);
		expect(Buffer.compare(encodeRecord(read), bytes)).toBe(0);
	},
);

/** The writer leaves out values that are zero or empty, of which there are none here. */
test.each(records.map((record) => [kindOf(record), record] as const))(
	"a %s record is as protobufjs would write it",
	(_, record) => {
		const ours = encodeRecord(record).slice();
		const theirs = Theirs.encode(Theirs.decode(ours)).finish();
		expect(Buffer.from(theirs).toString("latin1")).toBe(Buffer.from(ours).toString("latin1"));
	},
);

const word = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });
const payload = fc.uint8Array({ minLength: 1, maxLength: 1000 });

test("whatever is written, protobufjs reads it", () => {
	fc.assert(
		fc.property(word, word, word, payload, (transaction, label, path, bytes) => {
			const value = { ifi_index: 7, $unknown: [{ type: 200, payload: bytes }] };
			const set: Action = { via: "rtnetlink", request: request(RTM_NEWLINK, 1, value) };
			const write: Action = { via: "sysctl", path, value: label };
			const begin = { transaction, command: path, steps: [{ label, actions: [set, write] }] };
			const theirs = Theirs.toObject(Theirs.decode(encodeRecord({ begin })), { bytes: Buffer });
			const message = {
				message: "RTM_NEWLINK",
				flags: 1,
				payload: Buffer.from(RTM_NEWLINK.encode(value)),
			};
			const actions = [{ rtnetlink: { request: message } }, { sysctl: { path, value: label } }];
			expect(theirs).toEqual({ begin: { ...begin, steps: [{ label, actions }] } });
		}),
	);
});

test("what undoes itself has no place in the journal", () => {
	const persist = [{ label: "keep it", actions: [{ via: "persist", name: "tap0" } as const] }];
	expect(() => encodeRecord({ begin: { transaction, command: "up", steps: persist } })).toThrow(
		"persist has no place in the journal",
	);
});

test("whatever a kind sends has a place in it", () => {
	const folder = new URL("../../src/kinds/", import.meta.url);
	const text = readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".ts"))
		.map((name) => readFileSync(new URL(name, folder), "utf8"))
		.join("\n");
	const sent = new Set(
		[...text.matchAll(/request\(\s*([A-Z]+_\w+)/g)].map(([, name = ""]) => name),
	);
	expect(sent.size).toBeGreaterThan(10);
	const facts = new Map(Object.entries<unknown>(uapi));
	// What is only read is never undone.
	for (const name of sent)
		if (!/_GET|^RTM_GET/.test(name)) expect(nameOf(facts.get(name) as AnyMessage)).toBe(name);
});
