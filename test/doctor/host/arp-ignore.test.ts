import { expect, test } from "vitest";
import { arpIgnore } from "../../../src/doctor/host/arp-ignore.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	["0", { settings: { "net/ipv4/conf/all/arp_ignore": "0" } }, []],
	["1", { settings: { "net/ipv4/conf/all/arp_ignore": "1" } }, ["FINDING_ARP_IGNORE (note)"]],
	["2", { settings: { "net/ipv4/conf/all/arp_ignore": "2" } }, ["FINDING_ARP_IGNORE (note)"]],
	["3", { settings: { "net/ipv4/conf/all/arp_ignore": "3" } }, []],
	["8", { settings: { "net/ipv4/conf/all/arp_ignore": "8" } }, ["FINDING_ARP_IGNORE (note)"]],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(arpIgnore, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
