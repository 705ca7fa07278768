/** Random rulesets of the families bridge, arp and netdev, and of IP's output. */
import type { Dice } from "../../engine/dice.js";
import { OTHER_MAC } from "./link-lab.js";
import { GUEST_MACS, HOST_MAC, PORTS } from "./packets.js";

const MACS = [...GUEST_MACS, HOST_MAC, OTHER_MAC];
const ADDRESSES = ["10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.8.9", "10.9.8.10"];
const LINKS = ['"tap0"', '"tap1"', '"br0"', '"tap*"', '{ "tap0", "br0" }', '{ "tap1", "lo" }'];

const not = (dice: Dice): string => (dice.next(4) === 0 ? "!= " : "");
const list = (dice: Dice, values: readonly (string | number)[]): string => {
	const some = values.filter(() => dice.next(2) === 0);
	return `{ ${(some.length > 0 ? some : [values[0] ?? ""]).join(", ")} }`;
};
type Draw = (dice: Dice) => string;

const ANY: readonly Draw[] = [
	(dice) => `iifname ${not(dice)}${dice.pick(LINKS)}`,
	(dice) => `oifname ${not(dice)}${dice.pick(LINKS)}`,
	(dice) => `meta mark ${not(dice)}${dice.pick(["0", "1", "0x10", "{ 1-5 }"])}`,
	(dice) => `meta mark & 0x${dice.next(16).toString(16)} ${dice.pick(["==", "!="])} 0x1`,
	(dice) => `meta length ${dice.pick(["> 300", "< 64", "28-60"])}`,
];
const OF_IP: readonly Draw[] = [
	(dice) =>
		`ip saddr ${not(dice)}${dice.pick([...ADDRESSES, "10.9.0.0/24", list(dice, ADDRESSES)])}`,
	(dice) =>
		`ip daddr ${not(dice)}${dice.pick([...ADDRESSES, "10.9.8.0/24", list(dice, ADDRESSES)])}`,
	(dice) => `ip protocol ${dice.pick(["tcp", "udp", "icmp", "{ tcp, icmp }"])}`,
	(dice) => `ip ttl ${dice.pick(["< 5", "64", "!= 64"])}`,
	(dice) => `tcp dport ${not(dice)}${dice.pick(PORTS)}`,
	(dice) => `udp dport ${not(dice)}${list(dice, PORTS)}`,
	(dice) => `th dport ${list(dice, ["22", "53-80", "8080"])}`,
	(dice) => `meta l4proto ${dice.pick(["tcp", "udp", "{ tcp, udp }", "!= tcp"])}`,
	() => "ip saddr . ip daddr { 10.9.0.2 . 10.9.8.9, 10.9.0.3 . 10.9.0.1, 10.9.0.1 . 10.9.0.2 }",
	() => "icmp type echo-request",
];
const OF_ARP: readonly Draw[] = [
	(dice) => `arp operation ${not(dice)}${dice.pick(["request", "reply"])}`,
	(dice) => `arp saddr ip ${not(dice)}${dice.pick(["10.9.0.1", "10.9.16.0/20", "10.9.0.0/16"])}`,
	(dice) => `arp daddr ip ${not(dice)}${dice.pick(["10.9.0.1", "10.9.8.9", "10.9.16.0/20"])}`,
	(dice) => `arp saddr ether ${not(dice)}${dice.pick(MACS)}`,
	(dice) => `arp hlen ${dice.pick(["6", "!= 6"])}`,
	(dice) => `@nh,64,48 ${not(dice)}0x02000000000a`,
];
const OF_FRAMES: readonly Draw[] = [
	(dice) => `ether saddr ${not(dice)}${dice.pick(MACS)}`,
	(dice) => `ether daddr ${not(dice)}${list(dice, MACS)}`,
	(dice) => `ether type ${not(dice)}${dice.pick(["ip", "arp", "vlan"])}`,
	(dice) => `meta protocol ${dice.pick(["ip", "arp", "{ ip, arp }"])}`,
	(dice) => `meta pkttype ${dice.pick(["host", "other", "broadcast"])}`,
	(dice) => `ether saddr . ether type { ${dice.pick(MACS)} . ip, ${dice.pick(MACS)} . arp }`,
];
const OF_PORTS: readonly Draw[] = [
	(dice) => `meta ibrname ${not(dice)}"br0"`,
	(dice) => `meta obrname ${not(dice)}"br0"`,
	(dice) => `iifname . ether saddr { "tap0" . ${dice.pick(MACS)} }`,
];
const OF_FLOWS: readonly Draw[] = [
	(dice) => `ct state ${dice.pick(["new", "established,related", "{ new, established }"])}`,
	(dice) => `oif ${not(dice)}"br0"`,
	(dice) => `meta skuid ${not(dice)}0`,
	(dice) => `fib daddr type ${dice.pick(["local", "unicast"])}`,
];

