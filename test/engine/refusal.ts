import { expect } from "vitest";
import { type Issue, SpecError } from "../../src/spec/error.js";
import type { Spec } from "../../src/spec/model.js";
import { checkSpec, parseSpec, type SpecOptions } from "../../src/spec/spec.js";

/** The issues of a spec that must be refused. Any other error makes the test fail. */
export function issuesOf(make: () => Spec): readonly Issue[] {
	try {
		expect(make()).toBe("refused");
	} catch (error) {
		if (!(error instanceof SpecError)) throw error;
		expect(error.code).toBe("ERR_SPEC");
		expect(error.issues.length).toBeGreaterThan(0);
		for (const issue of error.issues) expect(error.message).toContain(issue.message);
		return error.issues;
	}
	throw new Error("accepted");
}

export const refuse = (value: unknown, options?: SpecOptions) =>
	issuesOf(() => checkSpec(value, options));
export const refuseText = (text: string, options?: SpecOptions) =>
	issuesOf(() => parseSpec(text, options));

/** Exactly one issue: a single mistake must not be reported twice. */
export const one = (path: string, message: string) => [
	expect.objectContaining({ path, message: expect.stringContaining(message) }),
];

type Fields = Readonly<Record<string, unknown>>;

/** A valid spec with one network `lab` and one tap `tap0`, with changes. */
export function lab(network: Fields = {}, tap: Fields = {}): Fields {
	return {
		version: 1,
		networks: { lab: { mode: "host-only", ...network } },
		taps: { tap0: { network: "lab", ...tap } },
	};
}

/** Taps of a network `lab` by name. */
export function farm(network: Fields, taps: Readonly<Record<string, Fields>>): Fields {
	const members = Object.entries(taps).map(([name, tap]) => [name, { network: "lab", ...tap }]);
	return {
		version: 1,
		networks: { lab: { mode: "host-only", ...network } },
		taps: Object.fromEntries(members),
	};
}
