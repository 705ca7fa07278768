/** What is said of guests, as objects: of a network where that can be told by its links, else of each guest. */
import { describe, expect, test } from "vitest";
import type { Resource } from "../../src/engine/kind.js";
import { type HostLinks, wantedTaps } from "../../src/kinds/network.js";
import { groupOf } from "../../src/kinds/network-group.js";
import { SpecError } from "../../src/spec/error.js";
import { checkSpec } from "../../src/spec/spec.js";

/** A host on which br9 is somebody else's. */
const LINKS: HostLinks = {
	uplink: (name) => ({ name, mtu: 1500 }),
	foreignMtu: (bridge) => (bridge === "br9" ? 1500 : undefined),
	forcesIpv6: () => true,
};
const ADDRESSES = ["10.7.0.2/24", "fd07::2/64"];
const MAC = "52:54:00:00:00:02";

const wanted = (network: object, guest: object, tap: object = {}, others: object = {}) =>
	wantedTaps(
		checkSpec({
			version: 1,
			networks: { lab: network, ...others },
			taps: { t1: { network: "lab", guest, ...tap } },
		}),
		LINKS,
	)[0]?.resources ?? [];
const kinds = new Set([
	"segment",
	"bridged",
	"bridge-guest",
	"way-out",
	"reach",
	"policy",
	"egress",
]);
/** What is wanted of guests and networks, a line each. */
const told = (resources: readonly Resource[]): string[] =>
	resources
		.filter(({ kind }) => kinds.has(kind))
		.map(({ kind, want }) => {
			const {
				comment: _,
				groups: __,
				isUnheld: ____,
				of,
				...rest
			} = want as Record<string, unknown>;
			const { group: ___, ...subject } = (of ?? {}) as Record<string, unknown>;
			return [kind, ...Object.values(rest), ...Object.values(subject)].join(" ");
		});

/** What nothing keeps the guest to, whose address it goes by. */
const unheld = (resources: readonly Resource[]): string[] =>
	told(resources.filter(({ want }) => (want as { isUnheld?: true }).isUnheld));

const NAT = { mode: "nat", uplink: "eth1" };
const FOREIGN = { bridge: "br9" };

describe("what is said", () => {
	test("by address holds a guest that its guard keeps to its own", () => {
		const network = { ...NAT, bridge: "br0", addresses: ["10.7.0.1/24"] };
		const guest = { addresses: ["10.7.0.2/24"], mac: MAC };
		const said = { egress: "none", host: "closed" };
		expect(unheld(wanted(network, guest, { ...said, guard: "strict" }))).toEqual([]);
		expect(unheld(wanted({ ...network, ...said }, guest))).toEqual([]);
		expect(unheld(wanted(network, guest, said))).toEqual([
			"policy egress none br0 10.7.0.2",
			"policy host closed br0 10.7.0.2",
			"policy host closed br0 fe80::5054:ff:fe00:2",
		]);
	});

	test("of a network is said once, by its group; of a tap of its own by the tap", () => {
		const network = { ...NAT, egress: "internet", inbound: "open", reaches: ["db"] };
		const resources = wanted(network, {}, { egress: "none" }, { db: { mode: "host-only" } });
		expect(told(resources)).toEqual([
			"segment t1 lab",
			"way-out eth1",
			"reach lab lab",
			"reach lab db",
			"policy egress internet lab",
			"policy host services lab",
			"policy inbound open lab",
			"policy egress none t1",
			"policy host open t1",
		]);
		const reaches = resources.filter(({ kind }) => kind === "reach").map(({ want }) => want);
		const groups = [groupOf("lab"), groupOf("db")];
		expect(reaches).toContainEqual({ from: "lab", to: "db", groups });
	});

	test("of a guest on a bridge is said by its addresses, and what is of the host by its MAC's", () => {
		const guest = { addresses: ADDRESSES, mac: MAC };
		const network = { ...NAT, bridge: "br0" };
		expect(told(wanted(network, guest, { egress: ["10.1.0.0/16"], host: "closed" }))).toEqual([
			"segment br0 lab",
			"bridged br0 lab",
			"way-out eth1",
			"reach lab lab",
			"policy egress full lab",
			"policy host open lab",
			"policy inbound published lab",
			"policy egress list br0 10.7.0.2",
			"policy host closed br0 10.7.0.2",
			"policy egress list br0 fd07::2",
			"policy host closed br0 fd07::2",
			"policy host closed br0 fe80::5054:ff:fe00:2",
			"egress 10.1.0.0/16 br0 10.7.0.2",
			"egress 10.1.0.0/16 br0 fd07::2",
		]);
	});

	test("on a bridge of others is said of each guest alone, and the bridge is a way out", () => {
		const guest = { addresses: ["10.7.0.2/24", "fe80::5054:ff:fe00:2/64"], mac: MAC };
		const network = { ...NAT, ...FOREIGN, egress: "none", host: "services" };
		expect(told(wanted(network, guest))).toEqual([
			"segment br9 lab",
			"bridged br9 lab",
			"bridge-guest br9 10.7.0.2 lab",
			"bridge-guest br9 fe80::5054:ff:fe00:2 lab",
			"way-out eth1",
			"way-out br9",
			"reach lab lab",
			"policy egress none br9 10.7.0.2",
			"policy host services br9 10.7.0.2",
			"policy inbound published br9 10.7.0.2",
			"policy egress none br9 fe80::5054:ff:fe00:2",
			"policy host services br9 fe80::5054:ff:fe00:2",
			"policy inbound published br9 fe80::5054:ff:fe00:2",
		]);
	});

	test("of the host there holds for the address of the guest's MAC, too", () => {
		const guest = { addresses: ["10.7.0.2/24"], mac: MAC };
		const bridged = { mode: "bridged", bridge: "br0", uplink: "eth1", host: "closed" };
		expect(told(wanted(bridged, guest)).slice(-3)).toEqual([
			"policy host closed br0 10.7.0.2",
			"bridge-guest br0 fe80::5054:ff:fe00:2 lab",
			"policy host closed br0 fe80::5054:ff:fe00:2",
		]);
	});

	test.each([
		["kept from each other", { isolation: true }, ["reach lab db"]],
		["with nothing beyond their segments", { egress: "none" }, ["reach lab db"]],
		["on one bridge", { egress: "none", bridge: "br0" }, ["reach lab lab", "reach lab db"]],
	])("of guests %s is whom they reach", (_, network, reaches) => {
		const others = { db: { mode: "host-only" } };
		const lines = told(wanted({ ...NAT, ...network, reaches: ["db"] }, {}, {}, others));
		expect(lines.filter((line) => line.startsWith("reach"))).toEqual(reaches);
	});
});

