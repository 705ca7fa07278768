/** The outcome of each peer: its measurements, or why there are none. */
export type Outcomes<Id extends string = string> = ReadonlyMap<Id, readonly number[] | Error>;

/**
 * Ask each peer once a round, one after the other, so that whatever slows the machine down slows all of them. Every
 * round begins with another peer, and a first round for warming up is discarded. A peer that fails takes no further
 * part, and its outcome is the error.
 */
export async function interleave<R extends { readonly id: string }>(
	runners: readonly R[],
	rounds: number,
	measure: (runner: R) => Promise<readonly number[]>,
): Promise<Outcomes<R["id"]>> {
	const measured = new Map<R["id"], number[] | Error>(runners.map(({ id }) => [id, []]));
	for (let round = 0; round <= rounds; round++) {
		for (let turn = 0; turn < runners.length; turn++) {
			const runner = runners[(turn + round) % runners.length] as R;
			const values = measured.get(runner.id);
			if (!Array.isArray(values)) continue;
			try {
				const more = await measure(runner);
				if (round > 0) values.push(...more);
			} catch (error) {
				measured.set(runner.id, error as Error);
			}
		}
	}
	return measured;
}
