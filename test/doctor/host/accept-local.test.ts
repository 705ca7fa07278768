import { expect, test } from "vitest";
import { acceptLocal } from "../../../src/doctor/host/accept-local.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	["on", { settings: { "net/ipv4/conf/all/accept_local": "1" } }, ["FINDING_ACCEPT_LOCAL (note)"]],
	["off", { settings: { "net/ipv4/conf/all/accept_local": "0" } }, []],
	["not there", {}, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(acceptLocal, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
