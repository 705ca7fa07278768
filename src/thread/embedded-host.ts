import type { Worker } from "node:worker_threads";
import type { TapReport as EngineTapReport } from "../engine/report.js";
import {
	checkArgument,
	checkFields,
	checkOptions,
	checkWhich,
	milliseconds,
	names,
	object,
	signal,
	text,
	truth,
} from "../service/arguments.js";
import type {
	ConfirmOptions,
	GuestInput,
	Networks,
	PlanOptions,
	RecoverOptions,
	StatusOptions,
	UpOptions,
	Which,
} from "../service/networks.js";
import {
	type ConfirmReport,
	type DownReport,
	type PlanReport,
	type RecoverReport,
	type StatusReport,
	type TapReport,
	type UpReport,
	withLaunch,
	withLaunches,
} from "../service/reports.js";
import { writtenSpec } from "../spec/checked.js";
import type { SpecInput } from "../spec/input.js";
import { type CallOptions, WorkerChannel } from "./channel.js";

/**
 * An engine in a thread of its own, inside one network namespace. Nothing here waits for the kernel on the
 * caller's thread. Requests that wait while the engine is busy share one transaction; each stands or falls alone.
 *
 * Beside what `Networks` says, every method throws UmlnetError ERR_USAGE for arguments that make no sense and ERR_CLOSED
 * after `close`, and what the signal was aborted with.
 */
export class EmbeddedHost implements Networks {
	readonly #channel: WorkerChannel;

	/** Use `open()`. */
	constructor(worker: Worker) {
		this.#channel = new WorkerChannel(worker);
	}

	/**
	 * Bring up all taps of the spec, or none. What is up already stays untouched, what differs is changed. A change that
	 * waits to be confirmed keeps the process from ending, and is rolled back by `close`.
	 * @throws SpecError with every issue of the spec; ConflictError when something of others is in the way
	 */
	async up<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: CallOptions & UpOptions,
	): Promise<UpReport> {
		checkArgument("up", "the spec", spec, object);
		checkOptions("up", options, { ...CALL, ...CONFIRM, prune: truth });
		const { prune, confirmWithin } = options ?? {};
		const request = { verb: "up", spec: writtenSpec(spec), prune, confirmWithin } as const;
		return withLaunches(
			(await this.#channel.request(request, options)) as UpReport & {
				readonly taps: readonly EngineTapReport[];
			},
		);
	}

	/**
	 * A tap for a guest that may have any name: out of the pool of its network or of the engine (`open({ pool })`), so
	 * that most of it is there already. Given back by `down`, it is reset and waits in the pool again.
	 * @throws SpecError; UmlnetError ERR_USAGE where there is no pool
	 */
	async take<Network extends string, Used extends string>(
		guest: GuestInput<Network, Used>,
		options?: CallOptions,
	): Promise<TapReport> {
		checkArgument("take", "the guest", guest, object);
		checkFields("take: the guest", guest, GUEST, ["network", "networks"]);
		checkOptions("take", options, CALL);
		// A caller who has aborted never learns the tap's name, so nobody else could give it back.
		const giveBack = (tap: unknown): void => {
			this.down({ taps: [(tap as EngineTapReport).name] }).catch(() => {});
		};
		const tap = await this.#channel.request({ verb: "take", guest }, options, giveBack);
		return withLaunch(tap as EngineTapReport);
	}

	/**
	 * Take down taps, all or none, and with the last tap of a network all that was made for it. What is not up is passed
	 * over. @throws SpecError; ConflictError when something of others stands on what is to go
	 */
	async down<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options?: CallOptions & ConfirmOptions,
	): Promise<DownReport> {
		checkOptions("down", options, { ...CALL, ...CONFIRM });
		const { confirmWithin } = options ?? {};
		const request = { verb: "down", which: whichOf("down", which), confirmWithin } as const;
		return this.#channel.request(request, options) as Promise<DownReport>;
	}

	/** What `up` would do, step by step. Changes nothing. @throws as `up`, as far as that can be told beforehand */
	async plan<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: CallOptions & PlanOptions,
	): Promise<PlanReport> {
		checkArgument("plan", "the spec", spec, object);
		checkOptions("plan", options, { ...CALL, prune: truth });
		const prune = options?.prune ?? false;
		const request = { verb: "plan", spec: writtenSpec(spec), prune } as const;
		return this.#channel.request(request, options) as Promise<PlanReport>;
	}

	/** What `down` would do, step by step. Changes nothing. @throws as `down`, as far as that can be told beforehand */
	async planDown<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options?: CallOptions,
	): Promise<PlanReport> {
		checkOptions("planDown", options, CALL);
		const request = { verb: "planDown", which: whichOf("planDown", which) } as const;
		return this.#channel.request(request, options) as Promise<PlanReport>;
	}

	/**
	 * What is ours, and where the host drifted from what was asked. Without names the report says in `strays` what else
	 * carries our marks; with `verify` it says in `exact` whether everything is exactly as applied. Changes nothing.
	 */
	async status(
		taps?: readonly string[],
		options?: CallOptions & StatusOptions,
	): Promise<StatusReport> {
		if (taps !== undefined) checkArgument("status", "the list of taps", taps, names);
		checkOptions("status", options, { ...CALL, verify: truth });
		const verify = options?.verify ?? false;
		const request = { verb: "status", taps, verify } as const;
		return withLaunches((await this.#channel.request(request, options)) as StatusReport);
	}

	/**
	 * Undo or finish what a killed process did not finish: every `up` and `down` does so first anyway. Also try again what
	 * could not be undone or given back before.
	 * @throws RollbackError naming what still cannot be, unless it is given up; with `strays` as `down`
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
	 * pool that no guest has; what waits to be confirmed is rolled back, for nobody would be there when its time is over.
	 * @throws UmlnetError when the pool's taps could not be deleted, RollbackError
	 */
	close(): Promise<void> {
		return this.#channel.close();
	}

	/** `close`, for `await using`. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}

/** What a guest is described by. */
const GUEST = { network: text, networks: object, tap: object } as const;

/** The options that every call has, and those of changes that can be made to wait for their confirmation. */
const CALL = { signal } as const;
const CONFIRM = { confirmWithin: milliseconds } as const;

/** @throws UmlnetError ERR_USAGE */
function whichOf(call: string, given: unknown): Which {
	const which = checkWhich(call, given);
	return "spec" in which ? { spec: writtenSpec(which.spec) as SpecInput } : which;
}
