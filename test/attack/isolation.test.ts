/** Guests that are kept apart do not hear of one another; and what is asked of guests that run changes in place. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEAST } from "../kernel/privilege.js";
import { MODES, type Scene } from "./attack.js";
import {
	ARP,
	arp,
	BROADCAST,
	type Bytes,
	ether,
	ICMPV6,
	IPV4,
	IPV6,
	icmpv6,
	ipv4,
	ipv6,
	lladdr,
	solicitation,
	solicitedNode,
	UDP,
	udp,
} from "./frames.js";
import { report } from "./report.js";
import { Stage } from "./scene.js";

const THOROUGH = process.env.UMLNET_ATTACKS === "all";
const PORTS = { sport: 40_000, dport: 40_007 };

const packet4 = ({ guest, sibling }: Scene, to: string): Bytes => {
	const ends = { from: guest.ipv4, to: sibling.ipv4 };
	return ether({ from: guest.mac, to }, IPV4, ipv4({ ...ends, protocol: UDP }, udp(ends, PORTS)));
};
const packet6 = ({ guest, sibling }: Scene, to: string): Bytes => {
	const ends = { from: guest.ipv6, to: sibling.ipv6 };
	return ether(
		{ from: guest.mac, to },
		IPV6,
		ipv6({ ...ends, next: UDP, hops: 64 }, udp(ends, PORTS)),
	);
};

/** By the wire of a bridge, and by way of the host. */
const WAYS: readonly (readonly [name: string, frame: (scene: Scene) => Bytes])[] = [
	["IPv4 to the sibling's MAC", (scene) => packet4(scene, scene.sibling.mac)],
	["IPv6 to the sibling's MAC", (scene) => packet6(scene, scene.sibling.mac)],
	["IPv4 by way of the host", (scene) => packet4(scene, scene.host.mac)],
	["IPv6 by way of the host", (scene) => packet6(scene, scene.host.mac)],
	["IPv4 to all", (scene) => packet4(scene, BROADCAST)],
	["IPv4 to a group", (scene) => packet4(scene, "01:00:5e:00:00:fb")],
	["IPv6 to a group", (scene) => packet6(scene, "33:33:00:00:00:01")],
	[
		"ARP request",
		({ guest, sibling }) =>
			ether(
				{ from: guest.mac, to: BROADCAST },
				ARP,
				arp({ operation: 1, senderMac: guest.mac, sender: guest.ipv4, target: sibling.ipv4 }),
			),
	],
	[
		"ARP reply",
		({ guest, sibling, host }) =>
			ether(
				{ from: guest.mac, to: sibling.mac },
				ARP,
				arp({ operation: 2, senderMac: guest.mac, sender: guest.ipv4, target: host.ipv4 }),
			),
	],
	[
		"neighbour solicitation",
		({ guest, sibling }) => {
			const to = solicitedNode(sibling.ipv6);
			const ends = { from: guest.ipv6, to: to.ip };
			const rest = solicitation(sibling.ipv6, lladdr(1, guest.mac));
			return ether(
				{ from: guest.mac, to: to.mac },
				IPV6,
				ipv6({ ...ends, next: ICMPV6 }, icmpv6(ends, 135, rest)),
			);
		},
	],
];

/** Whether a frame has come from the guest, or a packet of its: the host puts its own MAC on what it forwards. */
const isOfGuest = ({ guest }: Scene, frame: Bytes): boolean => {
	const hex = Buffer.from(frame).toString("hex");
	const mac = guest.mac.replaceAll(":", "");
	return hex.slice(12, 24) === mac || hex.includes("9c409c47");
};

const settings = MODES.flatMap((mode) =>
	(THOROUGH || mode === "bridged" ? [true, false] : [true]).flatMap((brNetfilter) =>
		(mode === "bridged" ? [false, true] : [false]).map(
			(foreign) =>
				[
					`${mode}${foreign ? ", a bridge of others" : ""}, br_netfilter ${brNetfilter ? "on" : "off"}`,
					{ mode, brNetfilter, foreign, bound: true, level: "basic" },
				] as const,
		),
	),
);

describe.skipIf(LEAST).each(settings)("%s", (place, setting) => {
	let stage: Stage;
	/** What the sibling heard of each, frame by frame. */
	const heard = (): string[] => {
		stage.heard();
		return WAYS.filter(([, frame]) => {
			stage.send([frame(stage.scene)]);
			return stage.heard().some((one) => isOfGuest(stage.scene, one));
		}).map(([name]) => name);
	};
	beforeAll(async () => {
		stage = await Stage.open({ ...setting, isolation: true });
		// A host that forwards for everybody, knows where its guests are, and has nothing against guests who reach each other.
		const { sibling } = stage.scene;
		const dev = setting.mode === "bridged" ? "br0" : "tap1";
		stage.lab.host.sh(`
			sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
			for link in all ${dev}; do sysctl -qw net.ipv4.conf.$link.send_redirects=0; done
			ip neighbour replace ${sibling.ipv4} lladdr ${sibling.mac} dev ${dev}
			ip neighbour replace ${sibling.ipv6} lladdr ${sibling.mac} dev ${dev}`);
	});
	afterAll(() => stage?.close());

	test("nothing of one guest reaches another", async () => {
		const through = heard();
		for (const [name] of WAYS)
			report({ matrix: "Isolation", place, name, wrong: through.includes(name) });
		expect(through).toEqual([]);
		const { isolation = 0 } = await stage.drops();
		if (setting.mode === "bridged") expect(isolation).toBeGreaterThanOrEqual(2);
	});

	test("it does when they are not kept apart any more, and does not when they are again", async () => {
		await stage.change({ isolation: false });
		expect(heard()).toEqual(expect.arrayContaining(["IPv4 by way of the host"]));
		if (setting.mode === "bridged") expect(heard()).toEqual(WAYS.map(([name]) => name));
		await stage.change({ isolation: true });
		expect(heard()).toEqual([]);
	});

	test("a guard changes in place while the guest runs", async () => {
		const [, spoofed] = [
			"",
			(scene: Scene) =>
				packet4({ ...scene, guest: { ...scene.guest, ipv4: "10.7.0.9" } }, scene.host.mac),
		] as const;
		const passes = () => stage.send([spoofed(stage.scene)]);
		expect(passes()).toBe(0);
		await stage.change({ level: "none" });
		expect(passes()).toBe(1);
		await stage.change({ level: "strict" });
		expect(passes()).toBe(0);
		await stage.change({ level: "basic", bound: false });
		expect(passes()).toBe(1);
		await stage.change({});
		expect(passes()).toBe(0);
	});
});
