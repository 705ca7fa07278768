import { Engine } from "../../engine/engine.js";
import { commitGroup, type GroupOutcome, type GroupRequest } from "../../engine/group.js";
import { frame } from "../../engine/journal/frame.js";
import type { PendingDeletes, Ledger } from "../../engine/journal/journal.js";
import type { JournalRecord, StepRecord } from "../../engine/journal/record.js";
import { encodeRecord } from "../../engine/journal/record-writer.js";
import type { DownReport, TapReport, UpReport } from "../../engine/report.js";
import { type Delta, State } from "../../engine/state.js";
import { type Errand, Pool } from "../../host/pool.js";
import { readFlags } from "../../kernel/read.js";
import { kinds, wantedTaps } from "../../kinds/index.js";
import { checkSpec } from "../../spec/spec.js";
import { RehearsalKernel, UPLINK } from "./canned-kernel.js";

// 0.2 s of the thread's time. Measured without it: 28 ms for the first guest of an engine, 6 for the second, 2 for the
// thirtieth; with it 8, 2.5 and 1.6.
const GUESTS = 200;
// Who has a pool stays for long, and has more to play through: the first 1 000 guests come and go 15 % faster for it.
const POOLED_GUESTS = 600;

/** A journal that is nowhere: records are written as for a file, and forgotten. */
class Pretence implements Ledger {
	readonly state = new State();
	readonly unfinished = undefined;
	readonly confirmOutcome = undefined;
	readonly pendingDeletes = new Map<string, PendingDeletes>();

	begin(transaction: string, command: string, steps: readonly StepRecord[]): void {
		this.#write({ begin: { transaction, command, steps } });
	}
	commit(transaction: string, delta: Delta, steps: readonly StepRecord[] = []): void {
		if (steps.length > 0) this.#write({ commit: { transaction, steps, delta } });
		else this.#write({ end: { transaction, delta } });
		this.state.apply(delta);
	}
	end(transaction: string): void {
		this.#write({ end: { transaction } });
	}
	abort(): void {}
	provisional(): void {}
	expire(): void {}

	#write(record: JournalRecord): void {
		frame(encodeRecord(record), 0);
	}
}

// More would keep somebody waiting who comes meanwhile: what is not compiled yet takes a millisecond a guest.
const CROWD = 4;

const shared = { mode: "nat", uplink: "uplink", proxyArp: true };
const networks = { masqueraded: shared, translated: { ...shared, snatTo: "192.0.2.1" } };
const networkNames = Object.keys(networks);
const subnet = (id: number, i: number): string => `10.${id >> 8}.${id & 255}.${64 * i + 1}/26`;
/** As what has come from another thread: for V8 that is not what a program has written down. */
const fromCaller: <T>(value: T) => T = structuredClone;

/**
 * Guests that come and go on a host that does not exist. What an engine runs for the first time is not compiled
 * yet; so it plays that through while it has nothing to do, and the first guest is as fast as those after it.
 */
export class Rehearsal {
	readonly #kernel = new RehearsalKernel();
	readonly #engine = new Engine(this.#kernel, new Pretence(), kinds, () => UPLINK, {
		owner: "rehearsal",
		isAbandoned: () => false,
		now: () => 0,
	});
	readonly #pool: Pool | undefined;
	#guests = 0;

	/** `pooled`: guests come out of a warm pool as well. */
	constructor(pooled: boolean) {
		this.#pool = pooled ? new Pool({ size: CROWD, low: 1, owner: 1 }, "rehearsal") : undefined;
	}

	get isOver(): boolean {
		return this.#guests >= (this.#pool === undefined ? GUESTS : POOLED_GUESTS);
	}

	/** One guest of each sort, up and down: some milliseconds at first, and less and less. @throws UmlnetError */
	guest(): void {
		const id = this.#guests++;
		const name = `tap${id}`;
		const network = networkNames[id % networkNames.length] as string;
		const tap = { network, owner: 1, addresses: [subnet(id, 0)] };
		const spec = fromCaller({ version: 1, networks, taps: { [name]: tap } });
		this.#run([{ verb: "up", id, taps: wantedTaps(checkSpec(spec)) }]);
		// The first of each network stays: with the last the table would go, and hosts of a farm are never empty.
		if (id < networkNames.length) return;
		this.#run([{ verb: "down", id, taps: [name] }]);
		if (this.#pool !== undefined) this.#pooled(this.#pool, network, id);
	}

	/** Every other time one guest of the pool, else as many as have come together. */
	#pooled(pool: Pool, network: string, id: number): void {
		const fill = pool.refill(id);
		if (fill !== undefined) this.#do([fill]);
		const numbers = Array.from({ length: id % 4 < 2 ? 1 : CROWD }, (_, i) => i);
		const takes = numbers.map((i) => {
			const tap = { addresses: [subnet(id, i)] };
			return pool.take(i, fromCaller({ network, networks, tap }));
		});
		const taken = this.#do(takes);
		const indexes = taken.map(({ index }) => index);
		readFlags(this.#kernel, indexes);
		const names = taken.map(({ name }) => name);
		this.#do([pool.release(id, names, new Set())]);
	}

	/** The taps it was about. */
	#do(errands: readonly Errand[]): TapReport[] {
		const reports = this.#run(errands.map(({ request }) => request));
		for (const { ended } of errands) ended(undefined);
		return reports.flatMap(({ taps }) => taps.filter((tap) => typeof tap !== "string"));
	}

	#run(requests: readonly GroupRequest[]): readonly (UpReport | DownReport)[] {
		const outcomes = commitGroup(this.#engine, requests, true);
		return requests.map(({ id }) => {
			const outcome = outcomes.get(id) as GroupOutcome;
			if ("error" in outcome) throw outcome.error;
			return outcome.report;
		});
	}
}
