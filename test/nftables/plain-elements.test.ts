import { expect, it, test } from "vitest";
import { Writer } from "../../src/netlink/bytes.js";
import { compileEncoded } from "../../src/nftables/compile/compile.js";
import { type Command, compile, type Document } from "../../src/nftables/index.js";
import { NFT_MSG_NEWSETELEM } from "../../src/uapi/nf_tables.js";
import { host } from "./ruleset.js";

/** The set and the flags in the messages, and all their elements in order. */
function elementsOf({ messages }: ReturnType<typeof compile>): unknown {
	const sent = messages.filter(({ message }) => message.type === NFT_MSG_NEWSETELEM.type);
	const decoded = sent.map(({ message, flags, value, path }) => {
		const writer = new Writer();
		message.write(writer, value as never);
		const { NFTA_SET_ELEM_LIST_ELEMENTS: elements, ...of } = NFT_MSG_NEWSETELEM.decode(
			writer.finish(),
		);
		return { elements, of: JSON.stringify({ ...of, flags, path }) };
	});
	return {
		of: [...new Set(decoded.map(({ of }) => of))],
		elements: decoded.flatMap(({ elements }) => elements),
	};
}
const ip = { family: "ip", table: "t", name: "s" } as const;
const inDeclaration = (type: unknown, elem: unknown): Document =>
	({ nftables: [{ add: { set: { ...ip, type, elem } } }] }) as unknown as Document;
const inCommand = (type: unknown, elem: unknown): Document =>
	({
		nftables: [{ add: { set: { ...ip, type } } }, { create: { element: { ...ip, elem } } }],
	}) as unknown as Document;

const tables = { payload: { protocol: "tcp", field: "dport" } };
const rows: readonly (readonly [string, unknown, readonly unknown[]])[] = [
	["addresses", "ipv4_addr", ["10.0.0.1", "255.255.255.255", "0.0.0.0", "10.1", "0x0a000001"]],
	["octal addresses", "ipv4_addr", ["010.0.0.1", "1.2.3.08"]],
	["more parts than there are", "ipv4_addr", ["1.2.3.4.5"]],
	["a part that is too large", "ipv4_addr", ["10.0.0.1", "1.2.3.256"]],
	["an address with a hole", "ipv4_addr", ["1..2.3"]],
	["long addresses", "ipv6_addr", ["fe80::1", "::", "2001:db8::10.0.0.1"]],
	["link layer addresses", "ether_addr", ["02:00:00:00:00:01"]],
	["marks", "mark", [1, 0xffffffff, "0x10", 2 ** 32]],
	["ports", "inet_service", [22, "ssh", 65535]],
	["ports beyond 16 bits", "inet_service", [22, 65536]],
	["protocols", "inet_proto", ["tcp", 17, "gre"]],
	["names of interfaces", "ifname", ["eth0", "lo"]],
	["flags", "tcp_flag", ["syn", 2]],
	["fields of a packet", { typeof: tables }, [22, "http"]],
	["concatenations", ["ipv4_addr", "mark"], [{ concat: ["10.0.0.1", 1] }]],
	["an element with more than a key", "mark", [1, { elem: { val: 2, comment: "two" } }]],
	["a set in a set", "mark", [1, { set: [2, 3] }]],
	["a set by reference", "mark", [1, "@other"]],
	["a catchall", "mark", [1, "*"]],
	["a range", "mark", [{ range: [1, 2] }]],
	["truths", "mark", [true]],
	["fractions", "mark", [1.5]],
	["nothing", "mark", []],
];
it.each(rows)("%s are encoded as they would be compiled", (_, type, elem) => {
	for (const document of [inDeclaration(type, elem), inCommand(type, elem)]) {
		let expected: unknown;
		try {
			expected = elementsOf(compile(document, { host }));
		} catch (error) {
			expect(() => compileEncoded(document, { host })).toThrow((error as Error).message);
			continue;
		}
		expect(elementsOf(compileEncoded(document, { host }))).toEqual(expected);
	}
});

