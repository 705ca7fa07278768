/** Random rulesets in the languages of nft and of iptables. */
import type { Dice } from "../../engine/dice.js";
import { GUEST_MACS, PORTS, SOURCES4, SOURCES6, TARGETS4, TARGETS6 } from "./packets.js";

const FAMILIES = ["ip", "ip6", "inet", "inet"] as const;
type Family = (typeof FAMILIES)[number];

/** Base chains: type, hook, priorities. The observer is at a priority behind 200. */
const HOOKS = ["prerouting", "input", "forward", "postrouting"] as const;

const list = (dice: Dice, values: readonly (string | number)[]): string => {
	const some = values.filter(() => dice.next(2) === 0);
	return `{ ${(some.length > 0 ? some : [values[0] ?? ""]).join(", ")} }`;
};
const not = (dice: Dice): string => (dice.next(4) === 0 ? "!= " : "");

function match4(dice: Dice): string {
	return dice.pick([
		() => `ip saddr ${not(dice)}${dice.pick(SOURCES4)}`,
		() => `ip saddr ${not(dice)}${list(dice, SOURCES4)}`,
		() =>
			`ip daddr ${not(dice)}${dice.pick(["10.8.0.0/24", "10.0.0.0/8", "10.8.0.9-10.8.0.20", ...TARGETS4])}`,
		() => `ip daddr ${not(dice)}{ 10.8.0.0/29, 10.8.0.10-10.8.0.200, 192.0.2.0/24 }`,
		() => `ip ttl ${dice.pick(["< 5", "64", "!= 64"])}`,
		() => `ip dscp ${dice.pick(["cs0", "0x04"])}`,
		() => `ip protocol ${dice.pick(["tcp", "udp", "icmp", "{ tcp, icmp }"])}`,
		() => `ip length ${dice.pick(["> 200", "< 100", "40-70"])}`,
		() => `icmp type echo-request`,
		() =>
			`ip saddr . ip daddr ${not(dice)}{ 10.9.0.2 . 10.8.0.9, 10.9.0.3 . 10.8.0.10, 10.9.0.2 . 10.9.0.1 }`,
		() => `ip saddr . tcp dport { 10.9.0.0/30 . 1-100, 10.9.0.77 . 443 }`,
	])();
}
const match6 = (dice: Dice): string =>
	dice.pick([
		() => `ip6 saddr ${not(dice)}${dice.pick(SOURCES6)}`,
		() => `ip6 daddr ${not(dice)}${dice.pick(["fd08::/64", "fd00::/8", ...TARGETS6])}`,
		() => `ip6 daddr ${list(dice, TARGETS6)}`,
		() => `icmpv6 type echo-request`,
		() => `ip6 hoplimit 64`,
		() => `ip6 nexthdr ${dice.pick(["tcp", "udp", "icmpv6"])}`,
		() => `ip6 saddr . udp sport { fd09::2 . 53, fd09::3 . 80 }`,
	])();
const matchAny = (dice: Dice): string =>
	dice.pick([
		() => `tcp dport ${not(dice)}${dice.pick(PORTS)}`,
		() => `udp dport ${not(dice)}${list(dice, PORTS)}`,
		() => `tcp sport ${dice.pick(["1-100", "> 80", "<= 443"])}`,
		() => `th dport ${list(dice, ["22", "53-80", "8080"])}`,
		() => `meta l4proto ${dice.pick(["tcp", "udp", "{ tcp, udp }", "!= tcp", "icmp"])}`,
		() => `meta l4proto . th dport { tcp . 80, udp . 53, tcp . 22 }`,
		() => `tcp flags ${dice.pick(["syn", "& (syn|ack) == syn", "syn / syn,ack,rst", "! ack"])}`,
		() => `tcp option maxseg ${dice.pick(["exists", "missing", "size 1000-1500"])}`,
		() => `iifname ${not(dice)}${dice.pick(['"tap0"', '"tap*"', '"eth0"', '{ "tap0", "tap1" }'])}`,
		() => `iif ${not(dice)}"tap0"`,
		() => `iifname . meta l4proto { "tap0" . tcp, "tap1" . udp }`,
		() => `meta mark ${not(dice)}${dice.pick(["0", "1", "0x10", "{ 1-5 }", "& 0x1 == 0x1"])}`,
		() => `meta mark & 0x${dice.next(16).toString(16)} ${dice.pick(["==", "!="])} 0x1`,
		() => `meta pkttype host`,
		() => `meta length ${dice.pick(["> 300", "< 64", "28-60"])}`,
		() =>
			`ct state ${dice.pick(["new", "established,related", "invalid", "{ new, established }"])}`,
		() => `ct direction original`,
		() => `ct mark ${not(dice)}${dice.pick(["0", "2"])}`,
		() => `ct status dnat`,
		() => `ether saddr ${not(dice)}${dice.pick(GUEST_MACS)}`,
		() => `fib daddr type ${dice.pick(["local", "unicast", "{ local, broadcast }"])}`,
		() => `fib saddr . iif oif ${dice.pick(["missing", "exists"])}`,
		() => `@nh,0,8 & 0xf0 == ${dice.pick(["0x40", "0x60"])}`,
		() => `@th,16,16 ${dice.pick(PORTS)}`,
		() => `iiftype ether`,
	])();

