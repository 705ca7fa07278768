import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TapReport } from "../../src/engine/report.js";
import { type Delta, State } from "../../src/engine/state.js";

const NAMES = ["tap0", "tap1", "tap2"];
const KEYS = ["link:tap0", "table:ours", "address:a", "nat:b"];
const EMPTY: Delta = { put: [], drop: [], up: [], down: [] };

const up = (name: string, keys: readonly string[]): Delta => ({
	...EMPTY,
	up: [{ report: { name } as TapReport, keys }],
});
const changes = fc.array(
	fc.oneof(
		fc.record({
			name: fc.constantFrom(...NAMES),
			keys: fc.uniqueArray(fc.constantFrom(...KEYS)),
		}),
		fc.record({ name: fc.constantFrom(...NAMES) }),
	),
);

describe("the state", () => {
	it("knows of each object the taps that stand on it now, whatever they stood on before", () => {
		fc.assert(
			fc.property(changes, (all) => {
				const state = new State();
				const stands = new Map<string, readonly string[]>();
				for (const change of all) {
					if ("keys" in change) stands.set(change.name, change.keys);
					else stands.delete(change.name);
					state.apply(
						"keys" in change ? up(change.name, change.keys) : { ...EMPTY, down: [change.name] },
					);
				}
				expect([...state.taps.keys()].sort()).toEqual([...stands.keys()].sort());
				for (const key of KEYS) {
					const users = NAMES.filter((name) => stands.get(name)?.includes(key));
					expect([...state.users(key)].sort()).toEqual(users);
				}
			}),
		);
	});

	it("tells of the taps in the order in which they came up first", () => {
		const state = new State();
		for (const name of NAMES) state.apply(up(name, KEYS));
		state.apply(up("tap0", ["table:ours"]));
		expect([...state.taps.keys()]).toEqual(NAMES);
	});
});
