/** Taking down everything: a tap that cannot go down does not keep the others up. */
import type { Kernel } from "../kernel/kernel.js";
import { ConflictError } from "./error.js";
import type { Kinds } from "./kind.js";
import { planDown } from "./plan.js";
import type { State } from "./state.js";

/** The taps that can go down, and why the others cannot. */
export interface Removable {
	readonly taps: readonly string[];
	readonly conflicts: readonly ConflictError[];
}

/** Which of these taps can go down. Those of one bridge go together or not at all. */
export function removable(
	kinds: Kinds,
	kernel: Kernel,
	state: State,
	names: readonly string[],
): Removable {
	const all = conflictOf(kinds, kernel, state, names);
	if (all === undefined) return { taps: names, conflicts: [] };
	const parts = new Map<string, string[]>();
	for (const name of names) {
		const segment = state.taps.get(name)?.report.bridge ?? name;
		parts.set(segment, [...(parts.get(segment) ?? []), name]);
	}
	const conflicts: ConflictError[] = [];
	const taps = [...parts.values()].filter((part) => {
		const conflict = conflictOf(kinds, kernel, state, part);
		if (conflict !== undefined) conflicts.push(conflict);
		return conflict === undefined;
	});
	return conflicts.length > 0 ? { taps: taps.flat(), conflicts } : { taps: [], conflicts: [all] };
}

function conflictOf(
	kinds: Kinds,
	kernel: Kernel,
	state: State,
	taps: readonly string[],
): ConflictError | undefined {
	try {
		planDown(kinds, kernel, state, [{ id: 0, taps }]);
		return undefined;
	} catch (error) {
		if (error instanceof ConflictError) return error;
		throw error;
	}
}

/** Combine several conflicts into one error. `done` says what was done nevertheless. */
export function together(
	conflicts: readonly ConflictError[],
	done: readonly string[],
): ConflictError {
	const [first, ...others] = conflicts as [ConflictError, ...ConflictError[]];
	const error =
		others.length === 0
			? first
			: new ConflictError(
					conflicts.map(({ subject }) => subject).join(", "),
					conflicts.map(({ found }) => found).join("; "),
					first.wanted,
					{ hint: conflicts.map(({ hint }) => hint).join("; "), cause: first },
				);
	error.done = done;
	return error;
}
