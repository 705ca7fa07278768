/** Each check of a tap alone: what it finds, by which word, and that it finds nothing where nothing is wrong. */
import { describe, expect, test } from "vitest";
import * as guest from "../../src/doctor/check/guest.js";
import * as ours from "../../src/doctor/check/ours.js";
import * as taps from "../../src/doctor/check/tap.js";
import * as ways from "../../src/doctor/check/ways.js";
import type { Check } from "../../src/doctor/check.js";
import { doctor } from "../../src/doctor/doctor.js";
import * as uapi from "../../src/uapi/index.js";
import { codesOf } from "./codes.js";
import { link, type MadeUp, madeUp, neighbour, tap } from "./made-up.js";

const eth1 = link(2, "eth1");
const GUEST = { addresses: ["192.168.33.34/24"], mac: "52:54:00:00:00:22" };
const unicast = (output: number, more: object = {}) => ({
	type: uapi.RTN_UNICAST,
	output,
	...more,
});
const local = { type: uapi.RTN_LOCAL };

type Row = readonly [what: string, check: Check, made: MadeUp, finds: readonly string[]];
const ROWS: readonly Row[] = [
	["no tap", taps.tap, {}, ["FINDING_TAP_ABSENT"]],
	["a tap that is down", taps.tap, { links: [tap({ isUp: false })] }, ["FINDING_TAP_DOWN"]],
	[
		"a tap that nobody has open",
		taps.tap,
		{ links: [tap({ hasCarrier: false })] },
		["FINDING_TAP_NOT_OPEN"],
	],
	["a tap as it should be", taps.tap, { links: [tap()] }, []],
	[
		"a tap without an owner",
		taps.owner,
		{ links: [tap({ tun: { isTap: true, queues: 1 } })] },
		["FINDING_TAP_OWNER (note)"],
	],
	[
		"a tap of somebody else",
		taps.owner,
		{ links: [tap()], ours: { tap0: { owner: 600 } } },
		["FINDING_TAP_OWNER"],
	],
	["a tap of its owner", taps.owner, { links: [tap()], ours: { tap0: { owner: 500 } } }, []],
	[
		"a tap that left its bridge",
		ours.master,
		{ links: [tap()], ours: { tap0: { bridge: "br0" } } },
		["FINDING_MASTER"],
	],
	[
		"a tap in its bridge",
		ours.master,
		{
			links: [tap({ master: 7 }), link(7, "br0", { kind: "bridge" })],
			ours: { tap0: { bridge: "br0" } },
		},
		[],
	],
	[
		"an uplink that left the bridge",
		ours.master,
		{
			links: [tap({ master: 7 }), link(7, "br0"), eth1],
			ours: { tap0: { bridge: "br0", mode: "bridged", uplink: "eth1" } },
		},
		["FINDING_MASTER"],
	],
	[
		"drift",
		ours.drift,
		{
			links: [tap()],
			ours: {
				tap0: {
					drift: [{ object: "link tap0", field: "mtu", wanted: 1500, found: 900, message: "mtu" }],
				},
			},
		},
		["FINDING_DRIFT (note)"],
	],
	["no drift", ours.drift, { links: [tap()], ours: { tap0: {} } }, []],
	[
		"an uplink that takes less",
		ours.mtu,
		{ links: [tap(), link(2, "eth1", { mtu: 1400 })], routes: { "9.9.9.9": unicast(2) } },
		["FINDING_MTU (note)"],
	],
	[
		"an uplink that takes as much",
		ours.mtu,
		{ links: [tap(), eth1], routes: { "9.9.9.9": unicast(2) } },
		[],
	],
	[
		"a route that takes less",
		ours.mtu,
		{ links: [tap(), eth1], routes: { "9.9.9.9": unicast(2, { mtu: 1280 }) } },
		["FINDING_MTU (note)"],
	],
	[
		"the guest's address on the host",
		guest.guestAddress,
		{ links: [tap()], ours: { tap0: { guest: GUEST } }, routes: { "192.168.33.34": local } },
		["FINDING_GUEST_ADDRESS"],
	],
	[
		"the guest's address elsewhere",
		guest.guestAddress,
		{ links: [tap()], ours: { tap0: { guest: GUEST } }, routes: { "192.168.33.34": unicast(5) } },
		[],
	],
	[
		"a guest with another address",
		guest.guestDiffers,
		{
			links: [tap()],
			ours: { tap0: { guest: GUEST } },
			neighbours: { 5: [neighbour("192.168.33.77", GUEST.mac)] },
		},
		["FINDING_GUEST_DIFFERS"],
	],
	[
		"a guest with its address",
		guest.guestDiffers,
		{
			links: [tap()],
			ours: { tap0: { guest: GUEST } },
			neighbours: { 5: [neighbour("192.168.33.34", GUEST.mac)] },
		},
		[],
	],
	[
		"a machine of another network",
		guest.guestDiffers,
		{
			links: [tap()],
			addresses: { 5: ["192.168.33.33/24"] },
			neighbours: { 5: [neighbour("169.254.186.160", GUEST.mac)] },
		},
		["FINDING_GUEST_DIFFERS (note)"],
	],
	[
		"two with one address",
		guest.duplicate,
		{
			links: [tap()],
			ours: { tap0: { guest: GUEST } },
			neighbours: { 5: [neighbour("192.168.33.34", "52:54:00:00:00:99")] },
		},
		["FINDING_DUPLICATE_ADDRESS"],
	],
	[
		"one with its address",
		guest.duplicate,
		{
			links: [tap()],
			ours: { tap0: { guest: GUEST } },
			neighbours: { 5: [neighbour("192.168.33.34", GUEST.mac)] },
		},
		[],
	],
	[
		"the same address behind another port",
		guest.duplicate,
		{
			links: [
				tap({ master: 7 }),
				link(7, "br0", { kind: "bridge" }),
				link(8, "tap1", { master: 7 }),
			],
			ours: { tap0: { guest: { addresses: GUEST.addresses } } },
			neighbours: { 7: [neighbour("192.168.33.34", "52:54:00:00:00:99")] },
			portOf: 8,
		},
		["FINDING_DUPLICATE_ADDRESS"],
	],
	[
		"a guest that never sent",
		guest.silent,
		{ links: [tap()], received: 0 },
		["FINDING_GUEST_SILENT"],
	],
	["a guest that sends", guest.silent, { links: [tap()], received: 3 }, []],
	[
		"a guest that asks in vain",
		guest.dhcp,
		{
			links: [tap()],
			received: 3,
			files: { "/proc/thread-self/net/udp": "  sl  local_address\n" },
		},
		["FINDING_DHCP_UNANSWERED"],
	],
	[
		"a guest that is answered",
		guest.dhcp,
		{
			links: [tap()],
			received: 3,
			files: { "/proc/thread-self/net/udp": "  sl\n 1: 00000000:0043 00000000:0000 07 0\n" },
		},
		[],
	],
	[
		"a guest that was given its address",
		guest.dhcp,
		{
			links: [tap()],
			received: 3,
			ours: { tap0: { guest: GUEST } },
			files: { "/proc/thread-self/net/udp": "" },
		},
		[],
	],
	[
		"no way to the world",
		ways.toWorld,
		{
			links: [tap(), eth1],
			addresses: { 5: ["192.168.33.33/24"] },
			routes: { "192.168.33.33": local },
		},
		["FINDING_NO_ROUTE"],
	],
];

