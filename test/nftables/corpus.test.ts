import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Reader, Writer } from "../../src/netlink/bytes.js";
import { list } from "../../src/netlink/schema.js";
import { compile, type Document } from "../../src/nftables/index.js";
import { expr } from "../../src/uapi/nf_tables_expr.js";
import { type Decoded, corpusHost as host } from "./ruleset.js";

/** nftables' own tests, with the messages that nft sends for them, in a directory beside the repository. */
const corpus = new URL("../../../shared/nft-corpus/cases.open.jsonl.gz", import.meta.url);
const expressions = list(1, expr);

interface Case {
	readonly id: string;
	readonly doc: Document;
	readonly oracle: Readonly<
		Record<string, { readonly sent: readonly { readonly expr_hex: string }[] }>
	>;
}

/** The ids of sets in a batch are chosen by the sender. */
const comparable = (decoded: Decoded): unknown =>
	JSON.parse(
		JSON.stringify(decoded, (key, value) => {
			if (key.endsWith("_SET_ID")) return undefined;
			return typeof value === "bigint" ? `${value}` : value;
		}),
	);
function sent({ doc }: Case): unknown[] {
	const rules = compile(doc, { host }).messages.filter(
		({ message }) => message.name === "NFT_MSG_NEWRULE",
	);
	return rules.map(({ value }) => {
		const writer = new Writer();
		expressions.write(writer, (value as { NFTA_RULE_EXPRESSIONS: Decoded }).NFTA_RULE_EXPRESSIONS);
		return comparable(expressions.read(new Reader(writer.finish())));
	});
}
const wanted = ({ oracle }: Case): unknown[] =>
	(oracle["1.1.7"]?.sent ?? []).map(({ expr_hex }) =>
		comparable(expressions.read(new Reader(Uint8Array.from(Buffer.from(expr_hex, "hex"))))),
	);

test.skipIf(!existsSync(corpus))("rules are what nft 1.1.7 sends for the corpus", () => {
	const cases = gunzipSync(readFileSync(corpus)).toString().trim().split("\n");
	const different: string[] = [];
	for (const line of cases) {
		const one: Case = JSON.parse(line);
		try {
			expect(sent(one)).toEqual(wanted(one));
		} catch {
			different.push(one.id);
		}
	}
	expect(different.length / cases.length, different.join("\n")).toBeLessThan(0.01);
});
