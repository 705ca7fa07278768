/**
 * Remembers which Specs were made here. It is separate from the code that makes them, so that asking does not load it.
 */
import type { Draft } from "./draft.js";
import type { SpecInput } from "./input.js";
import type { Spec } from "./model.js";

/** The Specs that were read as a whole, with the drafts of their networks. */
export const checkedSpecs = new WeakMap<object, Draft["networks"]>();

/** Whether a value is a Spec that was made here. It is frozen, so it is still as it was checked. */
export function isSpec(value: unknown): value is Spec {
	return typeof value === "object" && value !== null && checkedSpecs.has(value);
}

/**
 * The input form of a Spec, for another thread or process, which cannot know that the Spec was checked. Any other value
 * is returned as it is.
 */
export function writtenSpec(value: unknown): unknown {
	if (!isSpec(value)) return value;
	return {
		version: value.version,
		networks: withoutNames(value.networks),
		taps: withoutNames(value.taps),
	} satisfies SpecInput;
}

/** In a Spec every network and tap has its name as a property; in the input the name is only the key. */
const withoutNames = <T extends { readonly name: string }>(
	named: Readonly<Record<string, T>>,
): Readonly<Record<string, Omit<T, "name">>> =>
	Object.fromEntries(Object.entries(named).map(([key, { name, ...rest }]) => [key, rest]));
