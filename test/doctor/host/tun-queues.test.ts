import { expect, test } from "vitest";
import { tunQueues } from "../../../src/doctor/host/tun-queues.js";
import * as uapi from "../../../src/uapi/index.js";
import { findingsOf } from "../codes.js";
import type { MadeUp } from "../made-up.js";

const ROWS: readonly [what: string, made: MadeUp, finds: readonly string[]][] = [
	["several queues", { tunFeatures: uapi.IFF_TAP | uapi.IFF_MULTI_QUEUE }, []],
	["one queue", { tunFeatures: uapi.IFF_TAP }, ["FINDING_TUN_QUEUES (note)"]],
	["a device that may not be opened", {}, []],
];

test.each(ROWS)("%s", (_, made, finds) => {
	const found = findingsOf(tunQueues, made);
	expect(found.map(({ code, stops }) => `${code}${stops ? "" : " (note)"}`)).toEqual(finds);
	for (const { evidence } of found) expect(evidence.length).toBeGreaterThan(0);
});
