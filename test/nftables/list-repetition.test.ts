import { expect, it } from "vitest";
import { Reader, Writer } from "../../src/netlink/bytes.js";
import { list } from "../../src/netlink/schema.js";
import { compile } from "../../src/nftables/index.js";
import { printerFor } from "../../src/nftables/listing/printer.js";
import { listStatements, ruleLister } from "../../src/nftables/listing/rule.js";
import { expr } from "../../src/uapi/nf_tables_expr.js";
import { rows } from "./rules.js";
import { host, inTable } from "./ruleset.js";

const expressions = list(1, expr);
const printer = printerFor(host);
const families = { ip: 2, ip6: 10, inet: 1, arp: 3, bridge: 7, netdev: 5 } as const;
const noSet = () => undefined;

/** The expressions of a rule with other constants and counts. */
function varied(bytes: Uint8Array, by: number): Uint8Array {
	const decoded = expressions.read(new Reader(bytes));
	for (const expression of decoded) {
		if (expression.NFTA_EXPR_NAME === "cmp") {
			const value = expression.NFTA_EXPR_DATA?.NFTA_CMP_DATA?.NFTA_DATA_VALUE;
			if (value !== undefined) value[value.length - 1] = (value.at(-1) ?? 0) ^ by;
		}
		if (expression.NFTA_EXPR_NAME === "counter")
			Object.assign(expression.NFTA_EXPR_DATA ?? {}, {
				NFTA_COUNTER_BYTES: BigInt(by),
				NFTA_COUNTER_PACKETS: BigInt(2 * by),
			});
	}
	const writer = new Writer();
	expressions.write(writer, decoded);
	return writer.finish();
}

it.each(rows)(
	"%s: listed after others like it as it is by itself",
	(_label, family, statements) => {
		const { messages } = compile({ nftables: inTable(family, statements) }, { host });
		const rule = messages.findLast(({ message }) => message.name === "NFT_MSG_NEWRULE");
		const { NFTA_RULE_EXPRESSIONS: sent } = (rule ?? { value: {} }).value as {
			NFTA_RULE_EXPRESSIONS: Parameters<typeof expressions.write>[1];
		};
		const writer = new Writer();
		expressions.write(writer, sent);
		const lister = ruleLister(families[family], noSet, printer);
		for (const by of [0, 1, 0, 2, 3, 9, 0x80, 1]) {
			const bytes = varied(writer.finish(), by);
			expect(lister.list(bytes)).toEqual(
				listStatements(expressions.read(new Reader(bytes)), families[family], noSet, printer),
			);
		}
	},
);