const intervals = (elem: unknown, more: object = {}): Document =>
	({
		nftables: [
			{ add: { set: { ...ip, type: "ipv4_addr", flags: ["interval"], ...more } } },
			{ add: { element: { ...ip, elem } } },
			{ add: { element: { ...ip, elem: ["9.9.9.9"] } } },
		],
	}) as unknown as Document;
const prefix = (addr: string, len: unknown) => ({ prefix: { addr, len } });
it.each([
	["in order", ["10.0.0.1", prefix("10.1.0.0", 16), { range: ["10.2.0.1", "10.2.0.7"] }]],
	["in any order", [{ range: ["10.2.0.1", "10.2.0.7"] }, "10.0.0.1", prefix("10.1.0.0", 16)]],
	["side by side", ["10.0.0.1", "10.0.0.2", prefix("10.0.0.4", 30)]],
	["from the first address", [prefix("0.0.0.0", 8), "10.0.0.1"]],
	["up to the last", ["10.0.0.1", prefix("255.0.0.0", 8)]],
	["all of them", [prefix("0.0.0.0", 0)]],
	["twice the same", ["10.0.0.1", "10.0.0.1"]],
	["that overlap", ["10.0.0.1", prefix("10.0.0.0", 8)]],
	["the wrong way round", [{ range: ["10.0.0.9", "10.0.0.1"] }]],
	["a prefix with bits of a host", [prefix("10.0.0.1", 8)]],
	["a prefix of too many bits", [prefix("10.0.0.0", 33)]],
	["a prefix with something else", [{ prefix: { addr: "10.0.0.0", len: 8, other: 1 } }]],
	["a range of three", [{ range: ["10.0.0.0", "10.0.0.1", "10.0.0.2"] }]],
	["with a comment", [{ elem: { val: prefix("10.0.0.0", 8), comment: "ours" } }]],
	["a catchall", ["10.0.0.1", "*"]],
	["no address", ["10.0.0.1", "ten"]],
	["none", []],
])("intervals %s are encoded as they would be compiled", (_, elem) => {
	for (const document of [intervals(elem), intervals(elem, { "auto-merge": true })]) {
		let expected: unknown;
		try {
			expected = elementsOf(compile(document, { host }));
		} catch (error) {
			expect(() => compileEncoded(document, { host })).toThrow((error as Error).message);
			continue;
		}
		expect(elementsOf(compileEncoded(document, { host }))).toEqual(expected);
	}
});

test("more intervals than fit one message", () => {
	const elem = Array.from({ length: 5000 }, (_, i) => prefix(`10.${i >> 8}.${i & 255}.0`, 25));
	const document = intervals(elem);
	const encoded = compileEncoded(document, { host });
	expect(elementsOf(encoded)).toEqual(elementsOf(compile(document, { host })));
	expect(encoded.messages.length).toBeGreaterThan(3);
});

test("as many as do not fit one message", () => {
	const elem = Array.from({ length: 20_000 }, (_, i) => i);
	const document = inCommand("mark", elem);
	const encoded = compileEncoded(document, { host });
	expect(elementsOf(encoded)).toEqual(elementsOf(compile(document, { host })));
	expect(encoded.messages.length).toBeGreaterThan(2);
	for (const { value } of encoded.messages)
		expect((value as Uint8Array).length).toBeLessThan(0xffff);
});

test("a rule may add to the flags of the set after its elements", () => {
	const saddr = { payload: { protocol: "ip", field: "saddr" } };
	const nftables = [
		{ add: { set: { ...ip, type: "ipv4_addr", elem: ["10.0.0.1"] } } },
		{
			add: {
				rule: {
					...{ family: "ip", table: "t", chain: "c" },
					expr: [{ set: { op: "add", elem: saddr, set: "@s" } }],
				},
			},
		},
	] as unknown as readonly Command[];
	const bytes = ({ messages }: ReturnType<typeof compile>) => {
		const [first] = messages;
		const writer = new Writer();
		first?.message.write(writer, first.value as never);
		return Buffer.from(writer.finish()).toString("hex");
	};
	expect(bytes(compileEncoded({ nftables }, { host }))).toBe(
		bytes(compile({ nftables }, { host })),
	);
});
