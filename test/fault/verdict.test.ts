/**
 * Compares the verdict of the ruleset interpreter with what the kernel does, for random rulesets and packets, the real
 * firewalls of test/nftables, and rules of iptables. An observer behind all rules of each hook records every packet
 * that passes, with its mark and addresses.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAddress } from "../../src/inet/address.js";
import { readLinkByName } from "../../src/kernel/read.js";
import { explore } from "../../src/nftables/machine/choices.js";
import type { World } from "../../src/nftables/machine/evaluation.js";
import { Hooks, traverse } from "../../src/nftables/machine/hook.js";
import { type Device, Packet } from "../../src/nftables/machine/packet.js";
import { readRawRuleset } from "../../src/nftables/machine/read.js";
import { tablesOf } from "../../src/nftables/machine/ruleset.js";
import * as uapi from "../../src/uapi/index.js";
import { Dice } from "../engine/dice.js";
import { report, seed, sized } from "./campaign.js";
import { type Hook, type Seen, VerdictLab } from "./verdict/lab.js";
import { drawPacket, type Sent } from "./verdict/packets.js";
import { drawIptables, drawRuleset } from "./verdict/rules.js";

const FIREWALLS = join(import.meta.dirname, "../nftables/firewalls");
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const PACKETS = 12;

const bytesOf = (...texts: readonly string[]): Set<string> =>
	new Set(texts.map((text) => hex(parseAddress(text))));
const LOCAL = bytesOf("10.9.0.1", "10.8.0.1", "fd09::1", "fd08::1");
const startsWith = (address: Uint8Array, ...heads: readonly string[]): boolean =>
	heads.some((head) => hex(address).startsWith(head));
const HEADS0 = ["0a0900", "fd090000"];

/** The host of the lab, described without asking it. */
function worldOf(tap0: Device, tap1: Device): World {
	const outOf = (address: Uint8Array): Device => (startsWith(address, ...HEADS0) ? tap0 : tap1);
	const addressOf = (device: Device, packet: Packet): Uint8Array =>
		parseAddress(
			device === tap0
				? packet.isIpv4
					? "10.9.0.1"
					: "fd09::1"
				: packet.isIpv4
					? "10.8.0.1"
					: "fd08::1",
		);
	return {
		fib({ address, device }) {
			if (LOCAL.has(hex(address))) return { device: undefined, type: uapi.RTN_LOCAL };
			const out = outOf(address);
			const isReached = device === undefined || device.index === out.index;
			return { device: isReached ? out : undefined, type: uapi.RTN_UNICAST };
		},
		masqueradeAddress: addressOf,
		addressOf,
	};
}

type Fate = { readonly [K in Hook]?: Seen };

const seenAs = (packet: Packet): Seen => ({
	mark: packet.mark,
	destination: hex(packet.destination),
	source: hex(packet.source),
});

/** The hooks behind which a packet is seen, and in which form. */
function fateOf(hooks: Hooks, world: World, sent: Sent, [tap0, tap1]: readonly [Device, Device]) {
	return explore((choices): Fate => {
		const packet = new Packet(sent.frame, uapi.PACKET_HOST, tap0);
		const family = sent.isIpv4 ? uapi.NFPROTO_IPV4 : uapi.NFPROTO_IPV6;
		const fate: { [K in Hook]?: Seen } = {};
		const pass = (name: Hook, hook: number): boolean => {
			const { code } = traverse(hooks, packet, { family, hook }, world, choices);
			if (code === uapi.NF_ACCEPT) fate[name] = seenAs(packet);
			return code === uapi.NF_ACCEPT;
		};
		if (!pass("prerouting", uapi.NF_INET_PRE_ROUTING)) return fate;
		if (LOCAL.has(hex(packet.destination))) {
			pass("input", uapi.NF_INET_LOCAL_IN);
			return fate;
		}
		packet.passRouter();
		packet.out = startsWith(packet.destination, ...HEADS0) ? tap0 : tap1;
		if (pass("forward", uapi.NF_INET_FORWARD)) pass("postrouting", uapi.NF_INET_POST_ROUTING);
		return fate;
	});
}

