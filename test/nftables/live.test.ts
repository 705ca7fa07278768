import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it, test } from "vitest";
import { NftablesDriver } from "../../src/kernel/nftables.js";
import type { Out } from "../../src/netlink/schema.js";
import { apply, type Command, compile, list, NftError } from "../../src/nftables/index.js";
import { newNetns } from "../../src/sys/netns.js";
import {
	NFT_MSG_GETRULE,
	NFT_MSG_GETSETELEM,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSETELEM,
	type setElemAttrs,
} from "../../src/uapi/nf_tables.js";
import { rows } from "./rules.js";
import { host, inTable } from "./ruleset.js";

type Element = Out<typeof setElemAttrs>;
let connection: NftablesDriver;
beforeAll(() => {
	newNetns();
	connection = new NftablesDriver({});
});

/** nft gets a file: it opens its input again by name, which is impossible for the socket of a spawned process. */
function nft(document: unknown) {
	const file = join(mkdtempSync(join(tmpdir(), "nft-")), "ruleset.json");
	writeFileSync(file, JSON.stringify(document));
	const env = { ...process.env, TZ: "UTC-2" };
	const result = spawnSync("nft", ["-j", "-f", file], { encoding: "utf8", env });
	rmSync(dirname(file), { recursive: true });
	return result;
}
const hasNft = spawnSync("nft", ["--version"]).status === 0;
const flush = { flush: { ruleset: null } } as const;

const keyBytes = ({ NFTA_SET_ELEM_KEY: key }: Element): Uint8Array =>
	key?.NFTA_DATA_VALUE ?? new Uint8Array();

/** The kernel's contents of the table `t`: the expressions of the rule and the elements of its sets. */
function held(family: number): unknown {
	const of = { nfgen_family: family };
	const rules = connection
		.read(NFT_MSG_GETRULE, NFT_MSG_NEWRULE, { ...of, NFTA_RULE_TABLE: "t" }, true)
		.map((rule) => rule.NFTA_RULE_EXPRESSIONS);
	const elements = ["__set0", "__map0"].map((name) => {
		try {
			return (
				connection
					.read(
						NFT_MSG_GETSETELEM,
						NFT_MSG_NEWSETELEM,
						{ ...of, NFTA_SET_ELEM_LIST_TABLE: "t", NFTA_SET_ELEM_LIST_SET: name },
						true,
					)
					.flatMap((list) => list.NFTA_SET_ELEM_LIST_ELEMENTS ?? [])
					// A hash table lists its elements in an arbitrary order.
					.toSorted((a, b) => Buffer.compare(keyBytes(a), keyBytes(b)))
			);
		} catch {
			return undefined;
		}
	});
	return { rules, elements };
}
const families = { ip: 2, ip6: 10, inet: 1, arp: 3, bridge: 7, netdev: 5 } as const;

// Debian's nft 1.0.6 is older than nft 1.1.7, which we imitate: what it does differently, and why.
const otherwise: Readonly<Record<string, string>> = {
	range: "two comparisons instead of a range expression",
	"range of a host order value": "two comparisons instead of a range expression",
	"dnat to ranges": "refuses a range of ports",
	"hours across midnight": "two comparisons instead of a range expression",
	"fib check": "looks up the interface instead of asking whether there is one",
	"inner packet": "ignores the tunnel and compares the outer header",
	"not across a statement": "merges neighbours although a counter is between them",
	last: "does not know the statement",
	"interval set": "leaves out the end that starts the set",
	"port written": "another checksum flag",
};
/** Rows that need modules or objects which this kernel does not have. */
const needsMore =
	/named counter|flow|queue|osf|dup|jump|synproxy|tproxy|reject with|dnat|snat|masq|redirect|nat|meter/;

describe.skipIf(!hasNft)("the kernel holds what nft would have put there", () => {
	it.each(rows.filter(([label]) => !(label in otherwise) && !needsMore.test(label)))(
		"%s",
		(_label, family, statements) => {
			const nftables = [flush, ...inTable(family, statements)] as readonly Command[];
			const { status, stderr } = nft({ nftables });
			if (status !== 0) {
				// nft or the kernel refuses it, so we must refuse it as well, or the kernel must.
				expect(() => apply({ nftables }, { connection, host }), stderr).toThrow(NftError);
				return;
			}
			const theirs = held(families[family]);
			apply({ nftables }, { connection, host });
			expect(held(families[family])).toEqual(theirs);
		},
	);
});

test("a document is applied whole or not at all, and the error says which command", () => {
	const nftables: readonly Command[] = [
		flush,
		...inTable("ip", [{ counter: null }]),
		{
			add: {
				rule: { family: "ip", table: "t", chain: "c", expr: [{ jump: { target: "nowhere" } }] },
			},
		},
	];
	const before = inTable("ip", [{ accept: null }]);
	apply({ nftables: [flush, ...before] }, { connection, host });
	const all = list({}, { connection, host });
	expect(() => apply({ nftables }, { connection, host })).toThrow(/^\$\.nftables\[4\].*ENOENT/);
	expect(list({}, { connection, host })).toEqual(all);
	expect(held(2)).toMatchObject({ rules: [expect.anything()] });
});

