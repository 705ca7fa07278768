import { expect, test } from "vitest";
import { ipv6Disabled } from "../../../src/doctor/host/ipv6-disabled.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"on",
		{ settings: { "net/ipv6/conf/default/disable_ipv6": "1" } },
		["FINDING_IPV6_DISABLED (note)"],
	],
	["off", { settings: { "net/ipv6/conf/default/disable_ipv6": "0" } }, []],
	["not there", {}, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(ipv6Disabled, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
