import { expect, test } from "vitest";
import { capability } from "../../../src/doctor/host/capability.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	[
		"no CAP_NET_ADMIN",
		{ files: { "/proc/thread-self/status": "Name:\tx\nCapEff:\t0000000000000000\n" } },
		["FINDING_CAPABILITY (note)"],
	],
	["CAP_NET_ADMIN", { files: { "/proc/thread-self/status": "CapEff:\t0000000000001000\n" } }, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(capability, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
