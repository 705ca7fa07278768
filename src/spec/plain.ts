/** Specs that are plain data in the memory of this process. The YAML parser is not loaded for them. */
import { assembleSpec, type SpecOptions } from "./assembly.js";
import { isSpec } from "./checked.js";
import { Issues } from "./issues.js";
import type { Spec } from "./model.js";
import { fields, treeOf } from "./object.js";

/** One tap in the networks of a Spec that `checkSpec` or `parseSpec` made. @throws SpecError, as for a whole spec */
export function checkTap(name: string, tap: object, networksOf: Spec): Spec {
	const issues = new Issues();
	const node = treeOf(tap, issues);
	// Built directly and not from an object: an object with a different key for each tap is a new shape to V8 every time.
	const taps = node && fields([[name, node]]);
	const version = { kind: "scalar", value: 1, mark: undefined } as const;
	const root =
		taps &&
		fields([
			["version", version],
			["taps", taps],
		]);
	return assembleSpec({ root, networksOf }, issues, {});
}

/**
 * The spec in a plain object of unknown origin, of which everything is checked. A Spec is returned as it is.
 * @throws SpecError with every issue
 */
export function checkSpec(value: unknown, options: SpecOptions = {}): Spec {
	if (isSpec(value)) return value;
	const issues = new Issues();
	return assembleSpec({ root: treeOf(value, issues) }, issues, options);
}
