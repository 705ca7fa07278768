/** The thread in which an embedded engine lives: it alone enters the namespace and waits for the kernel. */
import { setTimeout } from "node:timers/promises";
import {
	type MessagePort,
	parentPort,
	receiveMessageOnPort,
	workerData,
} from "node:worker_threads";
import type { DownReport } from "./engine/report.js";
import { checkSpec } from "./engine/spec.js";
import type { GroupOutcome } from "./group.js";
import { Host, type HostOptions, type Which } from "./host.js";
import { wantedTaps } from "./kinds/index.js";
import {
	type Answer,
	type Call,
	type Inbound,
	type Outbound,
	packError,
	type WireWhich,
} from "./passage.js";
import { type Errand, Pool, type PoolOptions } from "./pool.js";
import { processId } from "./process.js";
import { UmlnetError } from "./sys/error.js";

export type { GuestInput } from "./pool.js";
export type WorkerOptions = HostOptions & { readonly pool?: PoolOptions | undefined };

// A twentieth of the ~23 ms that a delete waits for its grace period.
const GATHER_MS = 1;

interface Waiting {
	readonly id: number;
	readonly call: Call;
}

class Server {
	readonly #host: Host;
	readonly #port: MessagePort;
	readonly #pool: Pool | undefined;
	#queue: Waiting[] = [];
	#busy = false;
	#closing = false;

	constructor(host: Host, port: MessagePort, pool: Pool | undefined) {
		this.#host = host;
		this.#port = port;
		this.#pool = pool;
	}

	async take(message: Inbound): Promise<void> {
		this.#sort(message);
		if (!this.#busy) await this.work();
	}

	/** Serve the queue until it is empty, then fill the pool as long as nobody comes. */
	async work(): Promise<void> {
		this.#busy = true;
		for (;;) {
			this.#drain();
			if (this.#queue.some((waiting) => this.#deletes(waiting))) await this.#gather();
			const [first] = this.#queue;
			if (first !== undefined) await (isGroupable(first) ? this.#group() : this.#single());
			else if (this.#closing) break;
			// Who came while it waited for the lock has not been served yet.
			else if (!(await this.#tend()) && this.#queue.length === 0) break;
		}
		this.#busy = false;
		if (this.#closing) await this.#close();
	}

	/** Deleting one link takes as long as deleting a hundred: a moment's wait for company is soon repaid. */
	async #gather(): Promise<void> {
		await setTimeout(GATHER_MS);
		this.#drain();
	}

	/** Whether a call takes down taps that will not be parked. */
	#deletes({ call }: Waiting): boolean {
		if (call.verb !== "down" || !("taps" in call.which)) return call.verb === "down";
		return this.#pool?.out(call.which.taps).length !== call.which.taps.length;
	}

	/** Everything that has arrived while the kernel was at work joins the queue before the next transaction. */
	#drain(): void {
		for (;;) {
			const received = receiveMessageOnPort(this.#port);
			if (received === undefined) return;
			this.#sort(received.message as Inbound);
		}
	}

	#sort(message: Inbound): void {
		if ("close" in message) this.#closing = true;
		else if ("cancel" in message) this.#cancel(message.cancel);
		else this.#queue.push(message);
	}

	/** Called off: not begun if it has not yet. */
	#cancel(id: number): void {
		const at = this.#queue.findIndex((waiting) => waiting.id === id);
		if (at < 0) return;
		this.#queue.splice(at, 1);
		const error = new UmlnetError("ERR_ABORTED", "called off before it began");
		this.#answer([{ id, error: packError(error) }]);
	}

	#answer(answers: readonly Answer[]): void {
		this.#port.postMessage({ answers } satisfies Outbound);
	}

	/** All ups, takes and downs at the head of the queue, as one group. */
	async #group(): Promise<void> {
		const end = this.#queue.findIndex((waiting) => !isGroupable(waiting));
		const taken = this.#queue.splice(0, end < 0 ? this.#queue.length : end);
		const answers: Answer[] = [];
		const held = this.#heldOpen(taken);
		const errands = taken.flatMap(({ id, call }) => {
			try {
				return [{ id, call, ...this.#errand(id, call, held) }];
			} catch (error) {
				answers.push({ id, error: packError(error) });
				return [];
			}
		});
		try {
			const outcomes = await this.#commit(errands);
			for (const { id, call } of errands)
				answers.push(answer(call, id, outcomes.get(id) as GroupOutcome));
		} catch (error) {
			for (const { id } of errands) answers.push({ id, error: packError(error) });
		}
		this.#answer(answers);
	}

	/** A call as a request that can share a transaction. @throws UmlnetError */
	#errand(id: number, call: Call, held: ReadonlySet<string>): Errand {
		const pool = this.#pool;
		if (call.verb === "take") {
			if (pool === undefined) throw withoutPool();
			return pool.take(id, call.guest);
		}
		if (call.verb === "up") {
			const taps = wantedTaps(checkSpec(call.spec));
			return pool?.bring(id, taps) ?? { request: { verb: "up", id, taps }, ended: () => {} };
		}
		if (call.verb !== "down") throw new Error(`${call.verb} goes alone`);
		const taps = namesOf(call.which);
		return (
			pool?.release(id, taps, held) ?? { request: { verb: "down", id, taps }, ended: () => {} }
		);
	}

	/** The pool's taps among those that go down which a guest still has open. */
	#heldOpen(taken: readonly Waiting[]): ReadonlySet<string> {
		const pool = this.#pool;
		if (pool === undefined) return new Set();
		const out = taken.flatMap(({ call }) =>
			call.verb === "down" && "taps" in call.which ? pool.out(call.which.taps) : [],
		);
		return out.length === 0 ? new Set() : this.#host.heldOpen(out);
	}

	async #commit(errands: readonly Errand[]): Promise<ReadonlyMap<number, GroupOutcome>> {
		if (errands.length === 0) return new Map();
		try {
			const outcomes = await this.#host.commit(errands.map(({ request }) => request));
			for (const { request, ended } of errands) {
				const outcome = outcomes.get(request.id) as GroupOutcome;
				ended("error" in outcome ? outcome.error : undefined);
			}
			return outcomes;
		} catch (error) {
			for (const { ended } of errands) ended(error as Error);
			throw error;
		}
	}