interface Kind {
	readonly family: string;
	readonly matches: readonly Draw[];
	readonly hooks: readonly string[];
}
const FRAMES = [...ANY, ...OF_FRAMES, ...OF_IP, ...OF_ARP];
const KINDS: readonly Kind[] = [
	{
		family: "bridge",
		matches: [...FRAMES, ...OF_PORTS],
		hooks: ["prerouting", "input", "forward", "output", "postrouting"],
	},
	{ family: "arp", matches: [...ANY, ...OF_ARP], hooks: ["input", "output"] },
	{
		family: "netdev",
		matches: FRAMES,
		hooks: ["ingress device tap0", "egress device tap0", "egress device tap1"],
	},
	{ family: "ip", matches: [...ANY, ...OF_IP, ...OF_FLOWS], hooks: ["output"] },
	{ family: "inet", matches: [...ANY, ...OF_IP, ...OF_FLOWS], hooks: ["output"] },
];

function rule(dice: Dice, { matches, family }: Kind, chains: readonly string[]): string {
	const some = Array.from({ length: dice.next(3) }, () => dice.pick(matches)(dice)).join(" ");
	const jump =
		chains[0] === undefined ? "accept" : `${dice.pick(["jump", "goto"])} ${dice.pick(chains)}`;
	const verdict = dice.pick([
		"accept",
		"drop",
		"return",
		"counter",
		"counter drop",
		jump,
		jump,
		`meta mark set ${dice.pick(["1", "2", "meta mark | 0x10", "meta mark & 0xfe"])}`,
		...(family === "arp"
			? ["arp operation vmap { request : accept, reply : drop }"]
			: ["tcp dport vmap { 22 : drop, 53 : accept, 80-443 : return }"]),
	]);
	return `${some} ${verdict}`;
}

/** A ruleset of several tables in the syntax of nft. */
export function drawLinkRuleset(dice: Dice): string {
	const tables = Array.from({ length: 1 + dice.next(3) }, (_, i) => {
		const kind = dice.pick(KINDS);
		const own = Array.from({ length: dice.next(3) }, (_, n) => `c${n}`);
		const rules = (count: number, chains: readonly string[]): string =>
			Array.from({ length: 1 + dice.next(count) }, () => rule(dice, kind, chains)).join("\n");
		// A chain only jumps to chains before it, so there are no loops.
		const regular = own.map((name, n) => `chain ${name} {\n${rules(3, own.slice(0, n))}\n}`);
		const bases = Array.from({ length: 1 + dice.next(3) }, (_, n) => {
			const priority = dice.pick([-310, -150, -10, 0, 10, 110]);
			const policy = dice.next(6) === 0 ? "drop" : "accept";
			const head = `type filter hook ${dice.pick(kind.hooks)} priority ${priority}; policy ${policy};`;
			return `chain b${n} {\n${head}\n${rules(4, own)}\n}`;
		});
		return `table ${kind.family} t${i} {\n${[...regular, ...bases].join("\n")}\n}`;
	});
	return tables.join("\n");
}
