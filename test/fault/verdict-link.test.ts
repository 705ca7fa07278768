/**
 * Compares the verdict of the ruleset interpreter with what the kernel does below IP: for random rulesets of the
 * families bridge, arp and netdev, and at the output hook of IP, with random frames of a guest and packets of the host.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAddress } from "../../src/inet/address.js";
import { type Link, readLinkByName } from "../../src/kernel/read.js";
import { type Choices, explore } from "../../src/nftables/machine/choices.js";
import type { World } from "../../src/nftables/machine/evaluation.js";
import { Hooks, traverse } from "../../src/nftables/machine/hook.js";
import { type Device, Packet } from "../../src/nftables/machine/packet.js";
import { readRawRuleset } from "../../src/nftables/machine/read.js";
import { tablesOf } from "../../src/nftables/machine/ruleset.js";
import { ARPOP_REPLY, ARPOP_REQUEST, arp } from "../../src/packet/arp.js";
import { ethernet } from "../../src/packet/ethernet.js";
import { icmp } from "../../src/packet/icmp.js";
import { ipv4 } from "../../src/packet/ipv4.js";
import { tcp } from "../../src/packet/tcp.js";
import { udp } from "../../src/packet/udp.js";
import * as uapi from "../../src/uapi/index.js";
import { Dice } from "../engine/dice.js";
import { report, seed, sized } from "./campaign.js";
import { LinkLab, OTHER_MAC, PLACES, type Place } from "./verdict/link-lab.js";
import { drawLinkRuleset } from "./verdict/link-rules.js";
import { GUEST_MACS, HOST_MAC, PORTS } from "./verdict/packets.js";

const PACKETS = 12;
const HOST = "10.9.0.1";
const GUESTS = ["10.9.0.2", "10.9.0.3", "10.9.0.77"] as const;
const OTHERS = ["10.9.8.9", "10.9.8.10"] as const;
const mac = (text: string): Uint8Array =>
	Uint8Array.from(Buffer.from(text.replaceAll(":", ""), "hex"));

/** A frame of the guest, or a packet of the host, and where it goes. */
interface Sent {
	readonly id: number;
	readonly kind: "ip" | "arp";
	readonly from: "guest" | "host";
	readonly to: "host" | "tap0" | "tap1";
	readonly frame: Uint8Array;
	readonly text: string;
}

function drawIp(dice: Dice, id: number): Sent {
	const isHosts = dice.next(3) === 0;
	const target = isHosts ? dice.pick([...GUESTS, ...OTHERS]) : dice.pick([HOST, ...OTHERS]);
	const source = isHosts ? HOST : dice.pick(GUESTS);
	const around = { saddr: parseAddress(source), daddr: parseAddress(target) };
	const [from, to] = [dice.pick(PORTS), dice.pick(PORTS)];
	const payload = new Uint8Array(dice.pick([0, 5, 100, 600]));
	const [protocol, body] = dice.pick([
		() =>
			[uapi.IPPROTO_TCP, tcp.encode({ source: from, dest: to, seq: 1, syn: 1 }, around)] as const,
		() => [uapi.IPPROTO_UDP, udp.encode({ source: from, dest: to, payload }, around)] as const,
		() =>
			[
				uapi.IPPROTO_ICMP,
				icmp.encode({ type: 8, echo: { id: from, sequence: id }, payload }),
			] as const,
	])();
	const ttl = dice.pick([64, 2]);
	const way = target === HOST ? "host" : OTHERS.some((one) => one === target) ? "tap1" : "tap0";
	const frame = ethernet.encode({
		h_dest: mac(way === "host" ? HOST_MAC : way === "tap1" ? OTHER_MAC : GUEST_MACS[0]),
		h_source: mac(isHosts ? HOST_MAC : dice.pick(GUEST_MACS)),
		h_proto: uapi.ETH_P_IP,
		payload: ipv4.encode({ ...around, protocol, payload: body, id, ttl }),
	});
	return {
		id,
		kind: "ip",
		from: isHosts ? "host" : "guest",
		to: way,
		frame,
		text: `${id}: ${protocol} ${source}:${from} > ${target}:${to}`,
	};
}

const arpFrame = (
	arp_op: number,
	from: { readonly mac: Uint8Array; readonly address: Uint8Array },
	to: { readonly mac: Uint8Array; readonly address: Uint8Array },
	h_dest: Uint8Array,
): Uint8Array =>
	ethernet.encode({
		h_dest,
		h_source: from.mac,
		h_proto: uapi.ETH_P_ARP,
		payload: arp.encode({
			arp_op,
			arp_sha: from.mac,
			arp_spa: from.address,
			arp_tha: to.mac,
			arp_tpa: to.address,
		}),
	});
const numbered = (id: number): Uint8Array => Uint8Array.of(10, 9, id >> 8, id & 0xff);
const NOBODY = new Uint8Array(6);

