import { expect, test } from "vitest";
import { neighbourTable } from "../../../src/doctor/host/neighbour-table.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"a full table",
		{
			settings: { "net/ipv4/neigh/default/gc_thresh3": "1024" },
			files: { "/proc/thread-self/net/stat/arp_cache": "entries allocs\n00000400 0\n" },
		},
		["FINDING_NEIGHBOUR_TABLE"],
	],
	[
		"a full table of IPv6",
		{
			settings: { "net/ipv6/neigh/default/gc_thresh3": "1024" },
			files: { "/proc/thread-self/net/stat/ndisc_cache": "entries allocs\n00000400 0\n" },
		},
		["FINDING_NEIGHBOUR_TABLE"],
	],
	[
		"one that is nearly full",
		{
			settings: { "net/ipv4/neigh/default/gc_thresh3": "1024" },
			files: { "/proc/thread-self/net/stat/arp_cache": "entries allocs\n000003ff 0\n" },
		},
		["FINDING_NEIGHBOUR_TABLE (note)"],
	],
	[
		"one with room",
		{
			settings: { "net/ipv4/neigh/default/gc_thresh3": "1024" },
			files: { "/proc/thread-self/net/stat/arp_cache": "entries allocs\n00000010 0\n" },
		},
		[],
	],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(neighbourTable, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
