import { expect, test } from "vitest";
import { strictReversePath } from "../../../src/doctor/host/strict-reverse-path.js";
import * as uapi from "../../../src/uapi/index.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"strict, and rules that choose",
		{
			settings: { "net/ipv4/conf/all/rp_filter": "1" },
			routingTables: [uapi.RT_TABLE_LOCAL, 100, uapi.RT_TABLE_MAIN],
		},
		["FINDING_STRICT_RP_FILTER (note)"],
	],
	[
		"strict, and the kernel's own rules",
		{
			settings: { "net/ipv4/conf/all/rp_filter": "1" },
			routingTables: [uapi.RT_TABLE_LOCAL, uapi.RT_TABLE_MAIN, uapi.RT_TABLE_DEFAULT],
		},
		[],
	],
	[
		"loose, and rules that choose",
		{ settings: { "net/ipv4/conf/all/rp_filter": "2" }, routingTables: [100] },
		[],
	],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(strictReversePath, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
