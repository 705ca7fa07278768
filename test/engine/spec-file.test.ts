import { describe, expect, it, test } from "vitest";
import { SpecError } from "../../src/engine/error.js";
import { checkSpec, parseSpec } from "../../src/engine/spec.js";
import { issuesOf, lab, one, refuse, refuseText } from "./refusal.js";

const good = `version: 1
networks:
  lab:
    mode: nat
    uplink: eth1
    addresses: [192.168.33.33/24]
    snatTo: 10.33.33.34
    proxyArp: true
    mtu: 1500
    forwarding: global
taps:
  tap0:
    network: lab
    owner: 500
    group: root
    mac: 02:00:00:00:00:01
    mtu: 1400
    multiQueue: true
    vnetHdr: true
    guest: { addresses: [192.168.33.34/24], mac: 52:54:00:12:34:56 }
`;
const meant = {
	version: 1,
	networks: {
		lab: {
			name: "lab",
			mode: "nat",
			uplink: "eth1",
			addresses: ["192.168.33.33/24"],
			snatTo: "10.33.33.34",
			proxyArp: true,
			mtu: 1500,
			isolation: false,
			forwarding: "global",
		},
	},
	taps: {
		tap0: {
			name: "tap0",
			network: "lab",
			owner: 500,
			group: 0,
			mac: "02:00:00:00:00:01",
			mtu: 1400,
			multiQueue: true,
			vnetHdr: true,
			addresses: ["192.168.33.33/24"],
			guest: { addresses: ["192.168.33.34/24"], mac: "52:54:00:12:34:56" },
			publish: [],
		},
	},
};
const json = JSON.stringify({
	version: 1,
	networks: { lab: { mode: "host-only" } },
	taps: { tap0: { network: "lab" } },
});

describe("a good spec", () => {
	test.each([
		["YAML", good],
		["with CRLF", good.replaceAll("\n", "\r\n")],
		["with a byte order mark", `\ufeff${good}`],
		["with document markers", `---\n${good}...\n`],
		["with comments", `# lab\n${good}# end`],
	])("is read from YAML: %s", (_, text) => {
		expect(parseSpec(text)).toEqual(meant);
	});

	it("is the same in JSON, and from a plain object", () => {
		const { networks, taps } = meant;
		const { name: _n, ...network } = networks.lab;
		const { name: _t, ...tap } = taps.tap0;
		const plain = { version: 1, networks: { lab: network }, taps: { tap0: tap } };
		expect(parseSpec(JSON.stringify(plain))).toEqual(meant);
		expect(parseSpec(`\ufeff  ${JSON.stringify(plain, undefined, 2)}\n`)).toEqual(meant);
		expect(checkSpec(plain)).toEqual(meant);
	});

	it("is deeply frozen", () => {
		const frozen = (value: unknown): boolean =>
			typeof value !== "object" ||
			value === null ||
			(Object.isFrozen(value) && Object.values(value).every(frozen));
		expect(frozen(parseSpec(good))).toBe(true);
	});

	it("is not checked again", () => {
		const spec = parseSpec(good);
		expect(checkSpec(spec)).toBe(spec);
		expect(() => checkSpec({ ...spec })).toThrow(SpecError);
	});

	it("may share parts by anchor and alias", () => {
		const text = `version: 1
networks: { lab: { mode: host-only } }
taps:
  tap0: &common { network: lab, owner: 500, mtu: 1400 }
  tap1: *common
`;
		const { taps } = parseSpec(text);
		expect(taps.tap1).toEqual({ ...taps.tap0, name: "tap1" });
	});

	it("may hold undefined where a key is not wanted", () => {
		expect(checkSpec(lab({ bridge: undefined }, { mtu: undefined }))).toEqual(checkSpec(lab()));
	});

	it("keeps the order in which taps are written", () => {
		const spec = { version: 1, networks: { lab: { mode: "host-only" } }, taps: {} };
		const names = ["z", "b", "a"];
		const taps = Object.fromEntries(names.map((name) => [name, { network: "lab" }]));
		expect(Object.keys(checkSpec({ ...spec, taps }).taps)).toEqual(names);
	});
});

