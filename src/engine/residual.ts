/** What a transaction could not undo or give back. It is remembered under the names that the transaction was about. */
import type { Ledger } from "./journal/ledger.js";
import type { Plan } from "./plan.js";
import { labelsOf } from "./rollback.js";
import type { State } from "./state.js";

/** The names of the taps of a plan and of their networks. */
export function namesIn({ requestOf, delta: { up } }: Plan, state: State): string[] {
	const networks = [...requestOf.keys()].map(
		(name) =>
			state.taps.get(name)?.report.network ??
			up.find(({ report }) => report.name === name)?.report.network ??
			name,
	);
	return [...new Set([...requestOf.keys(), ...networks])];
}

/** Forget residuals of these taps and networks, or all. @returns the labels of their steps */
export function giveUp(journal: Ledger, names: readonly string[]): string[] {
	const given = [...journal.residuals.values()].filter(
		(residual) => names.length === 0 || residual.names.some((name) => names.includes(name)),
	);
	for (const residual of given) journal.keepResidual({ ...residual, steps: [] });
	return given.flatMap(({ steps }) => labelsOf(steps));
}
