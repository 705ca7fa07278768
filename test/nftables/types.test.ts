import { describe, expect, it } from "vitest";
import {
	type Command,
	compile,
	type Document,
	NftError,
	type StatementJson,
} from "../../src/nftables/index.js";
import { host, inTable } from "./ruleset.js";

const dport = { payload: { protocol: "tcp", field: "dport" } } as const;
const ip = { family: "ip", table: "t" } as const;
const set = { ...ip, name: "s" } as const;

/** A valid document, which both the TypeScript compiler and ours accept. */
const right = {
	nftables: [
		{ add: { table: { family: "ip", name: "t", flags: ["dormant"], comment: "ours" } } },
		{ add: { chain: { ...ip, name: "c", type: "nat", hook: "postrouting", prio: "srcnat + 1" } } },
		{ add: { set: { ...ip, name: "s", type: ["ipv4_addr", "inet_service"], flags: "dynamic" } } },
		{ add: { map: { ...ip, name: "m", type: { typeof: dport }, map: "verdict" } } },
		{ add: { element: { ...ip, name: "m", elem: [[22, { accept: null }]] } } },
		{ add: { counter: { ...ip, name: "n", packets: 1, bytes: 2 } } },
		{
			add: {
				rule: {
					...ip,
					chain: "c",
					comment: "all of it",
					expr: [
						{ match: { op: "!=", left: dport, right: { set: [22, { range: [80, 90] }] } } },
						{
							mangle: {
								key: { meta: { key: "mark" } },
								value: { "|": [{ ct: { key: "mark" } }, 1] },
							},
						},
						{ limit: { rate: 3, per: "minute", burst: 5 } },
						{ log: { prefix: "seen ", flags: ["ip options", "skuid"] } },
						{ counter: "n" },
						{ snat: { addr: { range: ["10.0.0.1", "10.0.0.9"] }, flags: "persistent" } },
					],
				},
			},
		},
		{ flush: { set: { ...ip, name: "s" } } },
		{ list: { ruleset: null } },
	],
} as const satisfies Document;

/** Invalid statements: the TypeScript compiler must reject each, and so must ours. */
const statements: readonly (readonly [why: string, statement: StatementJson])[] = [
	// @ts-expect-error
	["no statement", { teleport: null }],
	// @ts-expect-error
	["a key that is not known", { log: { prefix: "x", colour: "red" } }],
	// @ts-expect-error
	["an operator that is not known", { match: { op: "~", left: dport, right: 1 } }],
	// @ts-expect-error
	["a side that is missing", { match: { op: "==", left: dport } }],
	// @ts-expect-error
	["a number that is a string", { limit: { rate: "3", per: "minute" } }],
	// @ts-expect-error
	["a unit that is not known", { limit: { rate: 3, per: "fortnight" } }],
	// @ts-expect-error
	["a verdict with something in it", { accept: 1 }],
	// @ts-expect-error
	["a jump to nowhere", { jump: null }],
	// @ts-expect-error
	["a key of meta that is not known", { mangle: { key: { meta: { key: "smell" } }, value: 1 } }],
	// @ts-expect-error
	["an expression that is none", { match: { op: "==", left: { smell: {} }, right: 1 } }],
	// @ts-expect-error
	["a flag that is not known", { masquerade: { flags: ["slowly"] } }],
	// @ts-expect-error
	["an operation that is not known", { set: { op: "invent", elem: dport, set: "@s" } }],
	// @ts-expect-error
	["a range of one", { match: { op: "==", left: dport, right: { range: [1] } } }],
	// @ts-expect-error
	["a prefix without a length", { fwd: { dev: { prefix: { addr: "10.0.0.0" } } } }],
];

/** Invalid commands. */
const commands: readonly (readonly [why: string, command: Command])[] = [
	// @ts-expect-error
	["no command", { invent: { table: { family: "ip", name: "t" } } }],
	// @ts-expect-error
	["no object", { add: { thing: { family: "ip", name: "t" } } }],
	// @ts-expect-error
	["a family that is not known", { add: { table: { family: "ipx", name: "t" } } }],
	// @ts-expect-error
	["a table without a name", { add: { table: { family: "ip" } } }],
	// @ts-expect-error
	["a rule without statements", { add: { rule: { ...ip, chain: "c" } } }],
	// @ts-expect-error
	["a set without a type", { add: { set } }],
	// @ts-expect-error
	["a set's flag that is not known", { add: { set: { ...set, type: "mark", flags: ["fast"] } } }],
	// @ts-expect-error
	["a policy that is not known", { add: { chain: { ...ip, name: "c", policy: "maybe" } } }],
	// @ts-expect-error
	["a name that is a number", { delete: { chain: { ...ip, name: 7 } } }],
];

describe("what is a compile error in TypeScript is refused at run time as well", () => {
	it.each(statements)("%s", (_, statement) => {
		const nftables = inTable("ip", [statement]);
		expect(() => compile({ nftables }, { host })).toThrow(NftError);
	});
	it.each(commands)("%s", (_, command) => {
		expect(() => compile({ nftables: [command] }, { host })).toThrow(NftError);
	});
	it("what is right is neither", () => {
		expect(compile(right, { host }).messages.length).toBeGreaterThan(7);
	});
});