function matches(dice: Dice, family: Family): string {
	const some = Array.from({ length: dice.next(3) }, () => {
		const specific = dice.next(2) === 0;
		if (!specific) return matchAny(dice);
		const is4 = family === "ip" || (family === "inet" && dice.next(2) === 0);
		return is4 ? match4(dice) : match6(dice);
	});
	return some.join(" ");
}

function verdict(dice: Dice, chains: readonly string[]): string {
	const jumps = chains.length === 0 ? [] : chains;
	return dice.pick([
		() => "accept",
		() => "drop",
		() => "return",
		() => "counter",
		() => "counter drop",
		() => `meta mark set ${dice.pick(["1", "2", "meta mark | 0x10", "meta mark & 0xfe"])}`,
		() => `ct mark set ${dice.pick(["2", "meta mark"])}`,
		() => (jumps.length > 0 ? `jump ${dice.pick(jumps)}` : "accept"),
		() => (jumps.length > 0 ? `goto ${dice.pick(jumps)}` : "drop"),
		() => `tcp dport vmap { 22 : drop, 53 : accept, 80-443 : return }`,
		() =>
			`meta l4proto vmap { tcp : accept, udp : ${jumps[0] === undefined ? "drop" : `jump ${jumps[0]}`} }`,
		() => `meta mark set th dport map { 22 : 1, 53 : 2, 80 : 3, 443 : 5 }`,
		() => `meta mark set tcp sport`,
	])();
}

function natRule(dice: Dice, family: Family, hook: string): string {
	const is4 = family === "ip" || (family === "inet" && dice.next(2) === 0);
	const is = is4 ? "ip" : "ip6";
	const guard = family === "inet" ? `meta nfproto ${is4 ? "ipv4" : "ipv6"} ` : "";
	const prefix = family === "inet" ? ` ${is}` : "";
	if (hook === "postrouting") {
		const to = is4 ? "10.8.0.50" : "fd08::50";
		return dice.pick([
			() => `${guard}${matches(dice, family)} masquerade`,
			() => `${guard}${matches(dice, family)} snat${prefix} to ${to}`,
			() => `${is} saddr ${is4 ? "10.9.0.0/24" : "fd09::/64"} masquerade`,
		])();
	}
	const target = is4 ? "10.8.0.9" : "fd08::9";
	const [left, right] = is4 ? ["", ""] : ["[", "]"];
	return dice.pick([
		() => `${guard}${matches(dice, family)} dnat${prefix} to ${target}`,
		() => `tcp dport ${dice.pick(PORTS)} dnat${prefix} to ${left}${target}${right}:8080`,
		() => `udp dport ${dice.pick(PORTS)} redirect to :53`,
		() =>
			`dnat${prefix} to ${is4 ? "ip" : "ip6"} daddr map { ${is4 ? "192.0.2.7 : 10.8.0.10" : "2001:db8::7 : fd08::9"} }`,
	])();
}

/** A ruleset of several tables in the syntax of nft. */
export function drawRuleset(dice: Dice): string {
	const tables = Array.from({ length: 1 + dice.next(3) }, (_, i) => {
		const family = dice.pick(FAMILIES);
		const own = Array.from({ length: dice.next(3) }, (_, n) => `c${n}`);
		// A chain only jumps to chains before it, so there are no loops.
		const regular = own.map((name, n) => {
			const rules = Array.from({ length: 1 + dice.next(4) }, () =>
				rule(dice, family, own.slice(0, n)),
			);
			return `chain ${name} {\n${rules.join("\n")}\n}`;
		});
		const bases = Array.from({ length: 1 + dice.next(3) }, (_, n) =>
			base(dice, family, `b${n}`, own),
		);
		return `table ${family} t${i} {\n${[...regular, ...bases].join("\n")}\n}`;
	});
	return tables.join("\n");
}

const rule = (dice: Dice, family: Family, chains: readonly string[]): string =>
	`${matches(dice, family)} ${verdict(dice, chains)}`;

