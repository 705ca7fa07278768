import { describe, expect, it, test } from "vitest";
import { checkSpec } from "../../src/spec/spec.js";
import { lab, one, refuse } from "./refusal.js";

const badNames: readonly (readonly [name: string, reason: string])[] = [
	["", "is empty"],
	["a234567890123456", "16 characters"],
	["ééééééé1", "other characters"],
	[".", "begins with '.'"],
	["..", "begins with '.'"],
	[".hidden", "begins with '.'"],
	["-rf", "begins with '-'"],
	["all", "sysctls"],
	["default", "sysctls"],
	["lo", "loopback"],
	["tap%d", "other characters"],
	["%s", "other characters"],
	["a%db%d", "other characters"],
	["a/b", "other characters"],
	["eth0:1", "other characters"],
	["a b", "other characters"],
	["a\tb", "other characters"],
	["tap0\n", "other characters"],
	["tap0\0x", "other characters"],
	["tap\u00a00", "other characters"],
	["\u001b[31mtap", "other characters"],
	["tap\ud800", "other characters"],
	// The first letter "a" is Cyrillic.
	["t\u0430p0", "other characters"],
	["caf\u00e9", "other characters"],
	["cafe\u0301", "other characters"],
	["x;y", "other characters"],
	["$(id)", "other characters"],
	["__proto__", "JavaScript"],
	["constructor", "JavaScript"],
	["toString", "JavaScript"],
];
const goodNames = [
	"tap1",
	"TAP0",
	"a",
	"a23456789012345",
	"vm_1.eth-0",
	"0",
	"1.",
	"_",
	"eth0.100",
];

describe("names of interfaces", () => {
	test.each(badNames)("%j is no tap: %s", (name, reason) => {
		const spec = {
			version: 1,
			networks: { lab: { mode: "host-only" } },
			taps: JSON.parse(`{${JSON.stringify(name)}: {"network": "lab"}}`),
		};
		const issues = refuse(spec);
		expect(issues).toEqual([expect.objectContaining({ message: expect.stringContaining(reason) })]);
		// Whatever the name contains, the path must be safe to print.
		expect(issues[0]?.path).toMatch(/^taps[\x20-\x7e]+$/);
	});

	test.each(badNames)("%j is no bridge: %s", (bridge, reason) => {
		expect(refuse(lab({ bridge }))).toEqual(one("networks.lab.bridge", reason));
	});

	test.each(badNames)("%j is no uplink: %s", (uplink, reason) => {
		expect(refuse(lab({ mode: "nat", uplink }))).toEqual(one("networks.lab.uplink", reason));
	});

	test.each(goodNames)("%j is good for a tap, a bridge and an uplink", (name) => {
		const { taps } = checkSpec({
			version: 1,
			networks: { lab: { mode: "host-only" } },
			taps: { [name]: { network: "lab" } },
		});
		expect(taps[name]?.name).toBe(name);
		expect(checkSpec(lab({ bridge: name })).networks.lab?.bridge).toBe(name);
		expect(checkSpec(lab({ mode: "nat", uplink: name })).networks.lab?.uplink).toBe(name);
	});

	it("differ when their case differs, as for the kernel", () => {
		const { taps } = checkSpec({
			version: 1,
			networks: { lab: { mode: "host-only" } },
			taps: { tap0: { network: "lab" }, Tap0: { network: "lab" } },
		});
		expect(Object.keys(taps)).toEqual(["tap0", "Tap0"]);
	});

	it("with a dot are quoted in paths", () => {
		const spec = {
			version: 1,
			networks: { lab: { mode: "host-only" } },
			taps: { "eth0.5": { network: "lab", mtu: 1 } },
		};
		expect(refuse(spec)).toEqual(one('taps["eth0.5"].mtu', "is 1, must be 68 to 65521"));
	});
});

describe("names of networks", () => {
	test.each([
		"",
		"Lab",
		"-lab",
		"lab_1",
		"lab.1",
		"lab 1",
		"läb",
		"a".repeat(33),
		"constructor",
		"../etc",
		"lab\n",
	])("%j is refused", (name) => {
		const issues = refuse({ version: 1, networks: { [name]: { mode: "host-only" } } });
		expect(issues).toEqual([
			expect.objectContaining({
				message: expect.stringContaining("is not a valid name for a network"),
			}),
		]);
	});

	test.each(["lab", "0", "a-b-c", "9-", "a".repeat(32)])("%j is good", (name) => {
		const { networks } = checkSpec({ version: 1, networks: { [name]: { mode: "host-only" } } });
		expect(networks[name]?.name).toBe(name);
	});
});

