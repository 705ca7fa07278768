/** Which tracked connections end when it is said otherwise where guests may send: those that rules would not let begin. */
import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { regoverned } from "../../src/engine/flows.js";
import type { Plan } from "../../src/engine/plan.js";
import { parseAddress } from "../../src/inet/address.js";
import { forbiddenFlows } from "../../src/kinds/forbidden-flows.js";
import { kinds } from "../../src/kinds/index.js";
import { lan } from "../engine/hosts.js";
import { Rig, scratch } from "../engine/rig.js";
import { type Said, TAPS, twoNetworks } from "../engine/two-networks.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));

type Each = Readonly<Record<string, Said>>;
const PROTOCOLS = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 } as const;

/** Whether a flow ends, `10.7.0.2 > 9.9.9.9 443/tcp`, where all of this is said; `of` are the taps that it was changed of. */
function ends(flow: string, networks: Each, taps: Each = {}, of = ["a", "b", "c", "d"]): boolean {
	const [, from = "", to = "", answerer = to, port, protocol] =
		/^(\S+) > (\S+?)(?:=(\S+))? (\d+)\/(\w+)$/.exec(flow) ?? [];
	const rig = new Rig(directory, lan);
	try {
		rig.up(twoNetworks(networks, taps));
		return forbiddenFlows(
			rig.journal.state,
			new Set(of),
			rig.kernel,
		)({
			from: parseAddress(from),
			to: parseAddress(to),
			answerer: parseAddress(answerer),
			protocol: PROTOCOLS[protocol as keyof typeof PROTOCOLS],
			port: Number(port),
		});
	} finally {
		rig.close();
	}
}

const NONE = { lab: { egress: "none" } };
const INTERNET = { lab: { egress: "internet" } };
const LIST = { lab: { egress: ["10.1.0.0/16", "9.9.9.9:443/tcp", "[2600::/32]:53-54"] } };
const ISOLATED = { lab: { isolation: true } };
type Row = [flow: string, networks: Each, isEnded: boolean, taps?: Each];
/** Rows with names, as test.each() takes them. */
const named = (rows: readonly Row[]) =>
	rows.map(([flow, networks, isEnded, taps]) => ({
		name: `${flow}, ${JSON.stringify({ ...networks, ...taps })}`,
		...{ flow, networks, isEnded, taps },
	}));

describe("what a guest began to the world", () => {
	test.each(
		named([
			["10.7.0.2 > 9.9.9.9 443/tcp", {}, false],
			["10.7.0.2 > 9.9.9.9 443/tcp", NONE, true],
			["fd07::2 > 2600::9 443/tcp", NONE, true],
			["10.7.0.2 > 9.9.9.9 443/tcp", INTERNET, false],
			["10.7.0.2 > 10.33.33.1 443/tcp", INTERNET, true],
			["10.7.0.2 > 169.254.169.254 80/tcp", INTERNET, true],
			["fd07::2 > 2600::9 443/tcp", INTERNET, false],
			["fd07::2 > fd00::9 443/tcp", INTERNET, true],
			["fd07::2 > 2001:db8::9 443/tcp", INTERNET, true],
			["10.7.0.2 > 10.1.2.3 9/udp", LIST, false],
			["10.7.0.2 > 10.2.2.3 9/udp", LIST, true],
			["10.7.0.2 > 9.9.9.9 443/tcp", LIST, false],
			["10.7.0.2 > 9.9.9.9 443/udp", LIST, true],
			["10.7.0.2 > 9.9.9.9 444/tcp", LIST, true],
			["10.7.0.2 > 9.9.9.9 442/tcp", LIST, true],
			["fd07::2 > 2600::9 54/udp", LIST, false],
			["fd07::2 > 2600::9 55/udp", LIST, true],
			// What its tap says goes before what its network says.
			["10.7.0.2 > 9.9.9.9 443/tcp", NONE, false, { a: { egress: "internet" } }],
			["10.7.0.3 > 9.9.9.9 443/tcp", NONE, true, { a: { egress: "internet" } }],
			["10.7.0.2 > 9.9.9.9 443/tcp", {}, true, { a: { egress: "none" } }],
			["10.8.0.2 > 9.9.9.9 443/tcp", {}, true, { c: { egress: ["10.1.0.0/16"] } }],
			["10.8.0.3 > 9.9.9.9 443/tcp", {}, false, { c: { egress: ["10.1.0.0/16"] } }],
			["fd08::2 > 2600::9 443/tcp", {}, true, { c: { egress: ["10.1.0.0/16"] } }],
			["10.8.0.2 > 10.1.2.3 443/tcp", {}, false, { c: { egress: ["10.1.0.0/16"] } }],
		]),
	)("$name: $isEnded", ({ flow, networks, isEnded, taps }) => {
		expect(ends(flow, networks, taps)).toBe(isEnded);
	});
});

