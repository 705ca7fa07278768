import { expect, test } from "vitest";
import { ConflictError } from "../../src/engine/error.js";
import type { PlanContext } from "../../src/engine/kind.js";
import { groupOf } from "../../src/kinds/network-group.js";
import { networkNumber } from "../../src/kinds/network-number.js";
import { bare } from "../engine/hosts.js";
import { Stage } from "./stage.js";
import { testKind } from "./table.js";

testKind(networkNumber, {
	creations: [
		{
			name: "a network's number",
			host: bare,
			want: { network: "lab", group: 5 },
			steps: [],
			removal: [],
		},
	],
	drifts: [],
});

test("two networks of one number are not up at once", () => {
	const lab = { network: "lab", group: 5 };
	const other = { network: "db", group: 5 };
	const alone = new Stage(bare).context();
	const context = { ...alone, others: () => ["t1"] };
	const reconcile = (want: typeof lab, of: PlanContext = context) =>
		networkNumber.reconcile?.(lab, want, of);
	expect(() => reconcile(other)).toThrow(ConflictError);
	expect(() => reconcile(other)).toThrow("network lab's, with t1 in it");
	expect(reconcile(lab)).toEqual(lab);
	// The last tap of the one goes as the first of the other comes.
	expect(reconcile(other, alone)).toEqual(other);
	expect(networkNumber.key(other)).toBe(networkNumber.key(lab));
});

test("the number of a network is its name's, whether it is up or not, and none that people choose", () => {
	const names = Array.from({ length: 2000 }, (_, i) => `lab-${i}`);
	const groups = names.map(groupOf);
	expect(new Set(groups).size).toBe(names.length);
	expect(groupOf("lab-7")).toBe(groups[7]);
	for (const group of groups) {
		expect(group).toBeGreaterThan(0xffff);
		expect(group).toBeLessThan(2 ** 31);
	}
});
