/** What came of each peer: what was measured, or why nothing was. */
export type Outcomes<Id extends string = string> = ReadonlyMap<Id, readonly number[] | Error>;

/**
 * Ask each peer once a round, never one after the other has finished: what slows the machine down meanwhile slows
 * all of them. Who begins changes from round to round; a first round, for warming up, is thrown away.
 * A peer that fails is out, and its outcome says why.
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
