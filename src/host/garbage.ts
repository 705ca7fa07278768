/** Finds what of ours nobody needs any more, and why. */

import { together } from "../engine/down-all.js";
import type { Engine } from "../engine/engine.js";
import type { Ledger } from "../engine/journal/ledger.js";
import type { CollectReport, GarbageReport, TapReport } from "../engine/report.js";
import type { State } from "../engine/state.js";
import { isAlive } from "../sys/process.js";

/** Returns those of these taps that a guest has open. */
type OpenByGuest = (taps: readonly string[]) => ReadonlySet<string>;

interface GarbageTap extends GarbageReport {
	readonly name: string;
}

const pidOf = (process: string): string => process.split("-")[0] as string;

/** Why nobody needs a tap any more, unless a guest still uses it. */
function reasonOf({ mode, bind, pool }: TapReport): string | undefined {
	if (bind !== undefined)
		return isAlive(bind.process)
			? undefined
			: `process ${pidOf(bind.process)}, which it was for, has ended`;
	if (pool === undefined || isAlive(pool)) return undefined;
	return mode === "parked"
		? `it waits in the pool of process ${pidOf(pool)}, which has ended`
		: `it is of the pool of process ${pidOf(pool)}, which has ended, and no guest has it open`;
}

/** The taps that nobody needs. A tap that was taken from a pool may have a guest that outlives the pool. */
function garbageTaps(state: State, openByGuest: OpenByGuest): readonly GarbageTap[] {
	const reports = [...state.taps.values()].map(({ report }) => report);
	const found = reports.flatMap((report) => {
		const reason = reasonOf(report);
		return reason === undefined ? [] : [{ report, reason }];
	});
	const taken = found.filter(
		({ report: { bind, mode } }) => bind === undefined && mode !== "parked",
	);
	const open = taken.length === 0 ? NONE : openByGuest(taken.map(({ report }) => report.name));
	const isOpen = new Set(taken.map(({ report }) => report.name).filter((name) => open.has(name)));
	return found
		.filter(({ report }) => !isOpen.has(report.name))
		.map(({ report: { name }, reason }) => ({ name, object: `tap ${name}`, reason }));
}

const NONE: ReadonlySet<string> = new Set();

const UNKNOWN = "it is marked as umlnet-nl's, and the state directory does not know it";
const strayReport = (what: string): GarbageReport => ({ object: what, reason: UNKNOWN });

/** What `collect` would do. Changes nothing. */
export function wouldCollect(
	engine: Engine,
	{ state }: Ledger,
	isOpen: OpenByGuest,
): CollectReport {
	const taps = garbageTaps(state, isOpen);
	const { strays = [] } = engine.status();
	const { taps: removable } = engine.removable(taps.map(({ name }) => name));
	const { steps } = engine.planDown(removable);
	return { changed: false, garbage: [...told(taps), ...strays.map(strayReport)], steps };
}

/**
 * Take down the taps that nobody needs, and then what carries our marks and no journal knows.
 * @throws ConflictError that says why some of them cannot be removed, after all others were
 */
export function collect(engine: Engine, { state }: Ledger, isOpen: OpenByGuest): CollectReport {
	const taps = garbageTaps(state, isOpen);
	const { taps: removable, conflicts } = engine.removable(taps.map(({ name }) => name));
	const down = engine.down([{ id: 0, taps: removable }]).get(0);
	if (down !== undefined && "error" in down) throw down.error;
	const { strays, steps: strayed, losses: more = [] } = engine.removeStrays();
	const done = told(taps.filter(({ name }) => removable.includes(name)));
	if (conflicts.length > 0)
		throw together(
			conflicts,
			[...done.map(({ object }) => object), ...strays].map((object) => `${object} is gone`),
		);
	const { steps = [], losses = [] } = down?.report ?? {};
	const all = { garbage: [...done, ...strays.map(strayReport)], steps: [...steps, ...strayed] };
	const lost = [...losses, ...more];
	return { changed: all.steps.length > 0, ...all, ...(lost.length > 0 && { losses: lost }) };
}

const told = (taps: readonly GarbageTap[]): readonly GarbageReport[] =>
	taps.map(({ object, reason }) => ({ object, reason }));
