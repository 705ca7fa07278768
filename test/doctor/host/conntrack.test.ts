import { expect, test } from "vitest";
import { conntrack } from "../../../src/doctor/host/conntrack.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"a full table",
		{
			settings: {
				"net/netfilter/nf_conntrack_count": "100",
				"net/netfilter/nf_conntrack_max": "100",
			},
		},
		["FINDING_CONNTRACK_FULL"],
	],
	[
		"one that is nearly full",
		{
			settings: {
				"net/netfilter/nf_conntrack_count": "90",
				"net/netfilter/nf_conntrack_max": "100",
			},
		},
		["FINDING_CONNTRACK_FULL (note)"],
	],
	[
		"one with room",
		{
			settings: {
				"net/netfilter/nf_conntrack_count": "89",
				"net/netfilter/nf_conntrack_max": "100",
			},
		},
		[],
	],
	["no table", {}, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(conntrack, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
