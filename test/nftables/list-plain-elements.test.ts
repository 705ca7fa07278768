import fc from "fast-check";
import { expect, it, test } from "vitest";
import { Reader, Writer } from "../../src/netlink/bytes.js";
import { printItem } from "../../src/nftables/expression/set.js";
import { readPlain } from "../../src/nftables/fast/plain-listing.js";
import { type Command, compile } from "../../src/nftables/index.js";
import { readElements } from "../../src/nftables/listing/element.js";
import { printerFor } from "../../src/nftables/listing/printer.js";
import { readSet } from "../../src/nftables/listing/set.js";
import {
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
	NFT_MSG_NEWSETELEM_RAW,
	setElementsAttrs,
} from "../../src/uapi/nf_tables.js";
import { host } from "./ruleset.js";

const printer = printerFor(host);
const ip = { family: "ip", table: "t", name: "s" } as const;

/** The set and the lists of its elements as the kernel sends them, without NLA_F_NESTED. */
function dumped(declaration: object) {
	const command = { add: { set: { ...ip, ...declaration } } } as unknown as Command;
	const { messages } = compile({ nftables: [command] }, { host });
	const encoded = messages.map(({ message, value }) => {
		const writer = new Writer();
		message.write(writer, value as never);
		return { type: message.type, bytes: writer.finish() };
	});
	const of = (type: number) => encoded.filter((one) => one.type === type).map(({ bytes }) => bytes);
	const [declared] = of(NFT_MSG_NEWSET.type);
	const lists = of(NFT_MSG_NEWSETELEM.type).flatMap((bytes) => {
		const raw = NFT_MSG_NEWSETELEM_RAW.decode(bytes).NFTA_SET_ELEM_LIST_ELEMENTS;
		return raw === undefined ? [] : [withoutNested(raw)];
	});
	return { set: readSet(2, NFT_MSG_NEWSET.decode(declared as Uint8Array)), lists };
}
const NLA_F_NESTED = 0x8000;
function withoutNested(list: Uint8Array): Uint8Array {
	const bytes = list.slice();
	const types = new Uint16Array(bytes.buffer);
	for (let at = 0; at < bytes.length; at += ((types[at / 2] as number) + 3) & ~3)
		for (const header of [at, at + 4]) {
			const index = header / 2 + 1;
			types[index] = (types[index] as number) & ~NLA_F_NESTED;
		}
	return bytes;
}
const anyhow = ({ set, lists }: ReturnType<typeof dumped>): unknown[] =>
	readElements(
		set,
		lists.flatMap((list) => setElementsAttrs.read(new Reader(list))),
	).items.map((item) => printItem(item, printer));
const plainly = ({ set, lists }: ReturnType<typeof dumped>) => readPlain(set, lists)?.(printer);

const bits = { ipv4_addr: 32, inet_service: 16, mark: 32, inet_proto: 8, iface_index: 31, uid: 32 };
const numbers = fc.constantFrom(...Object.entries(bits)).chain(([type, width]) =>
	fc.record({
		type: fc.constant(type),
		elem: fc.uniqueArray(fc.integer({ min: 0, max: 2 ** width - 1 }), { minLength: 1 }),
	}),
);
test("numbers are listed as they would be one by one", () => {
	fc.assert(
		fc.property(numbers, (declaration) => {
			const elements = dumped(declaration);
			expect(plainly(elements)).toEqual(anyhow(elements));
		}),
	);
});

test("intervals of numbers are listed as they would be one by one", () => {
	const declaration = numbers.map(({ type, elem }) => {
		// Neighbours in a sorted list form intervals that do not overlap. The last value has no end.
		const ends = elem
			.map((n) => Math.min(n, 2 ** bits[type as "mark"] - 2))
			.toSorted((a, b) => a - b);
		const pairs = ends.flatMap((low, i) => (i % 2 === 0 ? [[low, ends[i + 1] ?? low]] : []));
		const apart = pairs.filter(([low], i) => i === 0 || (low as number) > (pairs[i - 1]?.[1] ?? 0));
		return { type, flags: ["interval"], elem: apart.map((range) => ({ range })) };
	});
	fc.assert(
		fc.property(declaration, (one) => {
			const elements = dumped(one);
			expect(plainly(elements)).toEqual(anyhow(elements));
		}),
	);
});

test("prefixes are listed as such", () => {
	const prefix = (addr: string, len: number) => ({ prefix: { addr, len } });
	const elem = [
		prefix("0.0.0.0", 1),
		"128.0.0.0",
		prefix("192.168.0.0", 31),
		prefix("224.0.0.0", 4),
	];
	const elements = dumped({ type: "ipv4_addr", flags: ["interval"], elem });
	expect(plainly(elements)).toEqual(elem);
	expect(anyhow(elements)).toEqual(elem);
});

it.each([
	["a comment", { type: "mark", elem: [1, { elem: { val: 2, comment: "two" } }] }],
	["a timeout", { type: "mark", flags: ["timeout"], elem: [{ elem: { val: 2, timeout: 9 } }] }],
	["a counter", { type: "mark", elem: [{ elem: { val: 1, counter: { packets: 1, bytes: 2 } } }] }],
	["a catchall", { type: "mark", elem: [1, "*"] }],
	["an interval that has no end", { type: "mark", flags: ["interval"], elem: [0xffffffff] }],
	["a long key", { type: "ipv6_addr", elem: ["::1"] }],
	["a name", { type: "ifname", elem: ["lo"] }],
	["flags", { type: "ct_state", elem: ["new"] }],
	["a concatenation", { type: ["mark", "mark"], elem: [{ concat: [1, 2] }] }],
])("%s is more than a number", (_, declaration) => {
	expect(plainly(dumped(declaration))).toBeUndefined();
});
