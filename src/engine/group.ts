/** Group commit: all waiting requests become one transaction. */

import { UmlnetError } from "../sys/error.js";
import type { DownRequest, Engine, RequestOutcome } from "./engine.js";
import type { UpRequest } from "./plan.js";
import type { DownReport, UpReport } from "./report.js";

/** A request that can share a transaction with others, because it names its taps. */
export type GroupRequest =
	| ({ readonly verb: "up" } & UpRequest)
	| ({ readonly verb: "down" } & DownRequest);
export type GroupOutcome = RequestOutcome<UpReport | DownReport>;

const namesOf = (request: GroupRequest): readonly string[] =>
	request.verb === "up" ? request.taps.map(({ report }) => report.name) : request.taps;

/** The names of the taps that a report is about. */
export const tapsIn = ({ taps }: UpReport | DownReport): string[] =>
	taps.map((tap) => (typeof tap === "string" ? tap : tap.name));

/** Runs of consecutive requests in which no tap is named twice: within a run their order does not matter. */
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

// Long enough for a burst of guests to verify the shared objects once, and too short for a person to notice.
const MAX_AGE_MS = 10;

/**
 * Run requests in as few transactions as their order allows; each request gets its own outcome. With `deferDeletes`
 * links are not deleted yet: the journal lists them as pending, and the caller deletes them.
 */
export function commitGroup(
	engine: Engine,
	requests: readonly GroupRequest[],
	deferDeletes = false,
): Map<number, GroupOutcome> {
	const run = new Run(engine);
	for (const wave of waves(requests)) {
		const downs = wave.filter((request) => request.verb === "down");
		const ups = wave.filter((request) => request.verb === "up");
		run.settle(downs, (requests) => engine.down(requests, deferDeletes));
		run.settle(ups, (requests) => engine.up(requests, undefined, MAX_AGE_MS));
	}
	return run.outcomes;
}

class Run {
	readonly outcomes = new Map<number, GroupOutcome>();
	readonly #engine: Engine;
	/** Set if a transaction could not be undone. It is the error of all later requests, as nothing more can begin. */
	#stuck: UmlnetError | undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	/**
	 * Run all requests in one transaction. If it fails as a whole, nothing was done, and each half is tried separately.
	 */
	settle<U extends { readonly id: number }, R extends UpReport | DownReport>(
		requests: readonly U[],
		run: (requests: readonly U[]) => ReadonlyMap<number, RequestOutcome<R>>,
	): void {
		if (requests.length === 0) return;
		if (this.#stuck !== undefined) {
			this.#reject(requests, this.#stuck);
			return;
		}
		try {
			for (const [id, outcome] of run(requests)) this.outcomes.set(id, outcome);
		} catch (cause) {
			this.#recover();
			if (this.#stuck !== undefined || requests.length === 1) {
				this.#reject(requests, toUmlnetError(cause));
				return;
			}
			const half = requests.length >> 1;
			this.settle(requests.slice(0, half), run);
			this.settle(requests.slice(half), run);
		}
	}

	/** Finish undoing the last transaction. Beginning another one before would lose the undo in the journal. */
	#recover(): void {
		try {
			this.#engine.recover();
		} catch (error) {
			this.#stuck = toUmlnetError(error);
		}
	}

	#reject(requests: readonly { readonly id: number }[], error: UmlnetError): void {
		for (const { id } of requests) this.outcomes.set(id, { error });
	}
}

const toUmlnetError = (cause: unknown): UmlnetError =>
	cause instanceof UmlnetError
		? cause
		: new UmlnetError("ERR_INTERNAL", cause instanceof Error ? cause.message : String(cause), {
				cause,
			});
