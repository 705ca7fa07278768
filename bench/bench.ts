import { interleave, type Outcomes } from "./interleave.js";
import { Lab } from "./lab.js";
import type { Peer } from "./peer.js";
import { missing, type PeerId, startPeer } from "./peers.js";

/** A running peer on a host of its own. */
export interface Runner {
	readonly id: PeerId;
	readonly peer: Peer;
	readonly netns: string;
}

/** One run of the bench: it makes the hosts, and knows how thorough to be. */
export class Bench implements Disposable {
	readonly lab = new Lab();
	/** Few rounds with few guests, to see whether everything works and not how fast it is. */
	readonly quick: boolean;

	constructor(quick: boolean) {
		this.quick = quick;
	}

	/** How often to do something: the second number applies to a quick run. */
	times(thorough: number, quick: number): number {
		return this.quick ? quick : thorough;
	}

	/** Start peers, each on a new host. In any case they and their hosts are removed afterwards. */
	async with<T>(
		ids: readonly PeerId[],
		body: (runners: readonly Runner[]) => Promise<T>,
	): Promise<T> {
		const started: Runner[] = [];
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

	/** Interleave these peers. For one that cannot take part, the outcome is the reason. */
	async interleave(
		ids: readonly PeerId[],
		runners: readonly Runner[],
		rounds: number,
		measure: (runner: Runner) => Promise<readonly number[]>,
	): Promise<Outcomes<PeerId>> {
		const asked = runners.filter(({ id }) => ids.includes(id));
		const measured = await interleave(asked, rounds, measure);
		return new Map(ids.map((id) => [id, measured.get(id) ?? new Error(missing(id))]));
	}

	[Symbol.dispose](): void {
		this.lab.close();
	}
}
