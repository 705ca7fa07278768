import { seed, THOROUGH } from "../fault/campaign.js";

/** The last operations of a run are those that decide whether it counts, so they are always tried. */
const LAST = 12;

/**
 * Of many places, with their positions, about so many: spread over all of them, which ones depends on the seed, and the
 * last ones. All of them in a full run.
 */
export function someOf<T>(places: readonly T[], most: number): (readonly [T, number])[] {
	const all = places.map((place, i) => [place, i] as const);
	const step = THOROUGH ? 1 : Math.max(1, Math.ceil((all.length - LAST) / most));
	const first = seed % step;
	return all.filter((_, i) => i % step === first || i >= all.length - LAST);
}
