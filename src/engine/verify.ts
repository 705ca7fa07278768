import type { Kernel } from "../kernel/kernel.js";
import { type Kinds, kindOf } from "./kind.js";
import type { Entry, State } from "./state.js";

/** Where a resource is not exactly as applied, in words. */
export function verify(
	kinds: Kinds,
	kernel: Kernel,
	{ kind: name, made }: Entry,
): readonly string[] {
	const kind = kindOf(kinds, name);
	return kind.verify?.(made, kernel) ?? kind.drift(made, kernel);
}

/** Objects on this host that carry our marks and are not in the state. */
export const strays = (kinds: Kinds, kernel: Kernel, { entries }: State): readonly string[] =>
	[...kinds.values()].flatMap(({ kind, strays }) => {
		const made = [...entries.values()].filter((entry) => entry.kind === kind);
		return (
			strays?.(
				made.map((entry) => entry.made),
				kernel,
			) ?? []
		);
	});