describe("a check", () => {
	test.each(ROWS)("of %s", (_, check, made, finds) => {
		expect(codesOf(check, made)).toEqual(finds);
	});
});

describe("a report", () => {
	test("says what could not be read, and looks at everything else", () => {
		const { checks, findings } = doctor(
			madeUp({ refusesRules: true }),
			undefined,
			"/run/umlnet-nl",
		);
		const unread = checks.filter(({ outcome }) => outcome === "unread");
		expect(unread.map(({ check }) => check)).toContain("nf_tables");
		expect(unread[0]?.reason).toMatch(/operation not permitted/);
		expect(checks.some(({ outcome }) => outcome === "ok")).toBe(true);
		expect(findings.every(({ code }) => code.startsWith("FINDING_"))).toBe(true);
	});

	test("tells what stops packets before what may", () => {
		const made = { links: [tap({ isUp: false, tun: { isTap: true, queues: 1 } })], received: 0 };
		const { findings, healthy } = doctor(madeUp(made), "tap0", "/run/umlnet-nl");
		expect(healthy).toBe(false);
		expect(findings[0]?.code).toBe("FINDING_TAP_DOWN");
		const order = findings.map(({ stops }) => stops);
		expect(order).toEqual(order.toSorted((a, b) => Number(b) - Number(a)));
	});
});
