import { Worker } from "node:worker_threads";
import type {
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	TapReport,
	UpReport,
} from "./engine/report.js";
import { unpackError } from "./passage.js";
import { UmlnetError } from "./sys/error.js";
import type { Call, GuestInput, Inbound, Outbound, WireWhich, WorkerOptions } from "./worker.js";

export interface CallOptions {
	/** Gives up waiting; a request that has not begun is then never begun, one that has is finished. */
	readonly signal?: AbortSignal | undefined;
}

/** A spec as CONTRACT-shaped plain data; it is checked before anything is done. */
export type SpecInput = object;

interface Pending {
	resolve(value: unknown): void;
	reject(error: unknown): void;
}

/**
 * An engine in a thread of its own, inside one network namespace. Nothing here waits for the kernel on the
 * caller's thread. Requests that wait while the engine is busy share one transaction; each stands or falls alone.
 */
export class EmbeddedHost {
	readonly #worker: Worker;
	readonly #pending = new Map<number, Pending>();
	readonly #closed: Promise<void>;
	#end: Error | undefined;
	#next = 1;

	/** Use `open()`. */
	constructor(worker: Worker) {
		this.#worker = worker;
		this.#closed = new Promise((resolve) => worker.once("exit", () => resolve()));
		worker.on("message", (message: Outbound) => this.#receive(message));
		worker.on("error", (error) => this.#fail(error));
		worker.once("exit", () =>
			this.#fail(new UmlnetError("ERR_CLOSED", "the engine of this namespace is closed")),
		);
		worker.unref();
	}

	/** Bring up all taps of the spec, or none. Idempotent. @throws UmlnetError */
	up(spec: SpecInput, options?: CallOptions): Promise<UpReport> {
		return this.#call({ verb: "up", spec }, options) as Promise<UpReport>;
	}

	/**
	 * A tap for a guest that does not mind its name: out of the pool, so most of it is already there. Needs
	 * `open({ pool })`. Given back by `down`, it is blanked and parked again. @throws UmlnetError
	 */
	async take(guest: GuestInput, options?: CallOptions): Promise<TapReport> {
		const { taps } = (await this.#call({ verb: "take", guest }, options)) as UpReport;
		return taps[0] as TapReport;
	}

	/** Take down taps, all or none; what is not up is passed over. @throws UmlnetError */
	down(which: WireWhich, options?: CallOptions): Promise<DownReport> {
		return this.#call({ verb: "down", which }, options) as Promise<DownReport>;
	}

	/** What `up` would do, step by step. @throws UmlnetError */
	plan(spec: SpecInput, options?: CallOptions & { readonly prune?: boolean }): Promise<PlanReport> {
		const prune = options?.prune ?? false;
		return this.#call({ verb: "plan", spec, prune }, options) as Promise<PlanReport>;
	}

	/** What `down` would do, step by step. @throws UmlnetError */
	planDown(which: WireWhich, options?: CallOptions): Promise<PlanReport> {
		return this.#call({ verb: "planDown", which }, options) as Promise<PlanReport>;
	}

	/** What is ours, and where the host drifted from what was asked. @throws UmlnetError */
	status(taps?: readonly string[], options?: CallOptions): Promise<StatusReport> {
		return this.#call({ verb: "status", taps }, options) as Promise<StatusReport>;
	}

	/** Undo or finish what a killed process left. Every `up` and `down` does so first anyway. */
	recover(options?: CallOptions): Promise<RecoverReport> {
		return this.#call({ verb: "recover" }, options) as Promise<RecoverReport>;
	}

	/** Finish what has begun and end the thread. The taps stay. */
	async close(): Promise<void> {
		if (this.#end === undefined) this.#post({ close: true });
		await this.#closed;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#call(call: Call, { signal }: CallOptions = {}): Promise<unknown> {
		if (signal?.aborted) return Promise.reject(signal.reason);
		if (this.#end !== undefined) return Promise.reject(this.#end);
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			const abort = (): void => {
				this.#post({ cancel: id });
				this.#settle(id)?.reject(signal?.reason);
			};
			const unlisten = (): void => signal?.removeEventListener("abort", abort);
			this.#pending.set(id, {
				resolve: (value) => {
					unlisten();
					resolve(value);
				},
				reject: (error) => {
					unlisten();
					reject(error);
				},
			});
			signal?.addEventListener("abort", abort, { once: true });
			// Only a caller who waits keeps the process alive.
			if (this.#pending.size === 1) this.#worker.ref();
			this.#post({ id, call });
		});
	}

	#post(message: Inbound): void {
		this.#worker.postMessage(message);
	}

	#settle(id: number): Pending | undefined {
		const pending = this.#pending.get(id);
		this.#pending.delete(id);
		if (this.#pending.size === 0) this.#worker.unref();
		return pending;
	}

	#receive(message: Outbound): void {
		if ("failed" in message) this.#fail(unpackError(message.failed));
		if (!("answers" in message)) return;
		for (const answer of message.answers) {
			const pending = this.#settle(answer.id);
			if ("error" in answer) pending?.reject(unpackError(answer.error));
			else pending?.resolve(answer.value);
		}
	}

	#fail(error: Error): void {
		this.#end ??= error;
		for (const { reject } of this.#pending.values()) reject(error);
		this.#pending.clear();
	}
}

/**
 * Open a network namespace of this host: its engine starts in a thread of its own. Several may be open at
 * once, on different namespaces or on one.
 * @throws UmlnetError ERR_SPEC for a namespace that is not there, ERR_PERMISSION
 */
export function open(options: WorkerOptions = {}): Promise<EmbeddedHost> {
	const worker = new Worker(new URL("./worker.js", import.meta.url), {
		workerData: { ...options },
	});
	return new Promise((resolve, reject) => {
		worker.once("error", reject);
		worker.once("message", (message: Outbound) => {
			worker.off("error", reject);
			if ("failed" in message) reject(unpackError(message.failed));
			else resolve(new EmbeddedHost(worker));
		});
	});
}
