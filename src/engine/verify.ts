import type { Kernel } from "../kernel/kernel.js";
import { type Kinds, kindOf } from "./kind.js";
import type { Difference } from "./report.js";
import type { Entry } from "./state.js";

/** Where a resource is not exactly as applied. */
export function verify(
	kinds: Kinds,
	kernel: Kernel,
	{ kind: name, made }: Entry,
): readonly Difference[] {
	const kind = kindOf(kinds, name);
	return kind.verify?.(made, kernel) ?? kind.drift(made, kernel);
}
