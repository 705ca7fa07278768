import { interleave, type Outcomes } from "./interleave.js";
import { Lab } from "./lab.js";
import type { Peer } from "./peer.js";
import { missing, type PeerId, startPeer } from "./peers.js";

/** A peer that takes part, on its own host. */
export interface Runner {
	readonly id: PeerId;
	readonly peer: Peer;
	readonly netns: string;
}

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

	/** `interleave` of these peers; who cannot take part is in its place, with the reason. */
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
