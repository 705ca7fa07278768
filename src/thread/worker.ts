/** The thread in which an embedded engine lives: it alone enters the namespace and waits for the kernel. */
import { setImmediate } from "node:timers/promises";
import {
	type MessagePort,
	parentPort,
	receiveMessageOnPort,
	workerData,
} from "node:worker_threads";
import { type GroupOutcome, tapsIn } from "../engine/group.js";
import type { PendingDeletes } from "../engine/journal/journal.js";
import type { DownReport } from "../engine/report.js";
import { type Committed, Host } from "../host/host.js";
import type { PoolRequest } from "../host/pool.js";
import { Pools } from "../host/pools.js";
import { wantedTaps } from "../kinds/index.js";
import { packError } from "../service/errors.js";
import type { Which } from "../service/networks.js";
import { checkSpec } from "../spec/spec.js";
import { UmlnetError } from "../sys/error.js";
import { processId } from "../sys/process.js";
import { DeletionQueue } from "./deletion-queue.js";
import type { FromWorker, Request, Response, ToWorker } from "./messages.js";
import type { OpenOptions } from "./open.js";
import { WarmUp } from "./warmup/warmup.js";

interface Waiting {
	readonly id: number;
	readonly call: Request;
}

class Server {
	readonly #host: Host;
	readonly #port: MessagePort;
	readonly #pools: Pools;
	#queue: Waiting[] = [];
	#busy = false;
	#closing = false;
	readonly #deletion: DeletionQueue;
	/** Those whose links are being deleted. */
	readonly #leaving = new Set<Promise<void>>();
	#warmUp: WarmUp | undefined;

	constructor(
		host: Host,
		port: MessagePort,
		pools: Pools,
		deletion: DeletionQueue,
		warmUp: WarmUp,
	) {
		this.#deletion = deletion;
		this.#warmUp = warmUp;
		this.#host = host;
		this.#port = port;
		this.#pools = pools;
	}

