import { Engine } from "./engine/engine.js";
import { frame } from "./engine/frame.js";
import type { Ending, Ledger } from "./engine/journal.js";
import { encodeRecord, type JournalRecord, type StepRecord } from "./engine/record.js";
import { checkSpec } from "./engine/spec.js";
import { type Delta, State } from "./engine/state.js";
import { commitGroup, type GroupRequest } from "./group.js";
import { RehearsalKernel } from "./kernel/rehearsal.js";
import { kinds, wantedTaps } from "./kinds/index.js";

// 0.2 s of the thread's time. Measured without it: 28 ms for the first guest of an engine, 6 for the second, 2 for the
// thirtieth; with it 8, 2.5 and 1.6.
const GUESTS = 200;

/** A journal that is nowhere: records are written as for a file, and forgotten. */
class Pretence implements Ledger {
	readonly state = new State();
	readonly unfinished = undefined;
	readonly verdict = undefined;
	readonly endings = new Map<string, Ending>();

	begin(transaction: string, command: string, steps: readonly StepRecord[]): void {
		this.#write({ begin: { transaction, command, steps } });
	}
	past(transaction: string, steps: readonly StepRecord[], delta: Delta): void {
		this.#write({ past: { transaction, steps, delta } });
		this.state.apply(delta);
	}
	commit(transaction: string, delta?: Delta): void {
		this.#write({ commit: { transaction, delta } });
		if (delta !== undefined) this.state.apply(delta);
	}
	abort(): void {}
	trial(): void {}
	lapse(): void {}

	#write(record: JournalRecord): void {
		frame(encodeRecord(record), 0);
	}
}

/**
 * Guests that come and go on a host that does not exist. What an engine runs for the first time is not compiled
 * yet; so it plays that through while it has nothing to do, and the first guest is as fast as those after it.
 */
export class Rehearsal {
	readonly #engine = new Engine(new RehearsalKernel(), new Pretence(), kinds, () => 2, {
		owner: "rehearsal",
		isLeft: () => false,
		now: () => 0,
	});
	#guests = 0;

	get isOver(): boolean {
		return this.#guests >= GUESTS;
	}

	/** One guest, up and down: some milliseconds at first, and less and less. @throws UmlnetError */
	guest(): void {
		const id = this.#guests++;
		const name = `tap${id}`;
		const spec = checkSpec({
			version: 1,
			networks: { rehearsal: { mode: "nat", uplink: "uplink", proxyArp: true } },
			taps: { [name]: { network: "rehearsal", owner: 1, addresses: [`10.0.${id}.1/24`] } },
		});
		this.#run({ verb: "up", id, taps: wantedTaps(spec) });
		// The first one stays: with the last the table would go, and hosts of a farm are never empty.
		if (id > 0) this.#run({ verb: "down", id, taps: [name] });
	}

	#run(request: GroupRequest): void {
		const outcome = commitGroup(this.#engine, [request], true).get(request.id);
		if (outcome !== undefined && "error" in outcome) throw outcome.error;
	}
}
