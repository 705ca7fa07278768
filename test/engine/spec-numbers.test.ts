import { describe, expect, it, test } from "vitest";
import { checkSpec, parseSpec } from "../../src/spec/spec.js";
import { farm, lab, one, refuse, refuseText } from "./refusal.js";

describe("MTUs", () => {
	test.each([0, 1, 67, 65_522, 65_535, 65_536, 2 ** 31])("%d is out of a tap's range", (mtu) => {
		const message = `is ${mtu}, must be 68 to 65521`;
		expect(refuse(lab({}, { mtu }))).toEqual(one("taps.tap0.mtu", message));
		expect(refuse(lab({ mtu }))).toEqual(one("networks.lab.mtu", message));
	});

	test.each([
		[-1, "the number -1"],
		[1500.5, "the number 1500.5"],
		[Number.NaN, "the number NaN"],
		[Number.POSITIVE_INFINITY, "the number Infinity"],
		[2 ** 53, "the number 9007199254740992"],
		["1500", 'the text "1500"'],
		["", 'the text ""'],
		[true, "true"],
		[null, "empty"],
		[[1500], "a list"],
		[{}, "a map"],
		[1500n, "a bigint"],
		[() => 1500, "a function"],
		[new Date(0), "an object that is not plain data"],
		[Symbol("1500"), "a symbol"],
	])("%s is no number", (mtu, what) => {
		expect(refuse(lab({}, { mtu }))).toEqual(
			one("taps.tap0.mtu", `is ${what}, must be a whole number from 0 to 4294967295`),
		);
	});

	test.each([68, 1279, 1280, 1500, 9000, 65_521])("%d is good", (mtu) => {
		const { networks, taps } = checkSpec(lab({ mtu }, { mtu }));
		expect([networks.lab?.mtu, taps.tap0?.mtu]).toEqual([mtu, mtu]);
	});

	const message = "is 1279, must be at least 1280, because there is IPv6 on tap0";
	test.each([
		["on the tap", lab({}, { mtu: 1279, addresses: ["fd00::1/64"] }), "taps.tap0.mtu"],
		["in the guest", lab({}, { mtu: 1279, guest: { addresses: ["fd00::1/64"] } }), "taps.tap0.mtu"],
		["on the network", lab({ mtu: 1279, addresses: ["fd00::1/64"] }), "networks.lab.mtu"],
	])("below 1280 take IPv6 off the interface: %s", (_, spec, path) => {
		expect(refuse(spec)).toEqual(one(path, message));
	});

	it("below 1280 are reported once per network", () => {
		const spec = farm({ mtu: 1000, addresses: ["fd00::1/128"] }, { tap0: {}, tap1: {} });
		expect(refuse(spec)).toEqual(one("networks.lab.mtu", "must be at least 1280"));
	});

	it("on one bridge are one", () => {
		const network = { bridge: "br0", mtu: 1500 };
		expect(refuse(farm(network, { tap0: { mtu: 1400 }, tap1: { mtu: 1500 } }))).toEqual(
			one("taps.tap0.mtu", "is 1400, but others on br0 have 1500"),
		);
		expect(refuse(farm({ bridge: "br0" }, { tap0: { mtu: 1400 }, tap1: { mtu: 1500 } }))).toEqual(
			one("taps.tap1.mtu", "is 1500, but others on br0 have 1400"),
		);
		expect(checkSpec(farm({}, { tap0: { mtu: 1400 }, tap1: { mtu: 1500 } })).taps.tap1?.mtu).toBe(
			1500,
		);
	});
});

describe("lengths of a tap's queue", () => {
	test.each([0, 524_289, 2 ** 32 - 1])("%d is out of range", (txqueuelen) => {
		expect(refuse(lab({}, { txqueuelen }))).toEqual(
			one("taps.tap0.txqueuelen", `is ${txqueuelen}, must be 1 to 524288`),
		);
	});

	test.each([1, 77, 1000, 524_288])("%d is good", (txqueuelen) => {
		expect(checkSpec(lab({}, { txqueuelen })).taps.tap0?.txqueuelen).toBe(txqueuelen);
	});

	it("are the kernel's where nothing is said", () => {
		expect(checkSpec(lab()).taps.tap0).not.toHaveProperty("txqueuelen");
	});
});

describe("the version", () => {
	test.each([
		[0, "is 0; this umlnet-nl knows version 1"],
		[2, "is 2; this umlnet-nl knows version 1"],
		[-1, "is the number -1"],
		["1", 'is the text "1"'],
		[1.5, "is the number 1.5"],
		[undefined, "is missing"],
	])("is not %j", (version, message) => {
		expect(refuse({ version })).toEqual(one("version", message));
	});
});

describe("numbers in YAML are those of YAML 1.2", () => {
	const yaml = (mtu: string) =>
		`version: 1\nnetworks: {lab: {mode: host-only}}\ntaps: {tap0: {network: lab, mtu: ${mtu}}}`;

	test.each([
		["1500", 1500],
		["+1500", 1500],
		["1500.0", 1500],
		["1.5e3", 1500],
		["0x5dc", 1500],
		["0o2734", 1500],
		["01500", 1500],
	])("%s is %d", (text, mtu) => {
		expect(parseSpec(yaml(text)).taps.tap0?.mtu).toBe(mtu);
	});

	test.each([
		["1_500", 'the text "1_500"'],
		["25:00", 'the text "25:00"'],
		["0b11", 'the text "0b11"'],
		[".nan", "the number NaN"],
		[".inf", "the number Infinity"],
		["1500k", 'the text "1500k"'],
		["2001-12-14", 'the text "2001-12-14"'],
		["~", "empty"],
		["", "empty"],
		["no", 'the text "no"'],
	])("%j is no number", (text, what) => {
		expect(refuseText(yaml(text))).toEqual(
			one("taps.tap0.mtu", `is ${what}, must be a whole number`),
		);
	});
});

describe("true and false", () => {
	test.each(["yes", "no", "on", "off", "y", 1, 0, null, "true"])("%j is neither", (multiQueue) => {
		expect(refuse(lab({}, { multiQueue }))).toEqual(
			one("taps.tap0.multiQueue", "must be true or false"),
		);
	});

	it("are what flags of the tap and the network are", () => {
		const { networks, taps } = checkSpec(
			lab({ proxyArp: true }, { multiQueue: true, vnetHdr: true }),
		);
		expect([networks.lab?.proxyArp, taps.tap0?.multiQueue, taps.tap0?.vnetHdr]).toEqual([
			true,
			true,
			true,
		]);
	});
});
