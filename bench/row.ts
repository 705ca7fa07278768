import type { Outcomes } from "./interleave.js";
import { type Figure, figure } from "./sample.js";

export type Unit = "ns" | "µs" | "ms" | "cycles/s" | "MiB" | "×";

/** One peer in a row: its measurements, or why there are none. */
export interface Entry {
	readonly peer: string;
	readonly label: string;
	readonly figure?: Figure;
	readonly why?: string;
}

export interface Head {
	readonly id: string;
	readonly title: string;
	readonly unit: Unit;
	readonly better: "less" | "more";
}

/** One question, measured for several peers in the same rounds. */
export interface Row extends Head {
	readonly entries: readonly Entry[];
}

const SCALE: Partial<Record<Unit, number>> = { µs: 1e-3, ms: 1e-6 };

/** A row from the outcomes of the peers, whose times are in nanoseconds. */
export function row<Id extends string>(
	head: Head,
	outcomes: Outcomes<Id>,
	label: (id: Id) => string,
): Row {
	const scale = SCALE[head.unit] ?? 1;
	const entries = [...outcomes].map(([peer, outcome]): Entry => {
		const entry = { peer, label: label(peer) };
		if (outcome instanceof Error) return { ...entry, why: outcome.message };
		return { ...entry, figure: figure(outcome.map((value) => value * scale)) };
	});
	return { ...head, entries };
}