describe("what a guest began to the host", () => {
	test.each(
		named([
			["10.7.0.2 > 10.7.0.1 22/tcp", {}, false],
			["10.7.0.2 > 10.7.0.1 22/tcp", { lab: { host: "services" } }, true],
			["10.7.0.2 > 10.7.0.1 0/icmp", { lab: { host: "services" } }, false],
			["fd07::2 > fd07::1 0/icmpv6", { lab: { host: "services" } }, false],
			["fd07::2 > fd07::1 0/icmpv6", { lab: { host: "closed" } }, true],
			// An address that it has by no guest's network.
			["10.7.0.2 > 10.33.33.33 22/tcp", {}, false],
			["10.7.0.2 > 10.33.33.33 22/tcp", { lab: { host: "services" } }, true],
			["10.7.0.2 > 10.33.33.33 0/icmp", { lab: { host: "services" } }, false],
			["10.7.0.2 > 10.33.33.33 22/tcp", { lab: { host: "closed" } }, true],
			// What it has elsewhere is beyond the segment, listed or not.
			["10.7.0.2 > 10.33.33.33 22/tcp", { lab: { egress: ["10.33.33.33"] } }, true],
			["10.7.0.2 > 10.8.0.1 22/tcp", { lab: { egress: ["10.8.0.0/16"] } }, true],
			["10.7.0.2 > 10.7.0.1 22/tcp", { lab: { egress: ["10.8.0.0/16"] } }, false],
			["10.7.0.2 > 10.7.0.1 22/tcp", INTERNET, true],
			["10.7.0.2 > 10.7.0.1 22/tcp", NONE, false],
			["10.8.0.2 > 10.8.0.1 22/tcp", {}, true, { c: { host: "closed" } }],
			["10.8.0.3 > 10.8.0.1 22/tcp", {}, false, { c: { host: "closed" } }],
		]),
	)("$name: $isEnded", ({ flow, networks, isEnded, taps }) => {
		expect(ends(flow, networks, taps)).toBe(isEnded);
	});
});

describe("what a guest began to another", () => {
	const REACHES = { lab: { reaches: ["db"] } };
	test.each(
		named([
			["10.7.0.2 > 10.8.0.2 80/tcp", {}, true],
			["10.7.0.2 > 10.8.0.2 80/tcp", REACHES, false],
			["10.8.0.2 > 10.7.0.2 80/tcp", REACHES, true],
			["10.7.0.2 > 10.8.0.2 80/tcp", { lab: { reaches: ["db"], egress: "none" } }, false],
			["10.7.0.2 > 10.7.0.3 80/tcp", {}, false],
			["10.7.0.2 > 10.7.0.3 80/tcp", ISOLATED, true],
			["10.7.0.2 > 10.7.0.3 80/tcp", NONE, true],
			["10.7.0.2 > 10.7.0.3 80/tcp", {}, true, { a: { egress: "none" } }],
			["10.7.0.3 > 10.7.0.2 80/tcp", {}, false, { a: { egress: "none" } }],
			["10.8.0.2 > 10.8.0.3 80/tcp", { db: { egress: "none" } }, false],
			// At a port that the host publishes for it.
			["10.7.0.2 > 10.33.33.33=10.8.0.2 80/tcp", {}, false],
			["10.7.0.2 > 10.33.33.33=10.8.0.2 80/tcp", INTERNET, true],
		]),
	)("$name: $isEnded", ({ flow, networks, isEnded, taps }) => {
		expect(ends(flow, networks, taps)).toBe(isEnded);
	});
});

describe("what others began to a guest", () => {
	test.each(
		named([
			["10.33.33.1 > 10.7.0.2 80/tcp", {}, true],
			["10.33.33.1 > 10.7.0.2 80/tcp", { lab: { inbound: "open" } }, false],
			["10.33.33.1 > 10.33.33.34=10.7.0.2 8080/tcp", {}, false],
			// The host itself.
			["10.7.0.1 > 10.7.0.2 22/tcp", {}, false],
		]),
	)("$name: $isEnded", ({ flow, networks, isEnded, taps }) => {
		expect(ends(flow, networks, taps)).toBe(isEnded);
	});
});

test("what is no flow of a guest of whom something was changed goes on", () => {
	expect(ends("10.7.0.2 > 9.9.9.9 443/tcp", NONE, {}, ["b"])).toBe(false);
	expect(ends("10.33.33.1 > 9.9.9.9 443/tcp", NONE)).toBe(false);
	expect(ends("10.7.0.2 > 10.8.0.2 80/tcp", {}, {}, ["c"])).toBe(true);
});

test.each(["policy", "reach", "egress"])(
	"flows are looked for where a change is of kind %s, and of no other that is for all guests",
	(kind) => {
		const rig = new Rig(directory, lan);
		rig.up(twoNetworks({}, { a: { egress: ["10.1.0.0/16"] } }));
		const { state } = rig.journal;
		const none = { put: [], drop: [], up: [], down: [] };
		/** The taps whose flows are looked for when all objects of a kind are changed, or go. */
		const regovernedBy = (kind: string): string[][] => {
			const all = [...state.entries.values()].filter((entry) => entry.kind === kind);
			expect(all.length).toBeGreaterThan(0);
			const deltas = [
				{ ...none, put: all },
				{ ...none, drop: all.map(({ key }) => key) },
			];
			return deltas.map((delta) => {
				const plan = { delta, requestOf: new Map() } as unknown as Plan;
				return [...regoverned(kinds, state, plan)].sort();
			});
		};
		const taps = kind === "egress" ? ["a"] : Object.keys(TAPS);
		expect(regovernedBy(kind)).toEqual([taps, taps]);
		expect(regovernedBy("way-out")).toEqual([[], []]);
		rig.close();
	},
);
