import fc from "fast-check";
import { expect, test } from "vitest";
import { assembleSpec } from "../../src/spec/assembly.js";
import { SpecError } from "../../src/spec/error.js";
import { Issues } from "../../src/spec/issues.js";
import type { Spec } from "../../src/spec/model.js";
import { treeOf } from "../../src/spec/object.js";
import { checkSpec, checkTap } from "../../src/spec/spec.js";
import { issuesOf } from "./refusal.js";
import { accepted, likely, spec } from "./spec-arbitrary.js";

/** The Spec, or its issues. */
function outcome(make: () => Spec): unknown {
	try {
		return make();
	} catch (error) {
		if (!(error instanceof SpecError)) throw error;
		return error.issues;
	}
}

/** A spec that uses the networks of another one. */
function inNetworksOf(networksOf: Spec, value: object): Spec {
	const issues = new Issues();
	return assembleSpec({ root: treeOf(value, issues), networksOf }, issues, {});
}

test("taps in networks that were read before are as in one spec with them", () => {
	let good = 0;
	let bad = 0;
	fc.assert(
		fc.property(fc.oneof(spec, likely), ({ version, networks, taps }) => {
			const known = accepted(() => checkSpec({ version: 1, networks, taps: {} }));
			if (known === undefined) return;
			const whole = outcome(() => checkSpec({ version, networks, taps }));
			expect(outcome(() => inNetworksOf(known, { version, taps }))).toEqual(whole);
			if (Array.isArray(whole)) bad++;
			else good += Object.keys((whole as Spec).taps).length;
		}),
		{ numRuns: 5000 },
	);
	expect(Math.min(good, bad)).toBeGreaterThan(50);
});

test("one tap in them is a spec as well", () => {
	const networks = { lab: { mode: "host-only", addresses: ["10.0.0.1/32"] } };
	const first = checkSpec({ version: 1, networks, taps: { tap0: { network: "lab" } } });
	for (const name of ["tap1", "tap2"]) {
		const spec = checkTap(name, { network: "lab" }, first);
		expect(spec).toEqual(checkSpec({ version: 1, networks, taps: { [name]: { network: "lab" } } }));
		expect(spec.networks).toBe(first.networks);
	}
	expect(issuesOf(() => checkTap("tap3", { network: "lap", mut: 1 }, first))).toEqual([
		expect.objectContaining({ path: "taps.tap3.mut", hint: "did you mean mtu?" }),
		expect.objectContaining({ path: "taps.tap3.network", hint: "did you mean lab?" }),
	]);
});
