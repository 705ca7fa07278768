import { describe, expect, it, test } from "vitest";
import { SpecError } from "../../src/spec/error.js";
import { checkSpec, parseSpec } from "../../src/spec/spec.js";
import { lab, one, refuse, refuseText } from "./refusal.js";

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
			snatTo: ["10.33.33.34"],
			proxyArp: true,
			mtu: 1500,
			guard: "basic",
			isolation: false,
			forwarding: "global",
			proxyNeighbours: false,
			reaches: [],
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
				"lab.yaml:5:5 networks.lab.snat_to: is not a known key (did you mean snatTo?)",
				"lab.yaml:9:10 taps.tap0.mtu: is 67, must be 68 to 65521",
				'lab.yaml:13:11 taps.tap0.guest.addresses[1]: "10.0.0.1" is not an address with a prefix length: the prefix length is missing, /24',
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
		["version: [1", "is not valid YAML"],
		["a: b: c", "is not valid YAML"],
		["version: @1", "is not valid YAML"],
		["version: !!js/function 'return 1'", "Unresolved tag"],
		["version: !!binary AA==", "Unresolved tag"],
		["version: !!timestamp 2001-12-14", "Unresolved tag"],
		["version: !mine 1", "Unresolved tag"],
		['{"version": 1,}', "is not valid JSON"],
		['{"version": 1 // one\n}', "is not valid JSON"],
		['{"version": 1 # one\n}', "is not valid JSON"],
		['{"version": 01}', "is not valid JSON"],
		['{"version": 1}}', "after the end"],
		['{"version": 1} {"version": 1}', "after the end"],
		['{"version": "\\x"}', "is not valid JSON"],
		['{"version": NaN}', "is not valid JSON"],
		["{", "is not valid YAML"],
	])("%j %s", (text, message) => {
		const issues = refuseText(text, { source: "x.yaml" });
		expect(issues.map((issue) => issue.message)).toContainEqual(expect.stringContaining(message));
		expect(issues.every(({ path }) => path === "")).toBe(true);
	});

	it("is JSON by its name as well", () => {
		expect(refuseText("version: 1", { source: "lab.json" })).toEqual(one("", "is not valid JSON"));
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
		expect(refuseText(text)).toEqual(one(path, "which is not defined before it"));
	});

	it("do not merge: << is a key like any other, and unknown", () => {
		const text =
			"version: 1\nnetworks: {lab: &l {mode: host-only}}\ntaps: {tap0: {<<: *l, network: lab}}";
		expect(refuseText(text)).toEqual(one('taps.tap0["<<"]', "is not a known key"));
	});
});
