import { Worker } from "node:worker_threads";
import type {
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	TapReport,
	UpReport,
} from "../engine/report.js";
import type { GuestInput } from "../host/pool.js";
import { UmlnetError } from "../sys/error.js";
import { type Call, type Inbound, type Outbound, unpackError, type WireWhich } from "./passage.js";
import type { WorkerOptions } from "./worker.js";

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
	readonly #ended: Promise<void>;
	/** Why nothing more can be asked. */
	#end: Error | undefined;
	/** Why the engine could not end as it should. */
	#failure: Error | undefined;
	#next = 1;

	/** Use `open()`. */
	constructor(worker: Worker) {
		this.#worker = worker;
		this.#ended = new Promise((resolve) => {
			worker.once("exit", () => {
				this.#fail(closed());
				resolve();
			});
		});
		worker.on("message", (message: Outbound) => this.#receive(message));
		worker.on("error", (error) => this.#break(error));
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
	take(guest: GuestInput, options?: CallOptions): Promise<TapReport> {
		// Whoever called it off never learns the name, so nobody else could give it back.
		const giveBack = (tap: unknown): void => {
			this.down({ taps: [(tap as TapReport).name] }).catch(() => {});
		};
		return this.#call({ verb: "take", guest }, options, giveBack) as Promise<TapReport>;
	}

	/** Take down taps, all or none; what is not up is passed over. @throws UmlnetError */
	async down(which: WireWhich, options?: CallOptions): Promise<DownReport> {
		return this.#call({ verb: "down", which: checkWhich(which) }, options) as Promise<DownReport>;
	}

	/** What `up` would do, step by step. @throws UmlnetError */
	plan(spec: SpecInput, options?: CallOptions & { readonly prune?: boolean }): Promise<PlanReport> {
		const prune = options?.prune ?? false;
		return this.#call({ verb: "plan", spec, prune }, options) as Promise<PlanReport>;
	}

	/** What `down` would do, step by step. @throws UmlnetError */
	async planDown(which: WireWhich, options?: CallOptions): Promise<PlanReport> {
		const call: Call = { verb: "planDown", which: checkWhich(which) };
		return this.#call(call, options) as Promise<PlanReport>;
	}

	/**
	 * What is ours, and where the host drifted from what was asked. With `verify` the report says in `exact`
	 * whether everything is exactly as applied, and in `strays` what else carries our marks. @throws UmlnetError
	 */
	status(
		taps?: readonly string[],
		options?: CallOptions & { readonly verify?: boolean },
	): Promise<StatusReport> {
		const verify = options?.verify ?? false;
		return this.#call({ verb: "status", taps, verify }, options) as Promise<StatusReport>;
	}

	/** Undo or finish what a killed process left. Every `up` and `down` does so first anyway. */
	recover(options?: CallOptions): Promise<RecoverReport> {
		return this.#call({ verb: "recover" }, options) as Promise<RecoverReport>;
	}

	/**
	 * Finish what was asked so far and end the thread; later calls are refused. The taps stay, those of the
	 * pool that no guest has do not. @throws UmlnetError when they would not go
	 */
	async close(): Promise<void> {
		this.#worker.ref();
		if (this.#end === undefined) {
			this.#end = closed();
			this.#post({ close: true });
		}
		await this.#ended;
		if (this.#failure !== undefined) throw this.#failure;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/** `late` gets what is done for a caller who has given up meanwhile. */
	#call(
		call: Call,
		{ signal }: CallOptions = {},
		late?: (value: unknown) => void,
	): Promise<unknown> {
		if (signal?.aborted) return Promise.reject(signal.reason);
		if (this.#end !== undefined) return Promise.reject(this.#end);
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			this.#send({ id, call });
			// The engine answers all the same: that it began too late, or, if not, what it did.
			const abort = (): void => {
				this.#post({ cancel: id });
				reject(signal?.reason);
			};
			const unlisten = (): void => signal?.removeEventListener("abort", abort);
			this.#pending.set(id, {
				resolve: (value) => {
					unlisten();
					resolve(value);
					if (signal?.aborted) late?.(value);
				},
				reject: (error) => {
					unlisten();
					reject(error);
				},
			});
			signal?.addEventListener("abort", abort, { once: true });
			// Only what is under way keeps the process alive.
			if (this.#pending.size === 1) this.#worker.ref();
		});
	}

	/** @throws UmlnetError ERR_USAGE for what is no plain data */
	#send(message: Inbound): void {
		try {
			this.#post(message);
		} catch (cause) {
			const { message } = cause as Error;
			throw new UmlnetError("ERR_USAGE", `not plain data: ${message}`, { cause });
		}
	}

	#post(message: Inbound): void {
		this.#worker.postMessage(message);
	}

	#receive(message: Outbound): void {
		if ("failed" in message) this.#break(unpackError(message.failed));
		if (!("answers" in message)) return;
		for (const answer of message.answers) {
			const pending = this.#pending.get(answer.id);
			this.#pending.delete(answer.id);
			if ("error" in answer) pending?.reject(unpackError(answer.error));
			else pending?.resolve(answer.value);
		}
		if (this.#pending.size === 0 && this.#end === undefined) this.#worker.unref();
	}

	/** The engine cannot go on. */
	#break(error: Error): void {
		this.#failure ??= error;
		this.#fail(error);
	}

	#fail(error: Error): void {
		this.#end ??= error;
		for (const { reject } of this.#pending.values()) reject(error);
		this.#pending.clear();
	}
}

/** Callers without types too are told what they got wrong. */
function checkWhich(which: WireWhich): WireWhich {
	const { taps, spec, all }: { taps?: unknown; spec?: unknown; all?: unknown } = which ?? {};
	const named = Array.isArray(taps) && taps.every((name) => typeof name === "string");
	if (named || (taps === undefined && (spec !== undefined || all === true))) return which;
	throw new UmlnetError("ERR_USAGE", "which taps? Neither their names nor a spec nor all", {
		hint: "{ taps: [NAME] }, { spec } or { all: true }",
	});
}

const closed = (): UmlnetError =>
	new UmlnetError("ERR_CLOSED", "the engine of this namespace is closed");

/**
 * Open a network namespace of this host: its engine starts in a thread of its own. Several may be open at
 * once, on different namespaces or on one.
 * @throws UmlnetError ERR_SPEC for a namespace that is not there, ERR_PERMISSION
 */
export async function open(options: WorkerOptions = {}): Promise<EmbeddedHost> {
	const worker = new Worker(new URL("./worker.js", import.meta.url), {
		workerData: { ...options },
	});
	return new Promise((resolve, reject) => {
		worker.once("error", reject);
		worker.once("exit", () => reject(closed()));
		worker.once("message", (message: Outbound) => {
			if ("failed" in message) reject(unpackError(message.failed));
			else resolve(new EmbeddedHost(worker));
		});
	});
}