describe("the error of a bad spec", () => {
	const text = `version: 1
networks:
  lab:
    mode: host-onyl
    snat_to: 10.0.0.1
taps:
  tap0:
    network: lab
    mtu: 67
    guest:
      addresses:
        - 10.0.0.1/24
        - 10.0.0.1
`;

	it("lists all issues, each with file, line, column, path and what to do", () => {
		expect(() => parseSpec(text, { source: "lab.yaml" })).toThrow(
			[
				'lab.yaml:4:11 networks.lab.mode: is the text "host-onyl", must be nat, bridged, routed or host-only (did you mean host-only?)',
				"lab.yaml:5:5 networks.lab.snat_to: is no known key (did you mean snatTo?)",
				"lab.yaml:9:10 taps.tap0.mtu: is 67, must be 68 to 65521",
				'lab.yaml:13:11 taps.tap0.guest.addresses[1]: "10.0.0.1" is no address with prefix length: the prefix length is missing, /24',
			].join("\n"),
		);
	});

	it("carries them as data, and the first one's path", () => {
		const issues = refuseText(text);
		expect(issues[0]).toEqual({
			path: "networks.lab.mode",
			message: 'is the text "host-onyl", must be nat, bridged, routed or host-only',
			hint: "did you mean host-only?",
			line: 4,
			column: 11,
		});
		expect(issues.map(({ line }) => line)).toEqual([4, 5, 9, 13]);
		try {
			parseSpec(text, { source: "lab.yaml" });
		} catch (error) {
			expect(error).toMatchObject({ path: "networks.lab.mode", source: "lab.yaml" });
		}
	});

	it("points to the key of what is missing something", () => {
		expect(refuseText("version: 1\nnetworks:\n  lab:\n    proxyArp: true\n")).toEqual([
			expect.objectContaining({ path: "networks.lab.mode", line: 3, column: 3 }),
		]);
	});

	it("counts empty lines, and both ends of lines", () => {
		for (const text of ["\n\n\nversion: 2\n\n", "\r\n\r\n\r\nversion: 2"])
			expect(refuseText(text)).toEqual([
				expect.objectContaining({ path: "version", line: 4, column: 10 }),
			]);
	});

	it("has positions in JSON too", () => {
		const text = `{\n  "version": 1,\n  "networks": {"lab": {"mode": "nat"}}\n}`;
		expect(refuseText(text, { source: "lab.json" })).toEqual([
			expect.objectContaining({ path: "networks.lab.uplink", line: 3, column: 16 }),
		]);
	});

	it("has none for plain objects", () => {
		const [issue] = refuse({ version: 2 });
		expect(issue).toEqual({ path: "version", message: "is 2; this umlnet-nl knows version 1" });
	});

	it("does not grow without end", () => {
		const taps = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`tap${i}`, 1]));
		const issues = refuse({ version: 1, taps });
		expect(issues.length).toBe(1001);
		expect(issues.at(-1)?.message).toBe("and 4000 more issues");
	});
});

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
		expect(issues).toEqual(one(path, "is no known key"));
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
		["version: 1\n? [a]\n: 2", "is no plain text"],
		["version: 1\n? {a: b}\n: 2", "is no plain text"],
		["version: 1\nnetworks: {&x a: 1, *x : 2}", "is no plain text"],
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
		[new Map([["version", 1]]), "", "is an object that is no plain data"],
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

