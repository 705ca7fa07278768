import { expect, test } from "vitest";
import { legacy } from "../../../src/doctor/host/iptables-legacy.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"tables of iptables-legacy",
		{ files: { "/proc/thread-self/net/ip_tables_names": "filter\nnat\n" } },
		["FINDING_LEGACY_IPTABLES (note)"],
	],
	[
		"tables of two programs",
		{
			files: {
				"/proc/thread-self/net/ip6_tables_names": "filter\n",
				"/proc/thread-self/net/arp_tables_names": "filter\n",
			},
		},
		["FINDING_LEGACY_IPTABLES (note)", "FINDING_LEGACY_IPTABLES (note)"],
	],
	["none", { files: { "/proc/thread-self/net/ip_tables_names": "" } }, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(legacy, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
