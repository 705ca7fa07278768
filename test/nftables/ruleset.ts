import { Reader, Writer } from "../../src/netlink/bytes.js";
import { list, type Out } from "../../src/netlink/schema.js";
import {
	type Command,
	compile,
	type Host,
	localHost,
	type StatementJson,
} from "../../src/nftables/index.js";
import { expr } from "../../src/uapi/nf_tables_expr.js";

/** A host that is the same wherever the tests run. */
const names = (entries: Record<string, number>) => {
	const table = new Map(Object.entries(entries));
	return (name: string): number | undefined => table.get(name);
};
const databases = { protocols: names({ gre: 47, ospf: 89 }), group: names({ default: 0 }) };
export const host: Host = {
	number: (database, name) =>
		database === "protocols" || database === "group" ? databases[database](name) : undefined,
	name: () => undefined,
	service: names({ ssh: 22, http: 80, https: 443 }),
	uid: names({ root: 0 }),
	gid: names({ root: 0 }),
	ifindex: names({ lo: 1 }),
	ifname: (index) => (index === 1 ? "lo" : undefined),
	utcOffset: () => 7200,
};

/** The host on which the corpus was recorded: two hours east of UTC, with one interface, lo. */
export const corpusHost: Host = {
	...localHost(),
	ifindex: host.ifindex,
	ifname: host.ifname,
	utcOffset: host.utcOffset,
};

type Family = "ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev";
export const inTable = (
	family: Family,
	expr: readonly StatementJson[],
	...before: readonly Command[]
): readonly Command[] => [
	{ add: { table: { family, name: "t" } } },
	...before,
	{ add: { chain: { family, table: "t", name: "c" } } },
	{ add: { rule: { family, table: "t", chain: "c", expr } } },
];

const expressions = list(1, expr);
export type Decoded = Out<typeof expressions>;

/** The messages for a rule, encoded and decoded again, so that encoding is tested as well. */
export function compiled(nftables: readonly Command[]): Decoded {
	const { messages } = compile({ nftables }, { host });
	const rule = messages.findLast(({ message }) => message.name === "NFT_MSG_NEWRULE");
	const given = (rule ?? { value: {} }).value as { NFTA_RULE_EXPRESSIONS?: Decoded };
	const writer = new Writer();
	expressions.write(writer, given.NFTA_RULE_EXPRESSIONS ?? []);
	return expressions.read(new Reader(writer.finish()));
}

/** An expression on one line: its name, and its attributes without the prefix that the name repeats. */
export function line({ NFTA_EXPR_NAME: name, NFTA_EXPR_DATA: data }: Decoded[number]): string {
	return [
		name,
		...Object.entries(data ?? {}).map(([key, value]) => `${short(key)}=${text(value)}`),
	].join(" ");
}
const short = (key: string): string => key.replace(/^NFTA_[A-Z]+_/, "").toLowerCase();

function text(value: unknown): string {
	if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
	if (Array.isArray(value)) return `[${value.map((each) => line(each)).join(", ")}]`;
	if (typeof value !== "object" || value === null) return `${value}`;
	const members = Object.entries(value);
	const [only] = members;
	if ("NFTA_EXPR_NAME" in value) return `(${line(value as Decoded[number])})`;
	if (members.length === 1 && only !== undefined) return text(only[1]);
	return `{${members.map(([key, member]) => `${short(key)}=${text(member)}`).join(" ")}}`;
}
