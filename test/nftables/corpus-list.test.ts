import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Reader } from "../../src/netlink/bytes.js";
import type { Codec } from "../../src/netlink/schema.js";
import { readElements } from "../../src/nftables/listing/element.js";
import { printerFor } from "../../src/nftables/listing/printer.js";
import { printTableContents } from "../../src/nftables/listing/ruleset.js";
import { readSet } from "../../src/nftables/listing/set.js";
import {
	chainAttrs,
	flowtableAttrs,
	setAttrs,
	setElemAttrs,
	tableAttrs,
} from "../../src/uapi/nf_tables.js";
import { objAttrs } from "../../src/uapi/nf_tables_obj.js";
import { corpusHost } from "./ruleset.js";

/** The kernel's contents for nftables' own tests, and nft's listing of them, in a directory beside the repository. */
const corpus = (name: string): URL =>
	new URL(`../../../shared/nft-corpus/${name}.open.jsonl.gz`, import.meta.url);
const families = { ip: 2, ip6: 10, inet: 1, arp: 3, bridge: 7, netdev: 5 } as const;
const printer = printerFor(corpusHost);

interface Dumped {
	readonly family: keyof typeof families;
	readonly table: string;
	readonly hex: string;
}
interface Recorded {
	readonly tables: readonly (Omit<Dumped, "table"> & { readonly name: string })[];
	readonly chains: readonly Dumped[];
	readonly objs: readonly Dumped[];
	readonly flowtables?: readonly Dumped[];
	readonly sets: readonly (Dumped & { readonly elems: readonly string[] })[];
	readonly rules: readonly (Omit<Dumped, "hex"> & {
		readonly chain: string;
		readonly expr_hex: string;
		readonly userdata: string | null;
	})[];
	readonly ruleset?: { readonly nftables: readonly Readonly<Record<string, unknown>>[] };
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const decode = <O>(codec: Codec<O, never>, hex: string): O => codec.read(new Reader(bytes(hex)));

function listed({ tables, chains, objs, flowtables = [], sets, rules }: Recorded): unknown[] {
	return tables.flatMap(({ family, name, hex }) => {
		const mine = (at: Omit<Dumped, "hex">): boolean => at.family === family && at.table === name;
		const number = families[family];
		const contents = {
			family: number,
			table: decode(tableAttrs, hex),
			chains: chains.filter(mine).map((chain) => decode(chainAttrs, chain.hex)),
			objects: objs.filter(mine).map((object) => decode(objAttrs, object.hex)),
			sets: sets.filter(mine).map((dumped) => {
				const set = readSet(number, decode(setAttrs, dumped.hex));
				const elements = dumped.elems.map((element) => decode(setElemAttrs, element));
				return { ...set, elements: readElements(set, elements) };
			}),
			flowtables: flowtables.filter(mine).map((table) => decode(flowtableAttrs, table.hex)),
			rules: rules.filter(mine).map(({ table, chain, expr_hex, userdata }) => ({
				NFTA_RULE_TABLE: table,
				NFTA_RULE_CHAIN: chain,
				NFTA_RULE_EXPRESSIONS: bytes(expr_hex),
				...(userdata && { NFTA_RULE_USERDATA: bytes(userdata) }),
			})),
		};
		return printTableContents(contents, printer);
	});
}

/** Handles are assigned by the kernel, and named sets are listed in the order of a hash table. */
const comparable = (items: readonly unknown[]): unknown[] =>
	JSON.parse(JSON.stringify(items), (key, value) => {
		if (key === "handle" || key === "metainfo" || key === "count") return undefined;
		if (key === "elem" && Array.isArray(value))
			return value.map((element) => JSON.stringify(element, sortKeys)).toSorted();
		return value;
	}).filter((item: object) => Object.keys(item).length > 0);
const sortKeys = (_key: string, value: unknown): unknown =>
	typeof value === "object" && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
		: value;

test.skipIf(!existsSync(corpus("cases")))("listings are those of nft 1.1.7 for the corpus", () => {
	const different: string[] = [];
	let total = 0;
	for (const line of ["cases", "rulesets"].flatMap((name) =>
		gunzipSync(readFileSync(corpus(name)))
			.toString()
			.trim()
			.split("\n"),
	)) {
		const { id, oracle } = JSON.parse(line) as {
			id: string;
			oracle: Readonly<Record<string, Recorded>>;
		};
		const recorded = oracle["1.1.7"];
		if (recorded?.ruleset === undefined) continue;
		total++;
		try {
			expect(comparable(listed(recorded))).toEqual(comparable(recorded.ruleset.nftables));
		} catch {
			different.push(id);
		}
	}
	expect(different.length / total, different.join("\n")).toBeLessThan(0.01);
});