describe("a tap's network", () => {
	it("must be there, and a near name is suggested", () => {
		const spec = {
			version: 1,
			networks: { lab: { mode: "host-only" }, world: { mode: "host-only" } },
			taps: { tap0: { network: "lba" } },
		};
		expect(refuse(spec)).toEqual([
			{
				path: "taps.tap0.network",
				message: '"lba" is not one of the networks',
				hint: "did you mean lab?",
			},
		]);
	});

	test.each(["constructor", "__proto__", "toString", ""])(
		"%j is none just because objects have it",
		(name) => {
			expect(refuse(lab({}, { network: name }))).toEqual(
				one("taps.tap0.network", "is not one of the networks"),
			);
		},
	);

	it("may be wrong itself without being called missing", () => {
		const spec = { version: 1, networks: { lab: 5 }, taps: { tap0: { network: "lab" } } };
		expect(refuse(spec)).toEqual(one("networks.lab", "is the number 5, must be a map"));
		const listed = { version: 1, networks: [], taps: { tap0: { network: "lab" } } };
		expect(refuse(listed)).toEqual(one("networks", "is a list, must be a map"));
	});

	it("is found by a record that inherits nothing", () => {
		const { networks, taps } = checkSpec(lab());
		expect(networks.constructor ?? taps.toString).toBeUndefined();
	});
});

describe("owners", () => {
	const accounts = {
		user: (name: string) =>
			new Map([
				["ann", 1000],
				["77", 5],
			]).get(name),
		group: (name: string) => new Map([["kvm", 36]]).get(name),
	};
	const nobody = 4_294_967_295;

	test.each([
		[{ owner: 500 }, 500, undefined],
		[{ owner: 0 }, 0, undefined],
		[{ owner: "ann" }, 1000, undefined],
		[{ owner: "500" }, 500, undefined],
		[{ owner: "77" }, 5, undefined],
		[{ group: "kvm" }, undefined, 36],
		[{ owner: 1, group: 2 }, 1, 2],
		[{}, 1234, undefined],
		[{ owner: nobody - 1 }, nobody - 1, undefined],
	])("%j is owner %s, group %s", (tap, owner, group) => {
		const spec = checkSpec(lab({}, tap), { accounts, defaultOwner: 1234 });
		expect([spec.taps.tap0?.owner, spec.taps.tap0?.group]).toEqual([owner, group]);
	});

	it("are root where neither the spec nor the caller says anything: never nobody in particular", () => {
		expect(checkSpec(lab()).taps.tap0?.owner).toBe(0);
	});

	test.each([
		[{ owner: -1 }, "taps.tap0.owner", "must be a whole number from 0 to 4294967295 or text"],
		[{ owner: "-1" }, "taps.tap0.owner", "open the tap to everybody"],
		[{ owner: nobody }, "taps.tap0.owner", "open the tap to everybody"],
		[{ owner: `${nobody}` }, "taps.tap0.owner", "open the tap to everybody"],
		[{ group: nobody }, "taps.tap0.group", "open the tap to everybody"],
		[{ owner: nobody + 1 }, "taps.tap0.owner", "must be a whole number"],
		[{ owner: 1.5 }, "taps.tap0.owner", "must be a whole number"],
		[{ owner: "bob" }, "taps.tap0.owner", '"bob", which is not a user of this machine'],
		[{ owner: "kvm" }, "taps.tap0.owner", "which is not a user of this machine"],
		[{ group: "ann" }, "taps.tap0.group", "which is not a group of this machine"],
		[{ owner: "" }, "taps.tap0.owner", "which is not a user of this machine"],
		[{ owner: "__proto__" }, "taps.tap0.owner", "which is not a user of this machine"],
		[{ owner: {} }, "taps.tap0.owner", "is a map"],
	])("%j is refused", (tap, path, message) => {
		expect(refuse(lab({}, tap), { accounts })).toEqual(one(path, message));
	});

	it("are looked up in /etc/passwd and /etc/group", () => {
		const spec = checkSpec(lab({}, { owner: "root", group: "root" }));
		expect([spec.taps.tap0?.owner, spec.taps.tap0?.group]).toEqual([0, 0]);
	});
});
