import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Spec } from "../../src/spec/model.js";
import { settled } from "../oracle/settled.js";
import { quietGuests } from "./guest.js";
import { Lab } from "./lab.js";
import type { Machine } from "./machine.js";
import { type Picture, pictureOf } from "./picture.js";
import { labSpec, S1, S2, S3, VARIANTS } from "./specs.js";

let ours: Lab;
let theirs: Lab;
beforeEach(async () => {
	theirs = await Lab.open();
	ours = await Lab.open();
});
afterEach(() => {
	ours.close();
	theirs.close();
});

const forwarding = (...links: readonly string[]): string =>
	links.map((link) => `sysctl -qw net.ipv4.conf.${link}.forwarding=1`).join("\n");
const bridge = (name: string, settings = ""): string => `
ip link add ${name} address $(mac ${name}) ${settings} type bridge stp_state 0
ip link set ${name} up`;
const tap = (name: string, settings = "user 500"): string => `
ip tuntap add dev ${name} mode tap ${settings}
ip link set ${name} address $(mac ${name}) up`;

type ByHand = [name: string, spec: Spec, script: string, translated?: string];
/**
 * Specs and equivalent commands; `mac LINK` stands for the MAC of our own link of that name. Whose source address is
 * translated is written by `set: element`, as in our table: the rules of that are held in test/attack.
 */
const BY_HAND: readonly ByHand[] = [
	[
		"S1, as the seed does it",
		S1,
		`tunctl -u 500 -t tap0 >&2
		ip link set tap0 address $(mac tap0)
		ifconfig tap0 192.168.33.33 netmask 255.255.255.0 broadcast 0.0.0.0 up`,
	],
	[
		"S2",
		S2,
		`${bridge("br0")}
		${tap("tap0")}
		ip link set tap0 master br0
		ip link set eth1 master br0
		ip address delete 10.33.33.34/8 dev eth1
		ip address add 10.33.33.34/8 dev br0
		ip route add default via 10.33.33.1`,
	],
	[
		"S3",
		S3,
		`${tap("tap0")}
		ip address add 192.168.33.33/24 dev tap0
		${forwarding("tap0", "eth1")}`,
		'snat_to: "tap0" . "eth1" comment "tap0" : 10.33.33.34',
	],
	[
		"masquerade of a bridge",
		labSpec(
			{ mode: "nat", uplink: "eth1", bridge: "br0", addresses: ["192.168.33.33/24"] },
			{ tap0: {}, tap1: {} },
		),
		`${bridge("br0")}
		${tap("tap0")}
		${tap("tap1")}
		ip link set tap0 master br0
		ip link set tap1 master br0
		ip address add 192.168.33.33/24 dev br0
		${forwarding("br0", "eth1")}`,
		'masqueraded: "br0" . "eth1" comment "lab"',
	],
	[
		"routed guests",
		VARIANTS["routed guests"] as Spec,
		`for tap in tap0 tap1; do
			${tap("$tap")}
			ip address add 192.168.33.33/32 dev $tap
		done
		${forwarding("tap0", "tap1", "eth1")}
		ip route add 172.16.0.5 dev tap0 proto 117
		ip route add 172.16.0.6 dev tap1 proto 117`,
	],
	[
		"forwarding for the whole host",
		labSpec(
			{ mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"], forwarding: "global" },
			{ tap0: {} },
		),
		`${tap("tap0")}
		ip address add 192.168.33.33/24 dev tap0
		sysctl -qw net.ipv4.ip_forward=1`,
		'masqueraded: "tap0" . "eth1" comment "lab"',
	],
	[
		"proxy ARP",
		VARIANTS["proxy ARP"] as Spec,
		`${tap("tap0")}
		ip address add 192.168.33.33/24 dev tap0
		sysctl -qw net.ipv4.conf.tap0.proxy_arp=1`,
	],
	[
		"many queues, offload headers",
		VARIANTS["many queues, offload headers"] as Spec,
		tap("tap0", "user 500 multi_queue vnet_hdr"),
	],
	["owner and group", VARIANTS["owner and group"] as Spec, tap("tap0", "user 500 group 36")],
	["group alone", VARIANTS["group alone"] as Spec, tap("tap0", "group 36")],
	[
		"MTU and MAC",
		VARIANTS["MTU and MAC"] as Spec,
		`${tap("tap0")}
		ip link set tap0 mtu 1400 address 02:00:00:00:00:01`,
	],
	[
		"MTU of a bridge",
		VARIANTS["MTU of a bridge"] as Spec,
		`${bridge("br0")}
		for tap in tap0 tap1; do
			${tap("$tap")}
			ip link set $tap mtu 9000 master br0
		done
		ip link set br0 mtu 9000`,
	],
	[
		"IPv6 addresses",
		VARIANTS["IPv6 addresses"] as Spec,
		`${tap("tap0")}
		ip address add 192.168.33.33/24 dev tap0
		ip address add 2001:db8:33::1/64 dev tap0 nodad`,
	],
];

/** The elements of our sets of translations; empty without our table. */
function translated(host: Machine): readonly string[] {
	if (!host.sh("nft list tables").includes("inet umlnet-nl")) return [];
	return TRANSLATIONS.flatMap((set) => {
		const text = host.sh(
			`nft list set inet umlnet-nl ${set} || nft list map inet umlnet-nl ${set}`,
		);
		const [, elements = ""] = /elements = \{ (.*) \}/s.exec(text) ?? [];
		return elements === "" ? [] : elements.split(/,\s+/).map((one) => `${set}: ${one}`);
	});
}
const TRANSLATIONS = ["masqueraded", "snat_to", "ipv6_masqueraded", "ipv6_snat_to"];

/**
 * The state of a host while guests run on its taps. Then each tap has had a carrier. A tap that was made by hand gets
 * its link-local address only with a carrier, and ours has had one while it was made.
 */
async function running(host: Machine, spec: Spec): Promise<Picture> {
	host.enter();
	await settled();
	using _ = quietGuests(spec);
	await settled();
	return pictureOf(host);
}

describe("ip, bridge and nft show what we made as they show what they made:", () => {
	test.each<ByHand>(BY_HAND)("%s", async (_, spec, script, wanted) => {
		await ours.run((host) => host.up(spec));
		expect(translated(ours.host)).toEqual(wanted === undefined ? [] : [wanted]);
		const macs = ours.host.sh("ip -br link | awk '{ split($1, name, \"@\"); print name[1], $3 }'");
		theirs.host.sh(
			`mac() { awk -v link="$1" '$1 == link { print $2 }' <<-END\n${macs}END\n}\n${script}`,
		);
		expect(await running(ours.host, spec)).toEqual(await running(theirs.host, spec));
	});
});

test("the marks tell whose it is: alias of links, protocol of addresses and routes", async () => {
	const before = ours.look();
	await ours.run((host) => host.up(VARIANTS["routed guests"] as Spec));
	expect(ours.host.sh("ip -d link show tap0")).toContain("alias umlnet-nl lab");
	expect(ours.host.json("ip -j route show proto 117")).toMatchObject([
		{ dst: "172.16.0.5", dev: "tap0" },
		{ dst: "172.16.0.6", dev: "tap1" },
	]);
	const address = /^address .* 192\.168\.33\.33 32: is new .*IFA_PROTO=117/;
	expect(ours.changes(before)).toContainEqual(expect.stringMatching(address));
});
