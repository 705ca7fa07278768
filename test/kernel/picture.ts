/** What the usual tools report about a host, without what differs between two hosts that were made alike. */
import { readValues } from "../../src/oracle/files.js";
import type { Machine } from "./machine.js";

/** Counters, clocks, and the marks by which we recognise what is ours. */
const LEFT_OUT = new Set([
	"ifindex",
	"link_netnsid",
	"ifalias",
	"group",
	"handle",
	"hello_timer",
	"tcn_timer",
	"topology_change_timer",
	"gc_timer",
	"hold_timer",
	"message_age_timer",
	"forward_delay_timer",
]);
/** Our value of rtm_protocol and IFA_PROTO. */
const OUR_PROTOCOL = "117";

export type Picture = Readonly<Record<string, unknown>>;

/** The host as ip, bridge and nft show it, and every value below /proc/sys/net. */
export function pictureOf(machine: Machine): Picture {
	machine.enter();
	return {
		links: plain(machine.json("ip -j -d link")),
		addresses: plain(machine.json("ip -j address")),
		routes: plain(machine.json("ip -j route show table all")),
		routes6: plain(machine.json("ip -j -6 route show table all")),
		rules: plain(machine.json("ip -j rule")),
		netconf: plain(machine.json("ip -j netconf")),
		ports: plain(machine.json("bridge -j -d link")),
		ruleset: plain(rulesetOfOthers(machine)),
		values: Object.fromEntries(readValues()),
	};
}

/** The ruleset without our tables, which are held in test/attack, and without the version of nft. */
function rulesetOfOthers(machine: Machine): readonly unknown[] {
	const { nftables } = machine.json("nft -j list ruleset") as {
		readonly nftables: readonly Readonly<Record<string, { table?: string; name?: string }>>[];
	};
	return nftables.filter((one) =>
		Object.entries(one).every(([sort, { table, name }]) =>
			sort === "table" ? name !== "umlnet-nl" : sort !== "metainfo" && table !== "umlnet-nl",
		),
	);
}

function plain(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(plain).toSorted(byText);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(
				([name, inner]) => !LEFT_OUT.has(name) && !(name === "protocol" && inner === OUR_PROTOCOL),
			)
			.map(([name, inner]) => [name, plain(inner)]),
	);
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
