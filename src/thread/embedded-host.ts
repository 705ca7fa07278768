import type { Worker } from "node:worker_threads";
import type {
	ConfirmReport,
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	TapReport,
	UpReport,
} from "../engine/report.js";
import type { GuestInput } from "../host/pool.js";
import {
	checkArgument,
	checkOptions,
	checkWhich,
	names,
	object,
	signal,
	truth,
} from "../service/arguments.js";
import type {
	Networks,
	PlanOptions,
	RecoverOptions,
	StatusOptions,
	Which,
} from "../service/networks.js";
import { type CallOptions, WorkerChannel } from "./channel.js";

/** A spec as plain data, validated before anything is changed. */
export type SpecInput = object;

/**
 * An engine in a thread of its own, inside one network namespace. Nothing here waits for the kernel on the
 * caller's thread. Requests that wait while the engine is busy share one transaction; each stands or falls alone.
 */
export class EmbeddedHost implements Networks {
	readonly #channel: WorkerChannel;

	/** Use `open()`. */
	constructor(worker: Worker) {
		this.#channel = new WorkerChannel(worker);
	}

	/** Bring up all taps of the spec, or none. Idempotent. @throws UmlnetError */
	async up(spec: SpecInput, options?: CallOptions): Promise<UpReport> {
		checkArgument("up", "the spec", spec, object);
		checkOptions("up", options, CALL);
		return this.#channel.request({ verb: "up", spec }, options) as Promise<UpReport>;
	}

	/**
	 * A tap for a guest that may have any name: out of the pool, so most of it is already there. Needs
	 * `open({ pool })`. Given back by `down`, it is reset and waits in the pool again. @throws UmlnetError
	 */
	async take(guest: GuestInput, options?: CallOptions): Promise<TapReport> {
		checkArgument("take", "the guest", guest, object);
		checkOptions("take", options, CALL);
		// A caller who has aborted never learns the tap's name, so nobody else could give it back.
		const giveBack = (tap: unknown): void => {
			this.down({ taps: [(tap as TapReport).name] }).catch(() => {});
		};
		return this.#channel.request({ verb: "take", guest }, options, giveBack) as Promise<TapReport>;
	}

	/** Take down taps, all or none; what is not up is passed over. @throws UmlnetError */
	async down(which: Which<unknown>, options?: CallOptions): Promise<DownReport> {
		checkOptions("down", options, CALL);
		const request = { verb: "down", which: checkWhich("down", which) } as const;
		return this.#channel.request(request, options) as Promise<DownReport>;
	}

	/** What `up` would do, step by step. Changes nothing. @throws UmlnetError */
	async plan(spec: SpecInput, options?: CallOptions & PlanOptions): Promise<PlanReport> {
		checkArgument("plan", "the spec", spec, object);
		checkOptions("plan", options, { ...CALL, prune: truth });
		const prune = options?.prune ?? false;
		return this.#channel.request({ verb: "plan", spec, prune }, options) as Promise<PlanReport>;
	}

	/** What `down` would do, step by step. Changes nothing. @throws UmlnetError */
	async planDown(which: Which<unknown>, options?: CallOptions): Promise<PlanReport> {
		checkOptions("planDown", options, CALL);
		const request = { verb: "planDown", which: checkWhich("planDown", which) } as const;
		return this.#channel.request(request, options) as Promise<PlanReport>;
	}

	/**
	 * What is ours, and where the host drifted from what was asked. Without names the report says in `strays` what else
	 * carries our marks, with `verify` in `exact` whether everything is exactly as applied. @throws UmlnetError
	 */
	async status(
		taps?: readonly string[],
		options?: CallOptions & StatusOptions,
	): Promise<StatusReport> {
		if (taps !== undefined) checkArgument("status", "the list of taps", taps, names);
		checkOptions("status", options, { ...CALL, verify: truth });
		const verify = options?.verify ?? false;
		const request = { verb: "status", taps, verify } as const;
		return this.#channel.request(request, options) as Promise<StatusReport>;
	}

	/**
	 * Undo or finish what a killed process did not finish: every `up` and `down` does so first anyway. With `strays` also
	 * take away what carries our marks and is not in the journal, which was lost; with `giveUp` forget what can still not
	 * be undone or given back. @throws UmlnetError
	 */
	async recover(options?: CallOptions & RecoverOptions): Promise<RecoverReport> {
		checkOptions("recover", options, { ...CALL, strays: truth, giveUp: names });
		const { strays = false, giveUp } = options ?? {};
		const request = { verb: "recover", strays, giveUp } as const;
		return this.#channel.request(request, options) as Promise<RecoverReport>;
	}

	/**
	 * Keep what waits to be confirmed, whichever process has applied it.
	 * @throws NotConfirmedError when that comes too late, ConflictError when there is nothing to confirm
	 */
	async confirm(options?: CallOptions): Promise<ConfirmReport> {
		checkOptions("confirm", options, CALL);
		return this.#channel.request({ verb: "confirm" }, options) as Promise<ConfirmReport>;
	}

	/**
	 * Finish what was asked so far and end the thread; later calls are refused. The taps stay, but for those of the
	 * pool that no guest has. @throws UmlnetError when these could not be deleted
	 */
	close(): Promise<void> {
		return this.#channel.close();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}

/** The options that every call has. */
const CALL = { signal } as const;