describe("text that is no spec", () => {
	test.each([
		["", "is empty"],
		["# only comments\n", "is empty"],
		["---\n", "is empty"],
		["\n\n  \n", "is empty"],
		["~", "is empty"],
		["version", "is the text"],
		["- version: 1", "is a list"],
		["version: 1\n---\nversion: 1", "second document"],
		["%YAML 1.1\n---\nversion: 1", "% directive"],
		["%TAG ! tag:example.com,2000:\n---\nversion: 1", "% directive"],
		["version: 1\0", "U+0000"],
		["v\0e\0r\0s\0i\0o\0n\0", "U+0000"],
		["version: \u001b[31m1", "U+001B"],
		["version: 1 # \ud800", "U+D800"],
		["version: 1 # \ufeff", "U+FEFF"],
		["\ufffe", "is the text"],
		["version:\n\t- 1", "Tabs are not allowed"],
		["networks:\n\tlab: 1", "Tabs are not allowed"],
		["version: 'a", "Missing closing"],
		["version: [1", "is no YAML"],
		["a: b: c", "is no YAML"],
		["version: @1", "is no YAML"],
		["version: !!js/function 'return 1'", "Unresolved tag"],
		["version: !!binary AA==", "Unresolved tag"],
		["version: !!timestamp 2001-12-14", "Unresolved tag"],
		["version: !mine 1", "Unresolved tag"],
		['{"version": 1,}', "is no JSON"],
		['{"version": 1 // one\n}', "is no JSON"],
		['{"version": 1 # one\n}', "is no JSON"],
		['{"version": 01}', "is no JSON"],
		['{"version": 1}}', "after the end"],
		['{"version": 1} {"version": 1}', "after the end"],
		['{"version": "\\x"}', "is no JSON"],
		['{"version": NaN}', "is no JSON"],
		["{", "is no YAML"],
	])("%j %s", (text, message) => {
		const issues = refuseText(text, { source: "x.yaml" });
		expect(issues.map((issue) => issue.message)).toContainEqual(expect.stringContaining(message));
		expect(issues.every(({ path }) => path === "")).toBe(true);
	});

	it("is JSON by its name as well", () => {
		expect(refuseText("version: 1", { source: "lab.json" })).toEqual(one("", "is no JSON"));
		expect(parseSpec(json, { source: "lab.json" })).toEqual(parseSpec(json));
	});

	test.each(["[", "{a: ", "- ", "? ", '{"a":', "[[{"])(
		"%j a million times is refused before anything recursive sees it",
		(text) => {
			expect(refuseText(text.repeat(1e6).slice(0, 4e6))).toEqual(one("", "is nested too deep"));
		},
	);

	it("may be a million lines deep", () => {
		const text = Array.from({ length: 2000 }, (_, i) => `${" ".repeat(i)}a:\n`).join("");
		expect(refuseText(text)).toEqual(one("", "is nested too deep"));
	});

	it("may be too long", () => {
		expect(refuseText(" ".repeat(100 * 2 ** 20))).toEqual(
			one("", "longer than 4194304 characters"),
		);
		expect(refuseText(" ".repeat(4 * 2 ** 20))).toEqual(one("", "is empty"));
		expect(refuseText("a: b\n".repeat(500_000))).toEqual(one("", "too long for YAML"));
	});
});

describe("aliases", () => {
	it("that would unfold to a billion are refused", () => {
		const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
		for (let i = 1; i < 10; i++)
			lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join()}]`);
		const issues = refuseText(lines.join("\n"));
		expect(issues[0]?.message).toContain("an alias too many");
	});

	test.each([
		["version: 1\ntaps: &a { tap0: *a }", "taps.tap0"],
		["version: 1\ntaps: &a [*a]", "taps[0]"],
		["version: 1\ntaps: *b", "taps"],
		["version: *v\ntaps: &v {}", "version"],
	])("that have no end or no beginning are refused: %j", (text, path) => {
		expect(refuseText(text)).toEqual(one(path, "which is not there before it"));
	});

	it("do not merge: << is a key like any other, and unknown", () => {
		const text =
			"version: 1\nnetworks: {lab: &l {mode: host-only}}\ntaps: {tap0: {<<: *l, network: lab}}";
		expect(refuseText(text)).toEqual(one('taps.tap0["<<"]', "is no known key"));
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
			one("networks.lab.proxyArp", "no plain data"),
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
