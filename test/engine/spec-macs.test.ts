import { describe, expect, it, test } from "vitest";
import { checkSpec } from "../../src/spec/spec.js";
import { farm, lab, one, refuse } from "./refusal.js";

describe("MAC addresses", () => {
	test.each([
		["02:00:00:00:00", "six bytes"],
		["02:00:00:00:00:00:01", "six bytes"],
		["020000000001", "six bytes"],
		["02-00-00-00-00-01", "six bytes"],
		["2:0:0:0:0:1", "six bytes"],
		["02:00:00:00:00:0g", "six bytes"],
		["02:00:00:00:00:01\n", "six bytes"],
		["", "six bytes"],
		["00:00:00:00:00:00", "all zero"],
		["ff:ff:ff:ff:ff:ff", "multicast"],
		["01:00:5e:00:00:01", "multicast"],
	])("are not %j", (mac, message) => {
		expect(refuse(lab({}, { mac }))).toEqual(one("taps.tap0.mac", message));
		expect(refuse(lab({}, { guest: { mac } }))).toEqual(one("taps.tap0.guest.mac", message));
	});

	it("may be of those that makers of cards were given, as Xen's and VirtualBox's are", () => {
		const { taps } = checkSpec(
			lab({}, { mac: "00:16:3e:00:00:01", guest: { mac: "08:00:27:d1:f5:01" } }),
		);
		expect(taps.tap0?.guest.mac).toBe("08:00:27:d1:f5:01");
	});

	it("are lower case", () => {
		const { taps } = checkSpec(
			lab({}, { mac: "02:AB:00:00:00:01", guest: { mac: "52:54:00:12:34:5F" } }),
		);
		expect([taps.tap0?.mac, taps.tap0?.guest.mac]).toEqual([
			"02:ab:00:00:00:01",
			"52:54:00:12:34:5f",
		]);
	});

	const mac = "52:54:00:12:34:56";
	const other = "52:54:00:12:34:57";
	it("of two guests differ, wherever they are", () => {
		const spec = farm(
			{},
			{ tap0: { guest: { mac } }, tap1: { guest: { mac: mac.toUpperCase() } } },
		);
		expect(refuse(spec)).toEqual(
			one(
				"taps.tap1.guest.mac",
				`${mac} is already the MAC of another interface (taps.tap0.guest.mac)`,
			),
		);
	});

	it("of the tap and its guest differ: they are two machines", () => {
		expect(refuse(lab({}, { mac, guest: { mac } }))).toEqual(
			one("taps.tap0.guest.mac", "is already the MAC of another interface (taps.tap0.mac)"),
		);
	});

	it("of two taps differ on one bridge, and may be the same on two wires", () => {
		const taps = { tap0: { mac, guest: { mac: other } }, tap1: { mac } };
		expect(refuse(farm({ bridge: "br0" }, taps))).toEqual(
			one("taps.tap1.mac", "is already the MAC of another interface (taps.tap0.mac)"),
		);
		expect(checkSpec(farm({}, taps)).taps.tap1?.mac).toBe(mac);
	});
});
