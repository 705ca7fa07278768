/** Taps that live as long as a process. */
import { ConflictError } from "../engine/error.js";
import type { WantedTap } from "../engine/plan.js";
import type { State } from "../engine/state.js";
import { isAlive } from "../sys/process.js";

/** These taps, bound to the lifetime of this process. */
export const bound = (taps: readonly WantedTap[], process: string): WantedTap[] =>
	taps.map((tap) => ({ ...tap, report: { ...tap.report, bind: { process } } }));

/** The names of the taps that are up for this process. */
export const boundTo = (state: State, process: string): string[] =>
	[...state.taps.values()]
		.map(({ report }) => report)
		.filter(({ bind }) => bind?.process === process)
		.map(({ name }) => name);

/**
 * Those of these taps that are up for a process that has ended. @throws ConflictError if one is up for somebody else,
 * because whichever ends first would take it away from the other
 */
export function leftBehind(state: State, names: readonly string[]): string[] {
	return names.filter((name) => {
		const report = state.taps.get(name)?.report;
		if (report === undefined) return false;
		if (report.bind !== undefined && !isAlive(report.bind.process)) return true;
		const [pid] = report.bind?.process.split("-") ?? [];
		throw new ConflictError(
			`tap ${name}`,
			pid === undefined ? "one that is up already" : `one that is up for process ${pid}`,
			"one that is nobody's yet",
			{ hint: `another name, or umlnet-nl down ${name} first if nobody needs it` },
		);
	});
}