function drawArp(dice: Dice, id: number): Sent {
	const isHosts = dice.next(2) === 0;
	const target = isHosts ? HOST : dice.pick(OTHERS);
	const sender = { mac: mac(GUEST_MACS[0]), address: numbered(id) };
	return {
		id,
		kind: "arp",
		from: "guest",
		to: isHosts ? "host" : "tap1",
		frame: arpFrame(
			ARPOP_REQUEST,
			sender,
			{ mac: NOBODY, address: parseAddress(target) },
			mac(isHosts ? HOST_MAC : OTHER_MAC),
		),
		text: `${id}: arp who has ${target}`,
	};
}

/** Numbers above all hosts that have a neighbour entry, so that ARP's senders are nobody else. */
const drawPacket = (dice: Dice, i: number): Sent =>
	dice.next(3) === 0 ? drawArp(dice, 0x1000 + i) : drawIp(dice, 0x1000 + i);

let lab: LinkLab;
let bridge: Device;
let ports: Readonly<Record<"tap0" | "tap1", Device>>;
let tapMac: string;
const readLink = (name: string): Link => {
	const link = readLinkByName(lab.kernel, name);
	if (link === undefined) throw new Error(`no ${name}`);
	return link;
};
const deviceOf = (name: string, of?: Device): Device => {
	const link = readLink(name);
	return {
		index: link.ifi_index,
		name,
		type: link.ifi_type,
		group: link.IFLA_GROUP ?? 0,
		kind: link.IFLA_LINKINFO?.IFLA_INFO_KIND,
		...(of !== undefined && { bridge: of }),
	};
};

/** The host of the lab, described without asking it. */
const WORLD: World = {
	fib({ address }) {
		const isHosts = Buffer.compare(address, parseAddress(HOST)) === 0;
		return isHosts
			? { device: undefined, type: uapi.RTN_LOCAL }
			: { device: bridge, type: uapi.RTN_UNICAST };
	},
	masqueradeAddress: () => parseAddress(HOST),
	addressOf: () => parseAddress(HOST),
};

type Fate = { [K in Place]?: number };

/** A packet on its way through the hooks, which ends where one of them drops it. */
class Walk {
	readonly fate: Fate = {};
	readonly hooks: Hooks;
	readonly choices: Choices;
	readonly packet: Packet;
	constructor(hooks: Hooks, choices: Choices, frame: Uint8Array, input: Device | undefined) {
		this.hooks = hooks;
		this.choices = choices;
		this.packet = new Packet(frame, uapi.PACKET_HOST, input);
	}
	/** Whether it passes a hook with these interfaces. */
	pass(place: Place, hook: number, input: Device | undefined, output: Device | undefined): boolean {
		this.packet.in = input;
		this.packet.out = output;
		const point = { family: PLACES[place][2], hook };
		const { code } = traverse(this.hooks, this.packet, point, WORLD, this.choices);
		if (code === uapi.NF_ACCEPT) this.fate[place] = this.packet.mark;
		return code === uapi.NF_ACCEPT;
	}
	/** The same frame may leave by a port of the bridge. */
	leave(port: "tap0" | "tap1"): boolean {
		return (
			this.pass("postrouting", uapi.NF_INET_POST_ROUTING, undefined, ports[port]) &&
			this.pass(`egress of ${port}`, uapi.NF_NETDEV_EGRESS, undefined, ports[port])
		);
	}
}

function fateOf(hooks: Hooks, { frame, from, to, kind, id }: Sent) {
	return explore((choices): Fate => {
		const walk = new Walk(hooks, choices, frame, ports.tap0);
		const { packet, fate } = walk;
		if (from === "host") {
			if (to === "host") return fate;
			packet.hasLinkHeader = false;
			packet.isLocal = true;
			if (!walk.pass("ip output", uapi.NF_INET_LOCAL_OUT, undefined, bridge)) return fate;
			packet.hasLinkHeader = true;
			if (walk.pass("output", uapi.NF_INET_LOCAL_OUT, undefined, ports[to])) walk.leave(to);
			return fate;
		}
		const { tap0, tap1 } = ports;
		// eth_type_trans() compares with the address of the tap, br_handle_frame() with that of the bridge.
		const dest = Buffer.from(frame.subarray(0, 6)).toString("hex");
		packet.type = dest === tapMac ? uapi.PACKET_HOST : uapi.PACKET_OTHERHOST;
		if (!walk.pass("ingress", uapi.NF_NETDEV_INGRESS, tap0, undefined)) return fate;
		if (to === "host") packet.type = uapi.PACKET_HOST;
		if (!walk.pass("prerouting", uapi.NF_INET_PRE_ROUTING, tap0, undefined)) return fate;
		if (to !== "host") {
			if (walk.pass("forward", uapi.NF_INET_FORWARD, tap0, tap1)) walk.leave("tap1");
			return fate;
		}
		if (!walk.pass("input", uapi.NF_INET_LOCAL_IN, tap0, undefined) || kind === "ip") return fate;
		if (!walk.pass("arp input", uapi.NF_ARP_IN, bridge, undefined)) return fate;
		return answered(walk, id);
	});
}