	/**
	 * Delete what the pool has lost and make some taps for it. False when there is nothing to do, or it cannot
	 * be done now: a pool is a help, guests get their taps without it too.
	 */
	async #tend(): Promise<boolean> {
		const pool = this.#pool;
		if (pool === undefined) return false;
		try {
			const { lost } = pool;
			if (lost.length > 0) {
				await this.#host.down({ taps: lost });
				pool.forget(lost);
				return true;
			}
			const errand = pool.refill(0);
			if (errand === undefined) return false;
			const outcome = (await this.#commit([errand])).get(0) as GroupOutcome;
			return "report" in outcome;
		} catch {
			return false;
		}
	}

	async #single(): Promise<void> {
		const { id, call } = this.#queue.shift() as Waiting;
		let one: Answer;
		try {
			one = { id, value: await this.#call(call) };
		} catch (error) {
			one = { id, error: packError(error) };
		}
		this.#answer([one]);
	}

	#call(call: Call): Promise<unknown> {
		switch (call.verb) {
			case "down":
				if ("all" in call.which) return this.#downAll();
				break;
			case "plan":
				return this.#host.plan(checkSpec(call.spec), { prune: call.prune });
			case "planDown":
				return this.#host.planDown(toWhich(call.which));
			case "status":
				return this.#host.status(call.taps, { verify: call.verify });
			case "recover":
				return this.#host.recover();
		}
		throw new Error(`${call.verb} goes with others`);
	}

	async #downAll(): Promise<DownReport> {
		const report = await this.#host.down({ all: true });
		this.#pool?.forget(report.taps);
		return report;
	}

	/** @throws UmlnetError when the pool's taps would not go; whoever comes next deletes them */
	async #close(): Promise<void> {
		const taps = this.#pool?.leftovers ?? [];
		try {
			if (taps.length > 0) await this.#host.down({ taps });
		} finally {
			this.#host.close();
		}
		this.#port.close();
	}
}

/** Ups and downs by name share transactions; what depends on all that is there goes alone. */
const isGroupable = ({ call }: Waiting): boolean =>
	call.verb === "up" || call.verb === "take" || (call.verb === "down" && !("all" in call.which));

/** The taps that a `down` names. @throws SpecError */
function namesOf(which: WireWhich): readonly string[] {
	if ("taps" in which) return which.taps;
	return "spec" in which ? Object.keys(checkSpec(which.spec).taps) : [];
}

const toWhich = (which: WireWhich): Which =>
	"spec" in which ? { spec: checkSpec(which.spec) } : which;

/** What the caller gets: a take its tap, a parking what any `down` tells. */
function answer(call: Call, id: number, outcome: GroupOutcome): Answer {
	if ("error" in outcome) return { id, error: packError(outcome.error) };
	const { changed, steps, taps } = outcome.report;
	if (call.verb !== "down") return { id, value: outcome.report };
	const names = taps.map((tap) => (typeof tap === "string" ? tap : tap.name));
	return { id, value: { changed, steps, taps: names } };
}

const withoutPool = (): UmlnetError =>
	new UmlnetError("ERR_USAGE", "this engine was opened without a pool", {
		hint: "open({ pool: { size, low } }), or name the tap and use up()",
	});

const port = parentPort;
if (port === null) throw new Error("worker.ts runs in a worker thread");

/** Tell why there is no going on, and end the thread. */
function fail(error: unknown): void {
	port?.postMessage({ failed: packError(error) } satisfies Outbound);
	port?.close();
}

try {
	const options = workerData as WorkerOptions;
	const pool = options.pool && new Pool(options.pool, processId());
	const server = new Server(Host.open(options), port, pool);
	port.on("message", (message: Inbound) => {
		server.take(message).catch(fail);
	});
	port.postMessage({ ready: true } satisfies Outbound);
	if (pool !== undefined) await server.work();
} catch (error) {
	fail(error);
}