let lab: VerdictLab;
let devices: readonly [Device, Device];

function deviceOf(name: string): Device {
	const link = readLinkByName(lab.kernel, name);
	return {
		index: link?.ifi_index ?? 0,
		name,
		type: link?.ifi_type ?? 0,
		group: link?.IFLA_GROUP ?? 0,
		kind: link?.IFLA_LINKINFO?.IFLA_INFO_KIND,
	};
}

interface Tally {
	packets: number;
	rulesets: number;
	/** Verdicts that depend on something unknown: one of the paths was the kernel's. */
	open: number;
	readonly wrong: string[];
}
const tally: Tally = { packets: 0, rulesets: 0, open: 0, wrong: [] };

function compare(what: string, script: string, dice: Dice): boolean {
	if (!lab.load(script)) return false;
	lab.forget();
	const hooks = new Hooks(
		tablesOf(readRawRuleset(lab.kernel)).filter(({ name }) => name !== "observer"),
	);
	const world = worldOf(...devices);
	// Each packet has a flow of its own, because a second packet would not be new.
	const sent = [
		...new Map(
			Array.from({ length: PACKETS }, (_, i) => drawPacket(dice, i + 1)).map((one) => [
				one.text.replace(/^\d+: | from .*/g, ""),
				one,
			]),
		).values(),
	];
	const expected = sent.map((one) => fateOf(hooks, world, one, devices));
	lab.send(sent.map(({ frame }) => frame));
	const seen = (["prerouting", "input", "forward", "postrouting"] as const).map(
		(hook) => [hook, lab.seen(hook)] as const,
	);
	tally.rulesets++;
	for (const [i, one] of sent.entries()) {
		const real = Object.fromEntries(
			seen.flatMap(([hook, all]) => {
				const as = all.get(`${one.isIpv4} ${one.id}`);
				return as === undefined ? [] : [[hook, as]];
			}),
		);
		const { ways } = expected[i] as (typeof expected)[number];
		tally.packets++;
		if (ways.length > 1) tally.open++;
		const text = JSON.stringify(real);
		if (!ways.some(({ result }) => JSON.stringify(result) === text))
			tally.wrong.push(
				`${what}\n${one.text}\nkernel ${text}\nours ${JSON.stringify(ways.map(({ result }) => result))}\n${script}`,
			);
	}
	return true;
}

describe.skipIf(process.getuid?.() !== 0)("what becomes of packets", () => {
	beforeAll(() => {
		lab = new VerdictLab();
		devices = [deviceOf("tap0"), deviceOf("tap1")];
	});
	afterAll(() => {
		lab.close();
		report({
			campaign: "verdicts of rulesets",
			cases: tally.packets,
			deviations: tally.wrong.length,
			seed,
			notes: `${tally.rulesets} rulesets; ${tally.open} verdicts depend on what cannot be known`,
		});
	});

	test.each(readdirSync(FIREWALLS))("the firewall %s", (name) => {
		const text = readFileSync(join(FIREWALLS, name), "utf8");
		const before = tally.wrong.length;
		expect(compare(name, `nft -f - <<'EOF'\n${text}\nEOF`, new Dice(seed))).toBe(true);
		expect(tally.wrong.slice(before)).toEqual([]);
	});

	test("rulesets drawn by lot", { timeout: 3_600_000 }, () => {
		const dice = new Dice();
		const wanted = sized(400, 6000);
		const start = tally.packets;
		while (tally.packets - start < wanted) {
			const isIptables = dice.next(3) === 0;
			const script = isIptables
				? drawIptables(dice)
						.map((line) => `iptables-nft ${line} 2>/dev/null || true`)
						.join("\n")
				: `nft -f - 2>/dev/null <<'EOF'\n${drawRuleset(dice)}\nEOF`;
			compare(isIptables ? "iptables" : "nft", script, dice);
		}
		expect(tally.wrong.slice(0, 3)).toEqual([]);
		expect(tally.packets - start).toBeGreaterThanOrEqual(wanted);
	});
});