/** The host's answer to a question of ARP, which is a new packet with the same number. */
function answered({ hooks, choices, fate }: Walk, id: number): Fate {
	const host = { mac: mac(HOST_MAC), address: parseAddress(HOST) };
	const guest = { mac: mac(GUEST_MACS[0]), address: numbered(id) };
	const back = new Walk(hooks, choices, arpFrame(ARPOP_REPLY, host, guest, guest.mac), undefined);
	back.packet.isLocal = true;
	if (back.pass("arp output", uapi.NF_ARP_OUT, undefined, bridge))
		if (back.pass("output", uapi.NF_INET_LOCAL_OUT, undefined, ports.tap0)) back.leave("tap0");
	return { ...fate, ...back.fate };
}

const tally = { packets: 0, rulesets: 0, refused: 0, open: 0, wrong: [] as string[] };
/** How often packets passed each hook, so that none is compared in vain. */
const passed = new Map<Place, number>();
const inOrder = (fate: Fate): string => JSON.stringify(Object.entries(fate).sort());

function compare(dice: Dice, ruleset = drawLinkRuleset(dice)): void {
	if (!lab.load(ruleset)) {
		tally.refused++;
		return;
	}
	lab.kernel.forgetFlows([{ address: new Uint8Array(4), prefix: 0 }]);
	const hooks = new Hooks(
		tablesOf(readRawRuleset(lab.kernel)).filter(({ name }) => name !== "observer"),
	);
	// Each packet has a flow of its own, because a second packet would not be new.
	const drawn = Array.from({ length: PACKETS }, (_, i) => drawPacket(dice, i + 1));
	const sent = [...new Map(drawn.map((one) => [one.text.replace(/^\d+: /, ""), one])).values()];
	lab.send(sent.filter(({ from }) => from === "guest").map(({ frame }) => frame));
	lab.sendFromHost(
		sent.filter(({ from }) => from === "host").map(({ frame }) => frame.subarray(14)),
	);
	const seen = (Object.keys(PLACES) as Place[]).map((place) => [place, lab.seen(place)] as const);
	tally.rulesets++;
	for (const one of sent) {
		const real: Fate = {};
		for (const [place, all] of seen) {
			const mark = all.get(one.id);
			if (mark === undefined) continue;
			real[place] = mark;
			passed.set(place, (passed.get(place) ?? 0) + 1);
		}
		const { ways } = fateOf(hooks, one);
		tally.packets++;
		if (ways.length > 1) tally.open++;
		if (!ways.some(({ result }) => inOrder(result) === inOrder(real)))
			tally.wrong.push(
				`${one.text}\nkernel ${inOrder(real)}\nours ${ways.map(({ result }) => inOrder(result)).join(" or ")}\n${ruleset}`,
			);
	}
}

describe.skipIf(process.getuid?.() !== 0)("what becomes of frames", () => {
	beforeAll(() => {
		lab = new LinkLab();
		bridge = deviceOf("br0");
		ports = { tap0: deviceOf("tap0", bridge), tap1: deviceOf("tap1", bridge) };
		tapMac = Buffer.from(readLink("tap0").IFLA_ADDRESS ?? []).toString("hex");
	});
	afterAll(() => {
		lab.close();
		report({
			campaign: "verdicts of rulesets below IP",
			cases: tally.packets,
			deviations: tally.wrong.length,
			seed,
			notes: `${tally.rulesets} rulesets; ${tally.open} verdicts depend on what cannot be known`,
		});
	});

	test.each([
		["netdev", "egress device tap1", "ether saddr != 02:00:00:00:00:99 drop"],
		["netdev", "egress device tap1", "iifname tap0 drop"],
		["bridge", "postrouting", "iifname tap0 drop"],
		["bridge", "postrouting", "meta iiftype ether drop"],
		["bridge", "output", "meta iiftype ether drop"],
		["arp", "output", "meta iiftype ether drop"],
		["ip", "output", "meta iiftype ether drop"],
	])("%s %s: %s", (family, hook, rule) => {
		const before = tally.wrong.length;
		const head = `type filter hook ${hook} priority 0; policy accept;`;
		compare(
			new Dice(seed),
			`table ${family} t {\nchain c {\n${head}\n${rule}\nmeta mark set 5\n}\n}`,
		);
		expect([tally.wrong.slice(before), tally.refused]).toEqual([[], 0]);
	});

	test("rulesets drawn by lot", { timeout: 3_600_000 }, () => {
		const dice = new Dice();
		const wanted = sized(300, 6000);
		const start = tally.packets;
		while (tally.packets - start < wanted) compare(dice);
		expect(tally.wrong.slice(0, 3)).toEqual([]);
		expect([...passed.keys()].toSorted()).toEqual(Object.keys(PLACES).toSorted());
		expect(tally.refused).toBeLessThan(tally.rulesets);
	});
});
