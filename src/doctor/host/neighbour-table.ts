import type { Finding } from "../../service/diagnosis.js";
import { type Check, type Subject, stops, warns } from "../check.js";

/** Where the kernel counts the neighbours of all interfaces, by IP version. */
const TABLES = { ipv4: "arp_cache", ipv6: "ndisc_cache" } as const;

function look({ facts }: Subject, version: "ipv4" | "ipv6"): readonly Finding[] {
	const file = TABLES[version];
	const line = facts.file(`/proc/thread-self/net/stat/${file}`)?.split("\n")[1];
	const count = Number.parseInt(line?.split(/\s+/)[0] ?? "0", 16);
	const most = Number(facts.setting(`net/${version}/neigh/default/gc_thresh3`) ?? 0);
	if (most === 0 || count < 0.9 * most) return [];
	const found = {
		code: "FINDING_NEIGHBOUR_TABLE",
		message: `the table of neighbours has ${count} of ${most} entries (${version === "ipv4" ? "IPv4" : "IPv6"})`,
		evidence: [
			`/proc/net/stat/${file}: ${count} entries`,
			`net.${version}.neigh.default.gc_thresh3 = ${most}`,
		],
		remedy: `sysctl -w net.${version}.neigh.default.gc_thresh3=${2 * most}`,
	} as const;
	return [count >= most ? stops(found) : warns(found)];
}

/** The tables of neighbours: beyond gc_thresh3 no new neighbour can be resolved (neigh_alloc, net/core/neighbour.c). */
export const neighbourTable: Check = {
	check: "neighbour table",
	of: "host",
	run: (subject) => [...look(subject, "ipv4"), ...look(subject, "ipv6")],
};
