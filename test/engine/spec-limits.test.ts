import { describe, expect, it, test } from "vitest";
import { specFromFlags } from "../../src/spec/flags.js";
import { parseRate, RateError } from "../../src/spec/rate.js";
import { checkSpec } from "../../src/spec/spec.js";
import { one, refuse } from "./refusal.js";

describe("a rate", () => {
	test.each([
		["8000", 8_000],
		["100mbit", 100e6],
		["100Mbit", 100e6],
		["1.5gbit", 1.5e9],
		["512kibit", 512 * 1024],
		["12mbps", 96e6],
		["1mibps", 8 * 1024 ** 2],
		["1tbit", 1e12],
		["1000bps", 8_000],
	])("%s is %d bits a second", (text, bits) => {
		expect(parseRate(text)).toBe(bits);
	});

	test.each([
		["", "is no rate"],
		["fast", "is no rate"],
		["-1mbit", "is no rate"],
		["1 mbit", "is no rate"],
		["1e9", "is no rate"],
		["10mb", 'has a unit that tc(8) does not know, "mb"'],
		["50%", "is no rate"],
		["0", "is no limit but a cut"],
		["0mbit", "is no limit but a cut"],
		["1bit", "is 1 bits a second, must be 8kbit to 1tbit"],
		["2tbit", "must be 8kbit to 1tbit"],
	])("%j: %s", (text, message) => {
		expect(() => parseRate(text)).toThrow(RateError);
		expect(() => parseRate(text)).toThrow(message);
	});
});

const spec = (network: object, tap: object) => ({
	version: 1,
	networks: { lab: { mode: "routed", addresses: ["10.7.0.1/24"], ...network } },
	taps: { t1: { network: "lab", guest: { addresses: ["10.7.0.2/24"] }, ...tap } },
});

describe("limits in a spec", () => {
	it("of a tap go before those of its network, each by itself", () => {
		const limits = { download: "100mbit", upload: "20mbit", connections: 500 };
		const { taps } = checkSpec(spec({ limits }, { limits: { upload: "1mbit" } }));
		expect(taps.t1?.limits).toEqual({ ...limits, upload: "1mbit" });
	});

	it("are none where nothing is said", () => {
		expect(checkSpec(spec({}, {})).taps.t1?.limits).toBeUndefined();
	});

	test.each([
		[{ download: "0" }, "taps.t1.limits.download", "is no limit but a cut"],
		[{ upload: "10mb" }, "taps.t1.limits.upload", "has a unit"],
		[{ upload: 100 }, "taps.t1.limits.upload", "must be text"],
		[{ connections: 0 }, "taps.t1.limits.connections", "is 0, must be 1 to"],
		[{ connections: "5" }, "taps.t1.limits.connections", "must be a whole number"],
		[{ packets: 5 }, "taps.t1.limits.packets", "is not a known key"],
		["100mbit", "taps.t1.limits", "must be a map with the keys download, upload, connections"],
	])("%j: %s %s", (limits, path, message) => {
		expect(refuse(spec({}, { limits }))).toEqual(one(path, message));
	});

	it("of connections need the MAC of a guest on a bridge", () => {
		const limits = { connections: 5 };
		const path = "taps.t1.guest.mac";
		expect(refuse(spec({ bridge: "br0", limits }, {}))).toEqual(one(path, "is missing"));
		expect(refuse(spec({ bridge: "br0" }, { limits }))).toEqual(one(path, "is missing"));
		const guest = { addresses: ["10.7.0.2/24"], mac: "52:54:00:00:00:02" };
		expect(() => checkSpec(spec({ bridge: "br0", limits }, { guest }))).not.toThrow();
	});
});

describe("--limit", () => {
	const flags = { tap: "tap0", addresses: ["10.0.0.1/24"] };
	it("is given once for each", () => {
		const limit = ["download=100mbit", "upload=20mbit", "connections=500"];
		const { taps } = specFromFlags({ ...flags, limit } as never);
		expect(taps.tap0?.limits).toEqual({ download: "100mbit", upload: "20mbit", connections: 500 });
	});

	test.each([
		["download", "taps.tap0.limits.download", "is no rate"],
		["down=1mbit", "taps.tap0.limits.down", "is not a known key"],
		["connections=many", "taps.tap0.limits.connections", 'is the text "many"'],
		["upload=0", "taps.tap0.limits.upload", "is no limit but a cut"],
	])("%s: %s %s", (one, path, message) => {
		let issues: unknown;
		try {
			specFromFlags({ ...flags, limit: [one] } as never);
		} catch (error) {
			({ issues } = error as { readonly issues: unknown });
		}
		expect(issues).toEqual([
			expect.objectContaining({ path, flag: "--limit", message: expect.stringContaining(message) }),
		]);
	});
});