	async take(message: ToWorker): Promise<void> {
		this.#sort(message);
		if (!this.#busy) await this.work();
	}

	/** Serve the queue until it is empty, then fill the pool as long as nobody comes. */
	async work(): Promise<void> {
		this.#busy = true;
		for (;;) {
			// Nothing but this lets the answers of the deleting thread in while callers keep coming.
			if (this.#leaving.size > 0) {
				this.#deletion.check();
				await setImmediate();
			}
			this.#drain();
			const [first] = this.#queue;
			if (first !== undefined) await (isGroupable(first) ? this.#group() : this.#single());
			else if (this.#closing) break;
			else if (await this.#settle()) continue;
			// Who came while it waited for the lock has not been served yet.
			else if ((await this.#tend()) || this.#queue.length > 0) continue;
			else if (!(await this.#runWarmUp())) break;
		}
		this.#busy = false;
		if (this.#closing) await this.#close();
	}

	/** Write down what was deleted meanwhile, where no other transaction did. True when somebody came since. */
	async #settle(): Promise<boolean> {
		try {
			await this.#host.settle();
		} catch {
			// The next transaction does it, or fails for the same reason and says so.
		}
		this.#drain();
		return this.#queue.length > 0;
	}

	/** Play through what is to come, as long as nobody comes. False when that is over. */
	async #runWarmUp(): Promise<boolean> {
		if (this.#warmUp === undefined) return false;
		try {
			this.#warmUp.runOnce();
			if (this.#warmUp.isDone) this.#warmUp = undefined;
		} catch {
			// Real guests come up without it, only the first ones more slowly.
			this.#warmUp = undefined;
		}
		// Lets in who has come meanwhile, whatever they want.
		await setImmediate();
		return true;
	}

	/** Everything that has arrived while the kernel was at work joins the queue before the next transaction. */
	#drain(): void {
		for (;;) {
			const received = receiveMessageOnPort(this.#port);
			if (received === undefined) return;
			this.#sort(received.message as ToWorker);
		}
	}

	#sort(message: ToWorker): void {
		if ("close" in message) this.#closing = true;
		else if ("cancel" in message) this.#cancel(message.cancel);
		else this.#queue.push({ id: message.id, call: message.request });
	}

	/** Called off: not begun if it has not yet. */
	#cancel(id: number): void {
		const at = this.#queue.findIndex((waiting) => waiting.id === id);
		if (at < 0) return;
		this.#queue.splice(at, 1);
		const error = new UmlnetError("ERR_ABORTED", "called off before it began");
		this.#answer([{ id, error: packError(error) }]);
	}

	#answer(answers: readonly Response[]): void {
		this.#port.postMessage({ responses: answers } satisfies FromWorker);
	}

	/** All ups, takes and downs that are at the head of the queue when the lock is ours, as one group. */
	async #group(): Promise<void> {
		const answers: Response[] = [];
		const errands = this.#errands(answers);
		try {
			const { outcomes, leaving } = await this.#commit(errands, () => {
				this.#drain();
				errands.push(...this.#errands(answers));
			});
			const ended = errands.map(({ id, call, request }) => ({
				isLeaving: leaving.length > 0 && request.verb === "down",
				answer: answer(call, id, outcomes.get(id) as GroupOutcome),
			}));
			answers.push(...ended.filter((one) => !one.isLeaving).map((one) => one.answer));
			const left = ended.filter((one) => one.isLeaving).map((one) => one.answer);
			if (leaving.length > 0) this.#leave(leaving, left);
		} catch (error) {
			for (const { id } of errands) answers.push({ id, error: packError(error) });
		}
		if (answers.length > 0) this.#answer(answers);
	}

	/** What is at the head of the queue; what makes no sense goes to `answers`. */
	#errands(answers: Response[]): (PoolRequest & Waiting)[] {
		const end = this.#queue.findIndex((waiting) => !isGroupable(waiting));
		const taken = this.#queue.splice(0, end < 0 ? this.#queue.length : end);
		const held = this.#heldOpen(taken);
		return taken.flatMap(({ id, call }) => {
			try {
				return [{ id, call, ...this.#errand(id, call, held) }];
			} catch (error) {
				answers.push({ id, error: packError(error) });
				return [];
			}
		});
	}

	/** Have links deleted elsewhere, and answer those who wait for it when it is done. */
	#leave(leaving: readonly PendingDeletes[], answers: readonly Response[]): void {
		const left = this.#left(leaving, answers);
		this.#leaving.add(left);
		left
			.then(async () => {
				this.#leaving.delete(left);
				if (!this.#busy && !this.#closing) await this.work();
			})
			.catch(fail);
	}

	async #left(leaving: readonly PendingDeletes[], answers: readonly Response[]): Promise<void> {
		const errors = await Promise.all(
			leaving.map(async (ending) => {
				const error = await this.#deletion.delete(ending);
				this.#host.left(ending.transaction, error === undefined);
				return error;
			}),
		);
		const error = errors.find((one) => one !== undefined);
		this.#answer(error ? answers.map(({ id }) => ({ id, error: packError(error) })) : answers);
	}

	/** A call as a request that can share a transaction. @throws UmlnetError */
	#errand(id: number, call: Request, held: ReadonlySet<string>): PoolRequest {
		if (call.verb === "take") return this.#pools.take(id, call.guest);
		if (call.verb === "up") {
			const spec = checkSpec(call.spec);
			this.#pools.ensurePools(spec.networks);
			return this.#pools.claim(id, wantedTaps(spec));
		}
		if (call.verb !== "down") throw new Error(`${call.verb} goes alone`);
		return this.#pools.release(id, namesOf(call.which), held);
	}

	/** The pool's taps among those that go down which a guest still has open. */
	#heldOpen(taken: readonly Waiting[]): ReadonlySet<string> {
		const out = taken.flatMap(({ call }) =>
			call.verb === "down" && "taps" in call.which ? this.#pools.inUse(call.which.taps) : [],
		);
		return out.length === 0 ? new Set() : this.#host.heldOpen(out);
	}

	/** `more` is asked for those who came while another process had the lock. */
	async #commit(errands: readonly PoolRequest[], more = () => {}): Promise<Committed> {
		if (errands.length === 0) return { outcomes: new Map(), leaving: [] };
		try {
			const committed = await this.#host.commit(() => {
				more();
				return errands.map(({ request }) => request);
			});
			const { outcomes } = committed;
			for (const { request, onSettled } of errands) {
				const outcome = outcomes.get(request.id) as GroupOutcome;
				onSettled("error" in outcome ? outcome.error : undefined);
			}
			return committed;
		} catch (error) {
			for (const { onSettled } of errands) onSettled(error as Error);
			throw error;
		}
	}

	/**
	 * Delete what the pool has lost and make some taps for it. False when there is nothing to do, or it cannot
	 * be done now: a pool is a help, guests get their taps without it too.
	 */
	async #tend(): Promise<boolean> {
		try {
			const { discarded: lost } = this.#pools;
			if (lost.length > 0) {
				await this.#host.down({ taps: lost });
				this.#pools.forget(lost);
				return true;
			}
			const errand = this.#pools.refill(0);
			if (errand === undefined) return false;
			const { outcomes } = await this.#commit([errand]);
			const outcome = outcomes.get(0) as GroupOutcome;
			return "report" in outcome;
		} catch {
			return false;
		}
	}

	async #single(): Promise<void> {
		const { id, call } = this.#queue.shift() as Waiting;
		let one: Response;
		try {
			one = { id, value: await this.#call(call) };
		} catch (error) {
			one = { id, error: packError(error) };
		}
		this.#answer([one]);
	}

	#call(call: Request): Promise<unknown> {
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
			case "confirm":
				return this.#host.confirm();
		}
		throw new Error(`${call.verb} goes with others`);
	}

	async #downAll(): Promise<DownReport> {
		const report = await this.#host.down({ all: true });
		this.#pools.forget(report.taps);
		return report;
	}

	/** @throws UmlnetError when the pool's taps would not go; whoever comes next deletes them */
	async #close(): Promise<void> {
		await Promise.all(this.#leaving);
		await this.#deletion.close();
		await this.#settle();
		const taps = this.#pools.toDelete;
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
function namesOf(which: Which<unknown>): readonly string[] {
	if ("taps" in which) return which.taps;
	return "spec" in which ? Object.keys(checkSpec(which.spec).taps) : [];
}

const toWhich = (which: Which<unknown>): Which =>
	"spec" in which ? { spec: checkSpec(which.spec) } : which;

/** What the caller gets: a take its tap, a parking what any `down` tells. */
function answer(call: Request, id: number, outcome: GroupOutcome): Response {
	if ("error" in outcome) return { id, error: packError(outcome.error) };
	const { changed, steps, taps } = outcome.report;
	if (call.verb === "up") return { id, value: outcome.report };
	if (call.verb === "take") return { id, value: taps[0] };
	return { id, value: { changed, steps, taps: tapsIn(outcome.report) } };
}

const port = parentPort;
if (port === null) throw new Error("worker.ts runs in a worker thread");

/** Tell why there is no going on, and end the thread. */
function fail(error: unknown): void {
	port?.postMessage({ failed: packError(error) } satisfies FromWorker);
	port?.close();
}

try {
	const options = workerData as OpenOptions;
	const host = Host.open(options);
	const deletion = new DeletionQueue(options.netns, (endings) => host.areGone(endings));
	const pools = new Pools(options.pool, processId());
	const warmUp = new WarmUp(options.pool !== undefined);
	const server = new Server(host, port, pools, deletion, warmUp);
	port.on("message", (message: ToWorker) => {
		server.take(message).catch(fail);
	});
	port.postMessage({ ready: true } satisfies FromWorker);
	await server.work();
} catch (error) {
	fail(error);
}