test("what the kernel refuses is named by its statement", () => {
	const dport = { payload: { protocol: "tcp", field: "dport" } } as const;
	const refused = inTable("ip", [
		{ match: { op: "==", left: dport, right: 22 } },
		{ counter: null },
		{ jump: { target: "nowhere" } },
	]);
	expect(() => apply({ nftables: [flush, ...refused] }, { connection, host })).toThrow(
		expect.objectContaining({ path: "$.nftables[3].add.rule.expr[2]", code: "ERR_KERNEL" }),
	);
});

describe("a rule goes where its place says", () => {
	const of = { family: "ip", table: "t", chain: "c" } as const;
	const mark = { meta: { key: "mark" } } as const;
	const rule = (value: number, place: { index?: number; handle?: number } = {}) => ({
		rule: { ...of, ...place, expr: [{ mangle: { key: mark, value } }] },
	});
	const add = (...given: Parameters<typeof rule>): Command => ({ add: rule(...given) });
	const insert = (...given: Parameters<typeof rule>): Command => ({ insert: rule(...given) });
	const chain = [
		{ add: { table: { family: "ip", name: "t" } } },
		{ add: { chain: { family: "ip", table: "t", name: "c" } } },
	] as const;
	const run = (...nftables: readonly Command[]) => apply({ nftables }, { connection, host });
	const listed = () =>
		list({ family: "ip", table: "t" }, { connection, host }).nftables.flatMap((object) =>
			"rule" in object ? [object.rule] : [],
		);
	const marks = (): unknown[] =>
		listed().map(({ expr: [first] }) => first && "mangle" in first && first.mangle.value);
	const handle = (at: number): { handle: number } => ({ handle: listed()[at]?.handle ?? 0 });

	test("by index", () => {
		run(flush, ...chain, add(1), add(2));
		run(add(9, { index: 0 }), insert(8, { index: 0 }));
		expect(marks()).toEqual([8, 1, 9, 2]);
		expect(() => run(add(7, { index: 4 }))).toThrow(/no rule of that index/);
	});
	test("by index among the rules of the same document", () => {
		run(flush, ...chain, add(1), add(2), add(9, { index: 0 }), insert(8, { index: 2 }));
		expect(marks()).toEqual([1, 9, 8, 2]);
		run(insert(5), add(6), add(7, { index: 0 }), insert(4, { index: 6 }));
		expect(marks()).toEqual([5, 7, 1, 9, 8, 2, 4, 6]);
	});
	test("by index after what goes, and what comes in its place", () => {
		run(flush, ...chain, add(1), add(2), add(3));
		const { handle: second = 0 } = handle(1);
		run({ replace: rule(7, { handle: second }) }, add(8, { index: 1 }));
		expect(marks()).toEqual([1, 7, 8, 3]);
		run({ delete: { rule: { ...of, ...handle(1) } } }, add(9, { index: 1 }));
		expect(marks()).toEqual([1, 8, 9, 3]);
		run(
			{ flush: { chain: { family: "ip", table: "t", name: "c" } } },
			add(5),
			add(6, { index: 0 }),
		);
		expect(marks()).toEqual([5, 6]);
	});
	test("by the handle of another; that in a listing is its own", () => {
		run(flush, ...chain, add(1), add(2));
		run(add(9, handle(0)), insert(8, handle(1)), rule(7, handle(0)));
		expect(marks()).toEqual([1, 9, 8, 2, 7]);
		expect(() => run(add(6, { handle: 99_999 }))).toThrow(/ENOENT/);
	});
});

test("a chain is renamed by its name, a meter is flushed like the set it is", () => {
	const set = { family: "ip", table: "t", name: "m", type: "mark", elem: [1, 2] } as const;
	apply(
		{ nftables: [flush, ...inTable("ip", [{ counter: null }]), { add: { set } }] },
		{ connection, host },
	);
	const renamed = { family: "ip", table: "t", name: "c", newname: "d" } as const;
	const meter = { family: "ip", table: "t", name: "m" } as const;
	apply({ nftables: [{ rename: { chain: renamed } }, { flush: { meter } }] }, { connection, host });
	const { nftables } = list({ family: "ip", table: "t" }, { connection, host });
	expect(nftables).toMatchObject([
		{},
		{ chain: { name: "d" } },
		{ set: { name: "m" } },
		{ rule: { chain: "d" } },
	]);
	expect(JSON.stringify(nftables)).not.toContain("elem");
	expect(() => apply({ nftables: [{ rename: { chain: renamed } }] }, { connection, host })).toThrow(
		/no chain "c"/,
	);
});

test("compiling sends nothing", () => {
	apply({ nftables: [flush] }, { connection, host });
	compile({ nftables: inTable("ip", [{ counter: null }]) }, { host });
	expect(held(2)).toMatchObject({ rules: [] });
});