/** The issues of what a host cannot do. */
function refused(make: () => unknown) {
	try {
		make();
	} catch (error) {
		if (!(error instanceof SpecError)) throw error;
		expect(error.code).toBe("ERR_SPEC");
		return error.issues;
	}
	throw new Error("accepted");
}

const NEEDS = [
	...["internet", "none", ["10.1.0.0/16"]].map((egress) => ({ egress })),
	...["services", "closed"].map((host) => ({ host })),
];
const routed = { mode: "routed", uplink: "eth1" };
const rows = [
	...[NAT, routed].flatMap((mode) => NEEDS.map((said) => ({ ...mode, ...FOREIGN, ...said }))),
	{ ...NAT, ...FOREIGN, inbound: "published" },
	{ ...routed, ...FOREIGN, inbound: "published" },
	...["services", "closed"].map((host) => ({ mode: "bridged", ...FOREIGN, host })),
	...["services", "closed"].map((host) => ({
		...{ mode: "bridged", bridge: "br0", uplink: "eth1" },
		host,
	})),
].map((network) => [JSON.stringify(network), network] as const);

describe("on a bridge that others are on", () => {
	test.each(rows)("%s needs the guest's addresses", (_, network) => {
		for (const guest of [{}, { mac: MAC }]) {
			const [issue, ...more] = refused(() => wanted(network, guest));
			expect(more).toEqual([]);
			expect(issue?.path).toBe("taps.t1.guest.addresses");
			expect(issue?.message).toContain("are missing");
			expect(issue?.hint).toContain("guest: { addresses: [...] }");
		}
		expect(told(wanted(network, { addresses: ADDRESSES })).join("\n")).toMatch(
			/^policy \w+ \w+ br\d 10\.7\.0\.2$/m,
		);
	});

	test.each([
		[{ ...NAT, ...FOREIGN }],
		[{ ...routed, ...FOREIGN, inbound: "open", egress: "full", host: "open" }],
		[{ mode: "bridged", bridge: "br0", uplink: "eth1" }],
	])("%j needs none", (network) => {
		expect(told(wanted(network, {})).filter((line) => line.startsWith("policy"))).toEqual([]);
	});

	test.each([
		["from", { ...NAT, ...FOREIGN, reaches: ["db"] }, { mode: "host-only" }, "lab"],
		["to", { ...NAT, reaches: ["db"] }, { mode: "host-only", ...FOREIGN }, "db"],
	])("of somebody else's, networks cannot be reached %s it", (_, network, db, foreign) => {
		const [issue, ...more] = refused(() => wanted(network, { addresses: ADDRESSES }, {}, { db }));
		expect(more).toEqual([]);
		expect(issue).toMatchObject({
			path: "networks.lab.reaches[0]",
			message: `cannot be had: br9 is somebody else's, and what comes from there is not known as of network ${foreign}`,
			hint: `give ${foreign} a bridge of its own: one that is not there yet`,
		});
	});

	test("and that leads to a LAN, they can be: it has a group of ours", () => {
		const db = { mode: "bridged", bridge: "br0", uplink: "eth2" };
		const resources = wanted({ ...NAT, reaches: ["db"] }, {}, {}, { db });
		expect(told(resources)).toContain("reach lab db");
	});
});
