import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it, test } from "vitest";
import { type Nat, nat } from "../../src/kinds/nat.js";
import { compileTables } from "../../src/kinds/ruleset/compile.js";
import { tables } from "../../src/kinds/ruleset/index.js";
import { tables as messages } from "../../src/kinds/ruleset/messages.js";
import { type CompiledTable, partsOf } from "../../src/kinds/ruleset/table.js";
import { table } from "../../src/kinds/table.js";
import type { Request } from "../../src/netlink/request.js";
import { type Command, compile } from "../../src/nftables/index.js";
import { host } from "./ruleset.js";

/** The messages for the kernel, byte for byte. */
const sent = (requests: readonly Request[]): unknown =>
	requests.map(({ message, flags, value }) => [
		message.name,
		flags,
		Buffer.from(message.encode(value as never)).toString("hex"),
	]);
const parts = ({ create, chains, drop, ...rest }: CompiledTable): unknown => ({
	...rest,
	create: sent(create),
	chains: chains.map((chain) => ({
		...chain,
		rules: sent(chain.rules),
		flush: sent(chain.flush),
	})),
	drop: sent(drop),
});
const commands: readonly Command[] = tables
	.map(partsOf)
	.flatMap(({ create, chains }) => [...create, ...chains.flatMap(({ rules }) => rules)]);
const compiled = (...more: readonly Command[]): readonly Request[] =>
	compile({ nftables: [...commands, ...more] }, { host }).messages;

test("the engine's messages are what the compiler makes of its ruleset", () => {
	expect(messages.map(parts)).toEqual(compileTables(tables, { host }).map(parts));
	const made = messages.flatMap(({ create, chains }) => [
		...create,
		...chains.flatMap(({ rules }) => rules),
	]);
	expect(sent(made)).toEqual(sent(compiled()));
});

test("they are what the engine sends", () => {
	const [step] = table.create({ name: "umlnet-nl" });
	if (step?.do.via !== "nftables") throw new Error("the table is made otherwise now");
	const [inet] = messages as readonly [CompiledTable];
	const rules = inet.chains.flatMap((chain) => chain.rules);
	expect(sent(step.do.batch)).toEqual(sent([...inet.create, ...rules]));
});

test("the committed file is what npm run build makes of the ruleset", () => {
	const script = new URL("../../scripts/ruleset.mjs", import.meta.url).pathname;
	const file = new URL("../../src/kinds/ruleset/messages.ts", import.meta.url);
	const output = execFileSync(process.execPath, [script, "--print"], { encoding: "utf8" });
	expect(readFileSync(file, "utf8")).toBe(output);
});

const guest: Nat = { segment: "tap0", uplink: "eth1", snatTo: undefined, network: "lab" };
const val = { concat: ["tap0", "eth1"] } as const;
const elem = { elem: { val, comment: "lab" } } as const;
const inSet = (name: string) => ({ family: "inet", table: "umlnet-nl", name }) as const;
it.each([
	["masqueraded", guest, { ...inSet("masqueraded"), elem: [elem] }],
	[
		"masqueraded in IPv6",
		{ ...guest, isIpv6: true },
		{ ...inSet("ipv6_masqueraded"), elem: [elem] },
	],
	[
		"behind an address",
		{ ...guest, snatTo: "10.33.33.34" },
		{ ...inSet("snat_to"), elem: [[elem, "10.33.33.34"]] },
	],
	[
		"behind an address of IPv6",
		{ ...guest, snatTo: "2001:db8::34", isIpv6: true },
		{ ...inSet("ipv6_snat_to"), elem: [[elem, "2001:db8::34"]] },
	],
] as const)("a guest is an element, too, as the compiler writes it: %s", (_, made, element) => {
	const [step] = nat.create(made);
	if (step?.do.via !== "nftables") throw new Error("a guest is made otherwise now");
	// The set already exists when the engine adds an element, so it is identified by its name and not by its id.
	const [added] = compiled({ create: { element } }).slice(-1);
	const value = { ...(added?.value as object), NFTA_SET_ELEM_LIST_SET_ID: undefined };
	expect(sent(step.do.batch)).toEqual(sent([{ ...(added as Request), value }]));
});