function base(dice: Dice, family: Family, name: string, chains: readonly string[]): string {
	const isNat = dice.next(4) === 0;
	const hook = isNat ? dice.pick(["prerouting", "postrouting"]) : dice.pick(HOOKS);
	const priority = isNat
		? hook === "prerouting"
			? -100
			: 100
		: dice.pick([-310, -250, -150, -90, -10, 0, 10, 110, 150]);
	const policy = !isNat && dice.next(5) === 0 ? "drop" : "accept";
	const rules = Array.from({ length: 1 + dice.next(5) }, () =>
		isNat ? natRule(dice, family, hook) : rule(dice, family, chains),
	);
	const head = `type ${isNat ? "nat" : "filter"} hook ${hook} priority ${priority}; policy ${policy};`;
	return `chain ${name} {\n${head}\n${rules.join("\n")}\n}`;
}

/** Rules of iptables, line by line for iptables-nft, with matches that only xtables has. */
export function drawIptables(dice: Dice): readonly string[] {
	const match = (): string =>
		dice.pick([
			() => "-m conntrack --ctstate NEW",
			() => "-m conntrack --ctstate RELATED,ESTABLISHED",
			() => "-m conntrack ! --ctstate INVALID",
			() => `-m conntrack --ctorigdst ${dice.pick(TARGETS4)}`,
			() => `-p tcp -m multiport --dports ${dice.pick(["22,80:443", "53", "1000,8080"])}`,
			() => `-p udp -m multiport ! --sports ${dice.pick(["22,80:443", "53"])}`,
			() => `-m addrtype --dst-type ${dice.pick(["LOCAL", "UNICAST"])}`,
			() => `-m addrtype ! --dst-type LOCAL`,
			() => `-m mac --mac-source ${dice.pick(GUEST_MACS)}`,
			() => `-m iprange --src-range 10.9.0.2-10.9.0.3`,
			() => `-m iprange ! --dst-range 10.8.0.2-10.8.0.9`,
			() => `-p icmp --icmp-type echo-request`,
			() => `-p tcp --dport ${dice.pick(PORTS)}`,
			() => `-p tcp --syn`,
			() => `-i tap0`,
			() => `! -i tap0`,
			() => `-s 10.9.0.0/30`,
			() => `! -d 10.8.0.0/24`,
			() => `-m mark --mark 0x1/0x1`,
			() => `-m connmark --mark 2`,
			() => `-m length --length 0:${dice.pick([60, 200])}`,
			() => `-m pkttype --pkt-type unicast`,
			() => `-m comment --comment "said"`,
		])();
	const some = (): string => Array.from({ length: 1 + dice.next(2) }, match).join(" ");
	const lines = Array.from({ length: 1 + dice.next(6) }, () =>
		dice.pick([
			() => `-t filter -A FORWARD ${some()} -j ${dice.pick(["ACCEPT", "DROP", "REJECT", "USER"])}`,
			() => `-t filter -A INPUT ${some()} -j ${dice.pick(["ACCEPT", "DROP", "RETURN"])}`,
			() => `-t filter -A USER ${some()} -j ${dice.pick(["ACCEPT", "DROP", "RETURN"])}`,
			() =>
				`-t mangle -A PREROUTING ${some()} -j MARK --set-xmark ${dice.pick(["0x1", "0x2/0x3"])}`,
			() => `-t mangle -A PREROUTING ${some()} -j CONNMARK --save-mark`,
			() => `-t mangle -A PREROUTING ${some()} -j CONNMARK --set-xmark 0x2/0xff`,
			() => `-t mangle -A PREROUTING ${some()} -j CONNMARK --restore-mark`,
			() => `-t mangle -A FORWARD ${some()} -j DROP`,
			() => `-t raw -A PREROUTING ${some()} -j ${dice.pick(["DROP", "NOTRACK"])}`,
			() =>
				`-t nat -A PREROUTING -p tcp --dport ${dice.pick(PORTS)} -j DNAT --to-destination 10.8.0.9:8080`,
			() => `-t nat -A PREROUTING -d 192.0.2.7 -j DNAT --to-destination 10.8.0.10`,
			() => `-t nat -A PREROUTING -p udp --dport ${dice.pick(PORTS)} -j REDIRECT --to-ports 53`,
			() => `-t nat -A POSTROUTING -s 10.9.0.0/24 ${dice.pick(["", "-o tap1"])} -j MASQUERADE`,
			() =>
				`-t nat -A POSTROUTING ${dice.pick(["-p tcp", "-p udp"])} -j SNAT --to-source 10.8.0.50`,
		])(),
	);
	return ["-N USER", ...(dice.next(2) === 0 ? ["-P FORWARD DROP"] : []), ...lines];
}
