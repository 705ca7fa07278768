import { Lab } from "./lab.js";
import type { Peer } from "./peer.js";
import { missing, type PeerId, startPeer } from "./peers.js";
import type { Outcomes } from "./row.js";

/** A peer that takes part, on its own host. */
export interface Runner {
	readonly id: PeerId;
	readonly peer: Peer;
}

type Measured = Map<PeerId, number[] | Error>;

/** One run of the bench: the hosts it makes, and how thorough it is. */
export class Bench implements Disposable {
	readonly lab = new Lab();
	/** Few rounds with few guests: does it work, not how fast is it. */
	readonly quick: boolean;

	constructor(quick: boolean) {
		this.quick = quick;
	}

	/** How often something is done: the second number in a quick run. */
	times(thorough: number, quick: number): number {
		return this.quick ? quick : thorough;
	}

	/** Start peers, each on a fresh host; whatever happens, they and their hosts are gone afterwards. */
	async with<T>(
		ids: readonly PeerId[],
		body: (runners: readonly Runner[]) => Promise<T>,
	): Promise<T> {
		const started: { id: PeerId; peer: Peer; netns: string }[] = [];
		try {
			for (const id of ids) {
				if (missing(id) === undefined) started.push({ id, ...startPeer(id, this.lab) });
			}
			return await body(started);
		} finally {
			for (const { peer } of started) await peer.close();
			await this.lab.remove(started.map(({ netns }) => netns));
		}
	}

	/**
	 * Ask each of these peers once a round, never one after the other has finished: what slows the machine down meanwhile
	 * slows all of them. Who begins changes from round to round; the first round is for warming up.
	 * A peer that fails is out, and its row says why.
	 */
	async interleave(
		ids: readonly PeerId[],
		runners: readonly Runner[],
		rounds: number,
		measure: (runner: Runner, round: number) => Promise<readonly number[]>,
	): Promise<Outcomes> {
		const measured: Measured = new Map();
		for (const id of ids) {
			const why = missing(id);
			measured.set(id, why === undefined ? [] : new Error(why));
		}
		const asked = runners.filter(({ id }) => ids.includes(id));
		for (let round = 0; round <= rounds; round++) {
			for (let turn = 0; turn < asked.length; turn++) {
				const runner = asked[(turn + round) % asked.length];
				const values = runner && measured.get(runner.id);
				if (runner === undefined || !Array.isArray(values)) continue;
				try {
					const more = await measure(runner, round);
					if (round > 0) values.push(...more);
				} catch (error) {
					measured.set(runner.id, error as Error);
				}
			}
		}
		return measured;
	}

	[Symbol.dispose](): void {
		this.lab.close();
	}
}
