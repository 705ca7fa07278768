import { Engine } from "../../engine/engine.js";
import { commitGroup, type GroupOutcome, type GroupRequest } from "../../engine/group.js";
import type { DownReport, TapReport, UpReport } from "../../engine/report.js";
import { Pool, type PoolRequest } from "../../host/pool.js";
import { readFlags } from "../../kernel/read.js";
import { kinds, wantedTaps } from "../../kinds/index.js";
import { checkSpec } from "../../spec/plain.js";
import { CannedKernel, UPLINK } from "./canned-kernel.js";
import { NullJournal } from "./null-journal.js";

// After this many runs the first real guest is nearly as fast as later ones: docs/performance.md, "Warm-up".
const RUNS = 200;
// An engine with a pool runs for long and has more code to compile, so its guests gain from more runs.
const RUNS_WITH_POOL = 600;
// Guests in one transaction. Code that is not compiled yet is slow, and a real request that arrives meanwhile must not
// wait for long.
const GROUP_SIZE = 4;

const shared = { mode: "nat", uplink: "uplink", proxyArp: true } as const;
const networks = { masqueraded: shared, translated: { ...shared, snatTo: "192.0.2.1" } };
const networkNames = Object.keys(networks);
const subnet = (id: number, i: number): string =>
	`10.${Math.trunc(id / 250)}.${id % 250}.${64 * i + 1}/26`;
/**
 * A real spec arrives by structured clone. V8 gives object literals other hidden classes, so code that was optimised
 * for literals would be discarded when the first real spec arrives.
 */
const asReceived: <T>(value: T) => T = structuredClone;

/**
 * Warms up V8's compiler: while the engine is idle, it brings guests up and down on a kernel that does nothing, so that
 * the code which the first real guest needs is compiled already.
 */
export class WarmUp {
	readonly #kernel = new CannedKernel();
	readonly #engine = new Engine(this.#kernel, new NullJournal(), kinds, () => UPLINK, {
		owner: "warmup",
		isAbandoned: () => false,
		now: () => 0,
	});
	readonly #pool: Pool | undefined;
	#runs = 0;

	/** `withPool`: also take guests' taps from a pool. */
	constructor(withPool: boolean) {
		this.#pool = withPool ? new Pool({ size: GROUP_SIZE, low: 1, owner: 1 }, "warmup") : undefined;
	}

	get isDone(): boolean {
		return this.#runs >= (this.#pool === undefined ? RUNS : RUNS_WITH_POOL);
	}

	/**
	 * Bring a guest up and down again; with a pool, also take some of its taps and give them back. @throws UmlnetError
	 */
	runOnce(): void {
		const id = this.#runs++;
		const name = `tap${id}`;
		const network = networkNames[id % networkNames.length] as string;
		const tap = { network, owner: 1, addresses: [subnet(id, 0)] };
		const spec = asReceived({ version: 1, networks, taps: { [name]: tap } });
		this.#commit([{ verb: "up", id, taps: wantedTaps(checkSpec(spec)) }]);
		// The first guest of each network stays up: with the last one our table would be deleted, which is rare on a real
		// host.
		if (id < networkNames.length) return;
		this.#commit([{ verb: "down", id, taps: [name] }]);
		if (this.#pool !== undefined) this.#runPool(this.#pool, network, id);
	}

	/** Two runs in four take one tap, the others as many as one transaction ever has here. */
	#runPool(pool: Pool, network: string, id: number): void {
		const refill = pool.refill(id);
		if (refill !== undefined) this.#settle([refill]);
		const ids = Array.from({ length: id % 4 < 2 ? 1 : GROUP_SIZE }, (_, i) => i);
		const takes = ids.map((i) => {
			const tap = { addresses: [subnet(id, i)] };
			return pool.take(i, asReceived({ network, networks, tap }));
		});
		const taps = this.#settle(takes);
		const indexes = taps.map(({ index }) => index);
		readFlags(this.#kernel, indexes);
		const names = taps.map(({ name }) => name);
		this.#settle([pool.release(id, names, new Set())]);
	}

	/** Commit what a pool asks for. @returns the taps that came up */
	#settle(requests: readonly PoolRequest[]): TapReport[] {
		const reports = this.#commit(requests.map(({ request }) => request));
		for (const { onSettled } of requests) onSettled(undefined);
		return reports.flatMap(({ taps }) => taps.filter((tap) => typeof tap !== "string"));
	}

	#commit(requests: readonly GroupRequest[]): readonly (UpReport | DownReport)[] {
		const outcomes = commitGroup(this.#engine, requests, true);
		return requests.map(({ id }) => {
			const outcome = outcomes.get(id) as GroupOutcome;
			if ("error" in outcome) throw outcome.error;
			return outcome.report;
		});
	}
}
