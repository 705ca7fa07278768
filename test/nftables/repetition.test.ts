import { expect, it, test } from "vitest";
import { Writer } from "../../src/netlink/bytes.js";
import { compileEncoded } from "../../src/nftables/compile/compile.js";
import { type Command, compile, type Document, NftError } from "../../src/nftables/index.js";
import { rows } from "./rules.js";
import { host, inTable } from "./ruleset.js";

const bytesOf = ({ messages }: ReturnType<typeof compile>): unknown =>
	messages.map(({ message, flags, value, path }) => {
		const writer = new Writer();
		message.write(writer, value as never);
		return [message.name, flags, path, Buffer.from(writer.finish()).toString("hex")];
	});
/** Rules that were derived from another one have a message type of their own, which writes them. */
const ways = ({ messages }: ReturnType<typeof compile>): number =>
	new Set(messages.filter((one) => one.message.name === "NFT_MSG_NEWRULE").map((m) => m.message))
		.size;

/** The same document with another constant, whose type stays the same. */
function varied(json: unknown, by: number): unknown {
	if (Array.isArray(json)) return json.map((item) => varied(item, by));
	if (typeof json === "number") return json + by;
	if (typeof json === "string") return json.replace(/^(10\.0\.0\.)\d+$/, `$1${by + 7}`);
	if (typeof json !== "object" || json === null) return json;
	return Object.fromEntries(
		Object.entries(json).map(([key, member]) => [
			key,
			key === "right" || typeof member === "object" ? varied(member, by) : member,
		]),
	);
}

it.each(rows)("%s, again and again with other constants", (_label, family, statements) => {
	const rule = (by: number): Command =>
		({
			add: {
				rule: { family, table: "t", chain: "c", handle: by, expr: varied(statements, by) },
			},
		}) as unknown as Command;
	const nftables = [...inTable(family, statements), rule(0), rule(1), rule(0), rule(2), rule(1)];
	let expected: unknown;
	try {
		expected = bytesOf(compile({ nftables }, { host }));
	} catch (error) {
		// Not every number is allowed everywhere. Both ways must refuse with the same message.
		expect(() => compileEncoded({ nftables }, { host })).toThrow((error as Error).message);
		return;
	}
	const encoded = compileEncoded({ nftables }, { host });
	expect(bytesOf(encoded)).toEqual(expected);
});

const saddr = { payload: { protocol: "ip", field: "saddr" } };
const dport = { payload: { protocol: "tcp", field: "dport" } };
const is = (left: object, right: unknown, op = "==") => ({ match: { op, left, right } });
const document = (...rules: readonly (readonly unknown[])[]): Document =>
	({
		nftables: [
			...inTable("ip", []),
			{ add: { set: { family: "ip", table: "t", name: "s", type: "ipv4_addr" } } },
			...rules.map((expr) => ({ add: { rule: { family: "ip", table: "t", chain: "c", expr } } })),
		],
	}) as unknown as Document;
const same = (document: Document): void =>
	expect(bytesOf(compileEncoded(document, { host }))).toEqual(bytesOf(compile(document, { host })));

test.each([
	[
		"a set, a prefix, a name in the place of a value",
		[1, "10.0.0.1", "@s", "10.0.0.0", "0x0a000001"],
	],
	["a wildcard in the place of a value", ["10.0.0.1", "*"]],
	["a range", ["10.0.0.1", { range: ["10.0.0.1", "10.0.0.2"] }, "10.0.0.3"]],
] as const)("%s is compiled to the same as by itself", (_, rights) => {
	for (const right of rights) {
		const rules = [[is(saddr, "10.0.0.9")], [is(saddr, right)], [is(saddr, "10.0.0.8")]];
		try {
			compile(document(...rules), { host });
		} catch (error) {
			expect(() => compileEncoded(document(...rules), { host })).toThrow((error as Error).message);
			continue;
		}
		same(document(...rules));
	}
});

test("what says which header follows is no constant like others", () => {
	const protocol = (name: string) => [
		is({ payload: { protocol: "ip", field: "protocol" } }, name),
		is({ payload: { protocol: "th", field: "dport" } }, 1),
		is(saddr, "10.0.0.1"),
	];
	same(document(protocol("tcp"), protocol("udp"), protocol("tcp")));
	const conflict = [is({ payload: { protocol: "ip", field: "protocol" } }, "udp"), is(dport, 22)];
	const fits = [is({ payload: { protocol: "ip", field: "protocol" } }, "tcp"), is(dport, 22)];
	expect(() => compileEncoded(document(fits, conflict), { host })).toThrow(NftError);
});

test("a rule with other constants is filled in, one of another kind is compiled", () => {
	const accept = { accept: null };
	const rule = (n: number) => [is(saddr, `10.0.0.${n}`), is(dport, n), accept];
	expect(ways(compileEncoded(document(rule(1)), { host }))).toBe(1);
	expect(ways(compileEncoded(document(rule(1), rule(2), rule(3)), { host }))).toBe(2);
	same(document(rule(1), rule(2), rule(3), [is(dport, 5), accept], rule(4)));
});

test("merged neighbours, masks and shifts keep their constants", () => {
	const sport = { payload: { protocol: "tcp", field: "sport" } };
	const dscp = { payload: { protocol: "ip", field: "dscp" } };
	const mark = { meta: { key: "mark" } };
	const shifted = { "<<": [mark, 4] };
	const rule = (n: number) => [
		is(sport, n),
		is(dport, n + 1),
		is(dscp, n),
		is(shifted, 16 * n),
		is({ "&": [mark, 15] }, n),
		is(mark, n, "<"),
		is(mark, n, "!="),
		is({ ct: { key: "bytes" } }, n, ">"),
	];
	same(document(rule(1), rule(2), rule(3), [is(mark, 2 ** 32 - 1)], [is(mark, 0)]));
});

test("a constant that is out of range is refused where it stands", () => {
	const bad = document([is(dport, 1)], [is(dport, 70000)]);
	expect(() => compileEncoded(bad, { host })).toThrow(/nftables\[5\].*expr\[0\].match.right/);
});

test("where rules never repeat no more of them are kept in mind", () => {
	const unlike = (count: number) =>
		Array.from({ length: count }, (_, i) => [
			is(saddr, "10.0.0.1"),
			{ counter: { packets: i, bytes: i } },
		]);
	const alike = [1, 2, 3].map((n) => [is(dport, n)]);
	same(document(...unlike(300), ...alike));
	expect(ways(compileEncoded(document(...unlike(10), ...alike), { host }))).toBe(2);
	expect(ways(compileEncoded(document(...unlike(300), ...alike), { host }))).toBe(1);
});
