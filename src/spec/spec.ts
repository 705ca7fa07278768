import { assembleSpec, type SpecOptions } from "./assembly.js";
import { parseDocument } from "./document.js";
import { Issues } from "./issues.js";
import type { Spec } from "./model.js";

export { type Accounts, invokingUser } from "./accounts.js";
export type { SpecOptions } from "./assembly.js";
export { type Flags, specFromFlags } from "./flags.js";
export { checkSpec, checkTap } from "./plain.js";

/** The spec in a text, YAML or JSON. @throws SpecError with every issue, each with its line and column */
export function parseSpec(text: string, options: SpecOptions = {}): Spec {
	const issues = new Issues();
	return assembleSpec(parseDocument(text, options.source, issues), issues, options);
}
