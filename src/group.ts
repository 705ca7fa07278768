/** Group commit: all requests that wait become one transaction of many. */
import type { DownUnit, Engine, UnitOutcome } from "./engine/engine.js";
import type { Unit } from "./engine/plan.js";
import type { DownReport, UpReport } from "./engine/report.js";
import { UmlnetError } from "./sys/error.js";

/** A request that can share a transaction with others, reduced to the taps it names. */
export type GroupRequest =
	| ({ readonly verb: "up" } & Unit)
	| ({ readonly verb: "down" } & DownUnit);
export type GroupOutcome = UnitOutcome<UpReport | DownReport>;

const namesOf = (request: GroupRequest): readonly string[] =>
	request.verb === "up" ? request.taps.map(({ report }) => report.name) : request.taps;

/** Runs of requests in which no tap is named twice: within one, order does not matter. */
export function waves(requests: readonly GroupRequest[]): GroupRequest[][] {
	const out: GroupRequest[][] = [];
	let seen = new Set<string>();
	for (const request of requests) {
		const names = namesOf(request);
		const wave = out.at(-1);
		if (wave === undefined || names.some((name) => seen.has(name))) {
			out.push([request]);
			seen = new Set(names);
		} else {
			wave.push(request);
			for (const name of names) seen.add(name);
		}
	}
	return out;
}

/** Run requests in as few transactions as their order allows; each gets an outcome of its own. */
export function commitGroup(
	engine: Engine,
	requests: readonly GroupRequest[],
): Map<number, GroupOutcome> {
	const out = new Map<number, GroupOutcome>();
	for (const wave of waves(requests)) {
		const downs = wave.filter((request) => request.verb === "down");
		const ups = wave.filter((request) => request.verb === "up");
		settle(out, downs, (units) => engine.down(units));
		settle(out, ups, (units) => engine.up(units));
	}
	return out;
}

/** All units at once; where that fails as a whole nothing was done, and each is tried on its own. */
function settle<U extends { readonly id: number }, R extends UpReport | DownReport>(
	out: Map<number, GroupOutcome>,
	units: readonly U[],
	run: (units: readonly U[]) => ReadonlyMap<number, UnitOutcome<R>>,
): void {
	if (units.length === 0) return;
	try {
		for (const [id, outcome] of run(units)) out.set(id, outcome);
	} catch (cause) {
		if (units.length > 1) {
			for (const unit of units) settle(out, [unit], run);
			return;
		}
		const error =
			cause instanceof UmlnetError
				? cause
				: new UmlnetError("ERR_INTERNAL", cause instanceof Error ? cause.message : String(cause), {
						cause,
					});
		out.set((units[0] as U).id, { error });
	}
}
