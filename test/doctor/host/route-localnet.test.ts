import { expect, test } from "vitest";
import { routeLocalnet } from "../../../src/doctor/host/route-localnet.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"on",
		{ settings: { "net/ipv4/conf/all/route_localnet": "1" } },
		["FINDING_ROUTE_LOCALNET (note)"],
	],
	["off", { settings: { "net/ipv4/conf/all/route_localnet": "0" } }, []],
	["not there", {}, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(routeLocalnet, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
