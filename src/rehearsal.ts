import { Engine } from "./engine/engine.js";
import { frame } from "./engine/frame.js";
import type { Ending, Ledger } from "./engine/journal.js";
import { encodeRecord, type JournalRecord, type StepRecord } from "./engine/record.js";
import type { DownReport, UpReport } from "./engine/report.js";
import { checkSpec } from "./engine/spec.js";
import { type Delta, State } from "./engine/state.js";
import { commitGroup, type GroupOutcome, type GroupRequest, tapsIn } from "./group.js";
import { RehearsalKernel } from "./kernel/rehearsal.js";
import { kinds, wantedTaps } from "./kinds/index.js";
import { type Errand, Pool } from "./pool.js";

// 0.2 s of the thread's time. Measured without it: 28 ms for the first guest of an engine, 6 for the second, 2 for the
// thirtieth; with it 8, 2.5 and 1.6.
const GUESTS = 200;
// Who has a pool stays for long, and has more to play through: the first 1 000 guests come and go 15 % faster for it.
const POOLED_GUESTS = 600;

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
	readonly #pool: Pool | undefined;
	#guests = 0;

	/** `pooled`: guests come out of a warm pool as well. */
	constructor(pooled: boolean) {
		this.#pool = pooled ? new Pool({ size: 1, low: 1, owner: 1 }, "rehearsal") : undefined;
	}

	get isOver(): boolean {
		return this.#guests >= (this.#pool === undefined ? GUESTS : POOLED_GUESTS);
	}

	/** One guest of each sort, up and down: some milliseconds at first, and less and less. @throws UmlnetError */
	guest(): void {
		const id = this.#guests++;
		const name = `tap${id}`;
		const networks = { rehearsal: { mode: "nat", uplink: "uplink", proxyArp: true } };
		const tap = { addresses: [`10.${id >> 8}.${id & 255}.1/24`] };
		const taps = { [name]: { network: "rehearsal", owner: 1, ...tap } };
		this.#run({ verb: "up", id, taps: wantedTaps(checkSpec({ version: 1, networks, taps })) });
		// The first one stays: with the last the table would go, and hosts of a farm are never empty.
		if (id === 0) return;
		this.#run({ verb: "down", id, taps: [name] });
		if (this.#pool === undefined) return;
		const fill = this.#pool.refill(id);
		if (fill !== undefined) this.#do(fill);
		const taken = this.#do(this.#pool.take(id, { network: "rehearsal", networks, tap }));
		this.#do(this.#pool.release(id, taken, new Set()));
	}

	/** The taps it was about. */
	#do({ request, ended }: Errand): string[] {
		const report = this.#run(request);
		ended(undefined);
		return tapsIn(report);
	}

	#run(request: GroupRequest): UpReport | DownReport {
		const outcome = commitGroup(this.#engine, [request], true).get(request.id) as GroupOutcome;
		if ("error" in outcome) throw outcome.error;
		return outcome.report;
	}
}
