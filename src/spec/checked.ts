/** Which Specs were made here: kept apart from what makes them, so that asking loads none of that. */
import type { Draft } from "./draft.js";
import type { SpecInput } from "./input.js";
import type { Spec } from "./model.js";

/** The Specs that were read whole, and what their networks were made of. */
export const checkedSpecs = new WeakMap<object, Draft["networks"]>();

/** Whether a value is a Spec made here. It is frozen, so it still is what was checked. */
export function isSpec(value: unknown): value is Spec {
	return typeof value === "object" && value !== null && checkedSpecs.has(value);
}

/**
 * What was written, from the Spec that was made of it: for whoever reads it in another thread or process, where nobody
 * knows that it was checked. Anything else is returned as it is.
 */
export function writtenSpec(value: unknown): unknown {
	if (!isSpec(value)) return value;
	return {
		version: value.version,
		networks: withoutNames(value.networks),
		taps: withoutNames(value.taps),
	} satisfies SpecInput;
}

/** In a Spec every network and tap knows its own name, which is written as its key alone. */
const withoutNames = <T extends { readonly name: string }>(
	named: Readonly<Record<string, T>>,
): Readonly<Record<string, Omit<T, "name">>> =>
	Object.fromEntries(Object.entries(named).map(([key, { name, ...rest }]) => [key, rest]));
