import { setImmediate } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import type { DownReport } from "../engine/report.js";
import type { Host } from "../host/host.js";
import { Pools } from "../host/pools.js";
import { packError } from "../service/errors.js";
import type { Which } from "../service/networks.js";
import { checkSpec } from "../spec/spec.js";
import { processId } from "../sys/process.js";
import { BackgroundDeletes } from "./background-deletes.js";
import { DeletionQueue } from "./deletion-queue.js";
import { GroupCommit } from "./group-commit.js";
import type { Request, Response, ToWorker } from "./messages.js";
import type { OpenOptions } from "./open.js";
import { RequestQueue } from "./request-queue.js";
import { WarmUp } from "./warmup/warmup.js";

/** Serves the requests of the caller's thread, and while there is none fills pools and warms up. */
export class Server {
	readonly #host: Host;
	readonly #queue: RequestQueue;
	readonly #pools: Pools;
	readonly #deletes: BackgroundDeletes;
	readonly #groups: GroupCommit;
	#warmUp: WarmUp | undefined;
	#isBusy = false;

	/** `onFailure` is called when it cannot go on. */
	constructor(
		port: MessagePort,
		host: Host,
		{ netns, pool }: OpenOptions,
		onFailure: (error: unknown) => void,
	) {
		this.#host = host;
		this.#queue = new RequestQueue(port);
		this.#pools = new Pools(pool, processId());
		this.#deletes = new BackgroundDeletes(
			host,
			new DeletionQueue(netns, (deletes) => host.areDeleted(deletes)),
			(responses) => this.#queue.respond(responses),
			() => {
				if (!this.#queue.isClosing) this.#workUnlessBusy().catch(onFailure);
			},
		);
		this.#groups = new GroupCommit(host, this.#pools, this.#queue, this.#deletes);
		this.#warmUp = new WarmUp(pool !== undefined);
	}

	/** A message has arrived. @throws what keeps the server from going on */
	async receive(message: ToWorker): Promise<void> {
		this.#queue.receive(message);
		await this.#workUnlessBusy();
	}

	/** Serve the queue until it is empty, then do what can be done ahead of time until the next request arrives. */
	async work(): Promise<void> {
		this.#isBusy = true;
		for (;;) {
			// While callers keep coming, nothing else lets the messages of the deleting threads in.
			if (!this.#deletes.isEmpty) {
				this.#deletes.check();
				await setImmediate();
			}
			this.#queue.drain();
			if (!this.#queue.isEmpty) await this.#serveNext();
			else if (this.#queue.isClosing) break;
			else if (!(await this.#workAhead())) break;
		}
		this.#isBusy = false;
		if (this.#queue.isClosing) await this.#close();
	}

	async #workUnlessBusy(): Promise<void> {
		if (!this.#isBusy) await this.work();
	}

	async #serveNext(): Promise<void> {
		if (this.#queue.isNextGroupable) return this.#groups.commitNext();
		const { id, request } = this.#queue.shift();
		let response: Response;
		try {
			response = { id, value: await this.#serve(request) };
		} catch (error) {
			response = { id, error: packError(error) };
		}
		this.#queue.respond([response]);
	}

	/** A request that is served alone, since it depends on everything that is there. */
	#serve(request: Request): Promise<unknown> {
		switch (request.verb) {
			case "down":
				if ("all" in request.which) return this.#downAll();
				break;
			case "plan":
				return this.#host.plan(checkSpec(request.spec), { prune: request.prune });
			case "planDown":
				return this.#host.planDown(checkWhich(request.which));
			case "status":
				return this.#host.status(request.taps, { verify: request.verify });
			case "recover":
				return this.#host.recover({ strays: request.strays, giveUp: request.giveUp });
			case "confirm":
				return this.#host.confirm();
		}
		throw new Error(`${request.verb} shares a transaction`);
	}

	async #downAll(): Promise<DownReport> {
		const report = await this.#host.down({ all: true });
		this.#pools.forget(report.taps);
		return report;
	}

	/** Nobody asks for anything. False when there is nothing to do ahead of time either. */
	async #workAhead(): Promise<boolean> {
		await this.#recordDeletes();
		this.#queue.drain();
		if (!this.#queue.isEmpty) return true;
		// A request that arrived while this waited for the lock has not been served yet.
		if ((await this.#tendPools()) || !this.#queue.isEmpty) return true;
		return this.#runWarmUp();
	}

	async #recordDeletes(): Promise<void> {
		try {
			await this.#host.recordDeletes();
		} catch {
			// The next transaction does it, or fails for the same reason and says so.
		}
	}

	/**
	 * Delete what a pool has discarded, or make some of its missing taps. False when there is nothing to do, or it
	 * failed: a pool only saves time, guests get their taps without it too.
	 */
	async #tendPools(): Promise<boolean> {
		try {
			const { discarded } = this.#pools;
			if (discarded.length > 0) {
				await this.#host.down({ taps: discarded });
				this.#pools.forget(discarded);
				return true;
			}
			const refill = this.#pools.refill(REFILL_ID);
			if (refill === undefined) return false;
			const { outcomes } = await this.#groups.commit([refill]);
			const outcome = outcomes.get(REFILL_ID);
			return outcome !== undefined && "report" in outcome;
		} catch {
			return false;
		}
	}

	/** False when the warm-up is done. */
	async #runWarmUp(): Promise<boolean> {
		if (this.#warmUp === undefined) return false;
		try {
			this.#warmUp.runOnce();
			if (this.#warmUp.isDone) this.#warmUp = undefined;
		} catch {
			// Real guests come up without it, only the first ones more slowly.
			this.#warmUp = undefined;
		}
		// Lets in messages that have arrived meanwhile.
		await setImmediate();
		return true;
	}

	/** @throws UmlnetError when the pools' taps could not be deleted; the next process that comes deletes them */
	async #close(): Promise<void> {
		await this.#deletes.close();
		await this.#recordDeletes();
		const taps = this.#pools.toDelete;
		try {
			if (taps.length > 0) await this.#host.down({ taps });
		} finally {
			this.#host.close();
		}
		this.#queue.close();
	}
}

// Callers' requests are numbered from 1.
const REFILL_ID = 0;

const checkWhich = (which: Which<unknown>): Which =>
	"spec" in which ? { spec: checkSpec(which.spec) } : which;
