import { setImmediate } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import { ConflictError } from "../engine/error.js";
import type { DownReport, ProvisionalReport, UpReport } from "../engine/report.js";
import type { Host } from "../host/host.js";
import { Pools } from "../host/pools.js";
import { packError } from "../service/errors.js";
import { checkSpec } from "../spec/plain.js";
import { processId } from "../sys/process.js";
import { BackgroundDeletes } from "./background-deletes.js";
import { DeletionQueue } from "./deletion-queue.js";
import { GroupCommit, namesOf } from "./group-commit.js";
import type { Request, Response, ToWorker } from "./messages.js";
import type { OpenOptions } from "./open.js";
import { ProvisionalWatch } from "./provisional-watch.js";
import { RequestQueue } from "./request-queue.js";
import { WarmUp } from "./warmup/warmup.js";

/** Serves the requests of the caller's thread. While there are none, it fills pools and warms up. */
export class Server {
	readonly #host: Host;
	readonly #queue: RequestQueue;
	readonly #pools: Pools;
	readonly #deletes: BackgroundDeletes;
	readonly #groups: GroupCommit;
	readonly #provisional: ProvisionalWatch;
	#warmUp: WarmUp | undefined;
	#isBusy = false;

	/** `onFailure` is called if the server cannot go on. */
	constructor(
		port: MessagePort,
		host: Host,
		{ netns, pool }: OpenOptions,
		onFailure: (error: unknown) => void,
	) {
		this.#host = host;
		const workOn = (): void => {
			this.#workUnlessBusy().catch(onFailure);
		};
		this.#provisional = new ProvisionalWatch(host, workOn);
		this.#queue = new RequestQueue(port, () => this.#provisional.isWaiting);
		this.#pools = new Pools(pool, processId());
		this.#deletes = new BackgroundDeletes(
			host,
			new DeletionQueue(netns, (deletes) => host.areDeleted(deletes)),
			(responses) => this.#queue.respond(responses),
			() => {
				if (!this.#queue.isClosing) workOn();
			},
		);
		this.#groups = new GroupCommit(host, this.#pools, this.#queue, this.#deletes);
		this.#warmUp = new WarmUp(pool !== undefined);
	}

	/** Handle a message from the caller's thread. @throws what keeps the server from going on */
	async receive(message: ToWorker): Promise<void> {
		this.#queue.receive(message);
		await this.#workUnlessBusy();
	}

	/** Serve the queue until it is empty, then work ahead of time until the next request arrives. */
	async work(): Promise<void> {
		this.#isBusy = true;
		for (;;) {
			// Under constant load the event loop does not run, so the messages of the deleting threads must be let in here.
			if (!this.#deletes.isEmpty) {
				this.#deletes.check();
				await setImmediate();
			}
			if (this.#provisional.isDue) await this.#checkProvisional();
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

	/**
	 * Serve a request that cannot share a transaction: it depends on everything that is up, or is confirmed as a whole.
	 */
	#serve(request: Request): Promise<unknown> {
		switch (request.verb) {
			case "up":
				return this.#up(request);
			case "down":
				return this.#down(request);
			case "plan":
				return this.#host.plan(checkSpec(request.spec), { prune: request.prune });
			case "planDown":
				return this.#host.planDown(request.which);
			case "status":
				return this.#host.status(request.taps, {
					verify: request.verify,
					remembered: request.remembered,
				});
			case "recover":
				return this.#host.recover({ strays: request.strays, giveUp: request.giveUp });
			case "doctor":
				return this.#host.doctor(request.tap);
			case "why":
				return this.#host.why(request.query);
			case "confirm":
				return this.#host.confirm();
			case "take":
				throw new Error("a take shares a transaction");
		}
	}

	async #up({ spec, ...options }: Request & { readonly verb: "up" }): Promise<UpReport> {
		const checked = checkSpec(spec);
		this.#pools.ensurePools(checked.networks);
		const { onSettled } = this.#pools.claim(ALONE_ID, this.#host.wanted(checked));
		try {
			const report = await this.#host.up(checked, options);
			onSettled(undefined);
			return this.#watched(report);
		} catch (error) {
			onSettled(error as Error);
			throw error;
		}
	}

	async #down({ which, ...options }: Request & { readonly verb: "down" }): Promise<DownReport> {
		const named = "all" in which ? which : { taps: this.#pools.withoutIdle(namesOf(which)) };
		try {
			const report = await this.#host.down(named, options);
			this.#pools.forget(report.taps);
			return this.#watched(report);
		} catch (error) {
			// All taps but the one in conflict may be down now.
			if (error instanceof ConflictError) this.#pools.forget(await this.#goneOf());
			throw error;
		}
	}

	/** Those taps of the pools that no guest has and that are not up any more. */
	async #goneOf(): Promise<string[]> {
		const taps = this.#pools.toDelete;
		const { taps: there } = await this.#host.status(taps);
		const names = new Set(there.map(({ name }) => name));
		return taps.filter((name) => !names.has(name));
	}

	/** Watch the change that a report belongs to, if it waits to be confirmed. */
	#watched<R extends { readonly provisional?: ProvisionalReport | undefined }>(report: R): R {
		const { provisional } = report;
		if (provisional !== undefined) this.#provisional.start(provisional.transaction);
		return report;
	}

	async #checkProvisional(): Promise<void> {
		await this.#provisional.check();
		// Tell the caller's thread that its process may end now.
		if (!this.#provisional.isWaiting) this.#queue.respond([]);
	}

	/** Work ahead of time while there are no requests. Returns false if there is nothing left to do. */
	async #workAhead(): Promise<boolean> {
		await this.#recordDeletes();
		this.#queue.drain();
		if (!this.#queue.isEmpty) return true;
		// A request that arrived during the wait for the lock has not been served yet.
		if ((await this.#tendPools()) || !this.#queue.isEmpty) return true;
		return this.#runWarmUp();
	}

	async #recordDeletes(): Promise<void> {
		try {
			await this.#host.recordDeletes();
		} catch {
			// The next transaction tries this again, and reports the error if it fails for the same reason.
		}
	}

	/**
	 * Delete taps that a pool has discarded, or create some of its missing taps. Returns false if there was nothing to do
	 * or it failed: a pool only saves time, and guests get their taps without it.
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

	/** Run one step of the warm-up. Returns false if the warm-up is over. */
	async #runWarmUp(): Promise<boolean> {
		if (this.#warmUp === undefined) return false;
		try {
			this.#warmUp.runOnce();
			if (this.#warmUp.isDone) this.#warmUp = undefined;
		} catch {
			// The warm-up only makes the first guests faster, so an error in it is ignored.
			this.#warmUp = undefined;
		}
		// Let in messages that have arrived in the meantime.
		await setImmediate();
		return true;
	}

	/** @throws UmlnetError if taps of the pools could not be deleted; the next process deletes them */
	async #close(): Promise<void> {
		await this.#deletes.close();
		await this.#recordDeletes();
		const taps = this.#pools.toDelete;
		try {
			await this.#provisional.end();
			if (taps.length > 0) await this.#host.down({ taps });
		} finally {
			this.#host.close();
		}
		this.#queue.close();
	}
}

// Requests of callers are numbered from 1.
const REFILL_ID = 0;
const ALONE_ID = 0;
