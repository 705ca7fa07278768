import { assembleSpec, isSpec, type SpecOptions } from "./assembly.js";
import { parseDocument } from "./document.js";
import { Issues } from "./issues.js";
import type { Spec } from "./model.js";
import { fields, treeOf } from "./object.js";

export { type Accounts, invokingUser } from "./accounts.js";
export type { SpecOptions } from "./assembly.js";
export { type Flags, specFromFlags } from "./flags.js";

/** The spec in a text, YAML or JSON. Throws SpecError with every issue. */
export function parseSpec(text: string, options: SpecOptions = {}): Spec {
	const issues = new Issues();
	return assembleSpec(parseDocument(text, options.source, issues), issues, options);
}

/** One tap in the networks of a Spec that `checkSpec` or `parseSpec` made. Throws SpecError, as for a whole spec. */
export function checkTap(name: string, tap: object, networksOf: Spec): Spec {
	const issues = new Issues();
	const node = treeOf(tap, issues);
	// Not by way of an object: one with a key of its own for each tap is a new shape to V8 each time.
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

/** The spec in a plain object; a Spec is returned as it is. Throws SpecError with every issue. */
export function checkSpec(value: unknown, options: SpecOptions = {}): Spec {
	if (isSpec(value)) return value;
	const issues = new Issues();
	return assembleSpec({ root: treeOf(value, issues) }, issues, options);
}
