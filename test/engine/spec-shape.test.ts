import { describe, expect, it, test } from "vitest";
import { checkSpec } from "../../src/spec/spec.js";
import { issuesOf, lab, one, refuse, refuseText } from "./refusal.js";

describe("keys", () => {
	test.each([
		[{ ...lab(), tap: {} }, "tap", "did you mean taps?"],
		[{ ...lab(), name: "x" }, "name", "the keys here are version, networks, taps"],
		[{ ...lab(), mtu: 1 }, "mtu", "it is a key of a network"],
		[lab({ adresses: [] }), "networks.lab.adresses", "did you mean addresses?"],
		[lab({ SNATTO: "" }), "networks.lab.SNATTO", "did you mean snatTo?"],
		[lab({ "proxy-arp": true }), "networks.lab.proxy-arp", "did you mean proxyArp?"],
		[lab({ owner: 500 }), "networks.lab.owner", "it is a key of a tap"],
		[lab({ mut: 1 }), "networks.lab.mut", "did you mean mtu?"],
		[lab({}, { networks: "lab" }), "taps.tap0.networks", "did you mean network?"],
		[lab({}, { multiqueue: true }), "taps.tap0.multiqueue", "did you mean multiQueue?"],
		[lab({}, { guest: { address: [] } }), "taps.tap0.guest.address", "did you mean addresses?"],
		[lab({}, { guest: { id: 5 } }), "taps.tap0.guest.id", "the keys here are addresses, mac"],
		[lab({}, { "": 1 }), 'taps.tap0[""]', "the keys here are"],
		[lab({ constructor: 1 }), "networks.lab.constructor", "the keys here are"],
		[lab({ toString: 1 }), "networks.lab.toString", "the keys here are"],
		[lab({}, { "<<": {} }), 'taps.tap0["<<"]', "no merge keys"],
	])("%j is unknown at %s", (spec, path, hint) => {
		const issues = refuse(spec);
		expect(issues).toEqual(one(path, "is not a known key"));
		expect(issues[0]?.hint).toContain(hint);
		const [issue] = refuseText(JSON.stringify(spec, undefined, 1));
		expect(issue).toMatchObject({ path, line: expect.any(Number) });
	});

	test.each([
		['{"version": 1, "__proto__": {"taps": 5}}', "__proto__"],
		['{"version": 1, "taps": {"tap0": {"network": "lab", "__proto__": 1}}}', "taps.tap0.__proto__"],
	])("%s poisons nothing", (text, path) => {
		for (const issues of [refuseText(text), refuseText(`#\n${text}`), refuse(JSON.parse(text))])
			expect(issues.map((issue) => issue.path)).toContain(path);
		expect(Object.keys(Object.prototype)).toEqual([]);
	});

	test.each([
		["version: 1\nversion: 1", "version", 2],
		["version: 1\nnetworks: {a: {mode: host-only}, a: {mode: host-only}}", "networks.a", 2],
		["version: 1\ntaps:\n  t: {}\n  'r': {}\n  t: {}", "taps.t", 5],
		['{"version": 1,\n"version": 1}', "version", 2],
		['{"version": 1,\n"vers\\u0069on": 1}', "version", 2],
	])("%j has one twice", (text, path, line) => {
		expect(refuseText(text)).toContainEqual(
			expect.objectContaining({ path, line, message: "is given twice" }),
		);
	});

	test.each([
		["version: 1\n1: 2", "is the number 1"],
		["version: 1\ntrue: 2", "is true"],
		["version: 1\n~: 2", "is empty"],
		["version: 1\n? [a]\n: 2", "is not plain text"],
		["version: 1\n? {a: b}\n: 2", "is not plain text"],
		["version: 1\nnetworks: {&x a: 1, *x : 2}", "is not plain text"],
	])("%j has one that is no text", (text, message) => {
		const issues = refuseText(text);
		expect(issues.map((issue) => issue.message)).toContainEqual(
			expect.stringContaining(`has a key that ${message}`),
		);
	});
});

describe("values of another type", () => {
	test.each([
		[lab({ addresses: "10.0.0.1/24" }), "networks.lab.addresses", "must be a list"],
		[
			lab({ addresses: { a: "10.0.0.1/24" } }),
			"networks.lab.addresses",
			"is a map, must be a list",
		],
		[lab({ addresses: [1] }), "networks.lab.addresses[0]", "is the number 1, must be text"],
		[lab({ addresses: [null] }), "networks.lab.addresses[0]", "is empty, must be text"],
		[lab({ addresses: [["10.0.0.1/24"]] }), "networks.lab.addresses[0]", "is a list, must be text"],
		[lab({ addresses: null }), "networks.lab.addresses", "is empty, must be a list"],
		[lab({ bridge: 5 }), "networks.lab.bridge", "is the number 5, must be text"],
		[lab({ bridge: null }), "networks.lab.bridge", "is empty, must be text"],
		[lab({}, { guest: "10.0.0.2/24" }), "taps.tap0.guest", "must be a map with the keys addresses"],
		[lab({}, { guest: [] }), "taps.tap0.guest", "is a list"],
		[lab({}, { network: ["lab"] }), "taps.tap0.network", "is a list, must be text"],
		[{ version: 1, taps: [] }, "taps", "is a list, must be a map by name"],
		[{ version: 1, taps: null }, "taps", "is empty, must be a map by name"],
		[{ version: 1, taps: { tap0: null } }, "taps.tap0", "is empty, must be a map"],
		[{ version: 1, taps: { tap0: {} } }, "taps.tap0.network", "is missing"],
		[[], "", "is a list"],
		["version: 1", "", "is the text"],
		[null, "", "is empty"],
		[undefined, "", "is empty"],
		[42, "", "is the number 42"],
		[new Map([["version", 1]]), "", "is an object that is not plain data"],
	])("%j: %s %s", (spec, path, message) => {
		expect(refuse(spec)).toEqual(one(path, message));
	});

	it("are functions and getters too, which are not run", () => {
		const spec = {
			get version() {
				throw new Error("was run");
			},
		};
		expect(refuse(spec)).toEqual(one("version", "is a function"));
	});
});

describe("plain objects that are not plain", () => {
	it("may hold themselves", () => {
		const spec: Record<string, unknown> = { version: 1 };
		spec.taps = spec;
		expect(refuse(spec)).toEqual(one("", "nested too deep"));
	});

	it("may hold one another many times", () => {
		let value: unknown = 1;
		for (let i = 0; i < 30; i++) value = [value, value];
		expect(refuse({ version: 1, taps: value })).toEqual(one("", "too large"));
	});

	it("may be longer than memory", () => {
		const addresses: string[] = [];
		addresses.length = 2 ** 32 - 1;
		expect(refuse(lab({ addresses }))).toEqual(one("", "too large"));
	});

	it("may hold objects that cannot be shown", () => {
		class Hostile {
			toString(): string {
				throw new Error("was run");
			}
		}
		expect(refuse(lab({ proxyArp: new Hostile() }))).toEqual(
			one("networks.lab.proxyArp", "not plain data"),
		);
	});

	it("may have no prototype", () => {
		const spec = Object.assign(Object.create(null), lab());
		expect(checkSpec(spec)).toEqual(checkSpec(lab()));
	});

	it("are refused, not thrown at", () => {
		expect(issuesOf(() => checkSpec(Symbol("spec")))).toEqual(one("", "is a symbol"));
	});
});
