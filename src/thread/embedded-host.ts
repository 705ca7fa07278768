import type { Worker } from "node:worker_threads";
import type { TapReport as EngineTapReport } from "../engine/report.js";
import type { DoctorReport, WhyQuery, WhyReport } from "../service/diagnosis.js";
import type {
	ChangeOptions,
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
import { checkWhich } from "../service/which.js";
import { writtenSpec } from "../spec/checked.js";
import type { SpecInput } from "../spec/input.js";
import {
	checkArgument,
	checkFields,
	checkOptions,
	count,
	milliseconds,
	names,
	object,
	signal,
	text,
	truth,
} from "../sys/arguments.js";
import { type CallOptions, WorkerChannel } from "./channel.js";

/**
 * An engine in a thread of its own, inside one network namespace. The caller's thread never waits for the kernel.
 * Requests that arrive while the engine is busy share one transaction, in which each succeeds or fails on its own.
 *
 * In addition to what `Networks` says, every method throws UmlnetError ERR_USAGE for arguments that make no sense,
 * ERR_CLOSED after `close`, and the reason of an aborted signal.
 */
export class EmbeddedHost implements Networks {
	readonly #channel: WorkerChannel;

	/** Internal: `open()` makes one. */
	constructor(worker: Worker) {
		this.#channel = new WorkerChannel(worker);
	}

	/**
	 * Bring up all taps of the spec, or none. What is already up is left as it is; what differs is changed. A change that
	 * waits to be confirmed keeps the process alive, and is rolled back by `close`.
	 * @throws SpecError with every issue of the spec; ConflictError if an object that is not ours is in the way
	 */
	async up<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: CallOptions & UpOptions,
	): Promise<UpReport> {
		checkArgument("up", "the spec", spec, object);
		checkOptions("up", options, { ...CALL, ...CHANGE, prune: truth });
		const change = changeOf("up", options);
		const request = { verb: "up", spec: writtenSpec(spec), ...change } as const;
		return withLaunches(
			(await this.#channel.request(request, options)) as UpReport & {
				readonly taps: readonly EngineTapReport[];
			},
		);
	}

	/**
	 * A tap for a guest that does not care about its name, from the pool of its network or of the engine (`open({ pool
	 * })`), where most of the work is done already. `down` resets the tap and returns it to the pool.
	 * @throws SpecError; UmlnetError ERR_USAGE if there is no pool
	 */
	async take<Network extends string, Used extends string>(
		guest: GuestInput<Network, Used>,
		options?: CallOptions,
	): Promise<TapReport> {
		checkArgument("take", "the guest", guest, object);
		checkFields("take: the guest", guest, GUEST, ["network", "networks"]);
		checkOptions("take", options, CALL);
		// A caller who aborted never learns the name of the tap, so nobody else can give it back.
		const giveBack = (tap: unknown): void => {
			this.down({ taps: [(tap as EngineTapReport).name] }).catch(() => {});
		};
		const tap = await this.#channel.request({ verb: "take", guest }, options, giveBack);
		return withLaunch(tap as EngineTapReport);
	}

	/**
	 * Take down taps, all or none, and with the last tap of a network everything that was made for it. Taps that are not
	 * up are ignored. @throws SpecError; ConflictError if an object that is not ours depends on one that is to be deleted
	 */
	async down<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options?: CallOptions & ChangeOptions,
	): Promise<DownReport> {
		checkOptions("down", options, { ...CALL, ...CHANGE });
		const change = changeOf("down", options);
		const request = { verb: "down", which: whichOf("down", which), ...change } as const;
		return this.#channel.request(request, options) as Promise<DownReport>;
	}

	/** What `up` would do, step by step. Changes nothing. @throws as `up`, if that can be known beforehand */
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

	/** What `down` would do, step by step. Changes nothing. @throws as `down`, if that can be known beforehand */
	async planDown<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options?: CallOptions,
	): Promise<PlanReport> {
		checkOptions("planDown", options, CALL);
		const request = { verb: "planDown", which: whichOf("planDown", which) } as const;
		return this.#channel.request(request, options) as Promise<PlanReport>;
	}

	/**
	 * What is ours, and where the host has drifted from what was applied. Without names, `strays` in the report lists
	 * other objects that carry our marks; with `verify`, `exact` tells whether everything is exactly as applied. Changes
	 * nothing.
	 */
	async status(
		taps?: readonly string[],
		options?: CallOptions & StatusOptions,
	): Promise<StatusReport> {
		if (taps !== undefined) checkArgument("status", "the list of taps", taps, names);
		checkOptions("status", options, { ...CALL, verify: truth, remembered: truth });
		const { verify = false, remembered = false } = options ?? {};
		const request = { verb: "status", taps, verify, remembered } as const;
		return withLaunches((await this.#channel.request(request, options)) as StatusReport);
	}

	/**
	 * Undo or finish what a killed process left unfinished, which every `up` and `down` also does first. Also try again
	 * to undo or give back what could not be before.
	 * @throws RollbackError that names what still cannot be, unless it is given up; with `strays` as `down`
	 */
	async recover(options?: CallOptions & RecoverOptions): Promise<RecoverReport> {
		checkOptions("recover", options, { ...CALL, strays: truth, giveUp: names });
		const { strays = false, giveUp } = options ?? {};
		const request = { verb: "recover", strays, giveUp } as const;
		return this.#channel.request(request, options) as Promise<RecoverReport>;
	}

	/**
	 * What is wrong with the host, or with the connection of a guest; any tap may be asked about, not only ours. What may
	 * not be read is reported, and everything else is checked nevertheless. Changes nothing.
	 */
	async doctor(tap?: string, options?: CallOptions): Promise<DoctorReport> {
		if (tap !== undefined) checkArgument("doctor", "the tap", tap, text);
		checkOptions("doctor", options, CALL);
		return this.#channel.request({ verb: "doctor", tap }, options) as Promise<DoctorReport>;
	}

	/**
	 * The path of one packet through this host, and of its answer: what stops it, and the command that repairs it.
	 * Changes nothing. @throws AddressError
	 */
	async why(query: WhyQuery, options?: CallOptions): Promise<WhyReport> {
		checkArgument("why", "the query", query, object);
		checkFields("why: the query", query, QUERY, ["tap", "address"]);
		checkOptions("why", options, CALL);
		return this.#channel.request({ verb: "why", query }, options) as Promise<WhyReport>;
	}

	/**
	 * Keep the change that waits to be confirmed, whichever process made it.
	 * @throws NotConfirmedError if it is too late, ConflictError if there is nothing to confirm
	 */
	async confirm(options?: CallOptions): Promise<ConfirmReport> {
		checkOptions("confirm", options, CALL);
		return this.#channel.request({ verb: "confirm" }, options) as Promise<ConfirmReport>;
	}

	/**
	 * Finish all requests so far and end the thread; later calls are refused. Taps stay, except for those of the pool
	 * that no guest has. A change that waits to be confirmed is rolled back, because nobody could do that later.
	 * @throws UmlnetError if taps of the pool could not be deleted, RollbackError
	 */
	close(): Promise<void> {
		return this.#channel.close();
	}

	/** `close`, for `await using`. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}

/** The fields that describe a guest. */
const GUEST = { network: text, networks: object, tap: object } as const;

/** The fields of a query to `why`. */
const QUERY = { tap: text, direction: text, address: text, port: count, protocol: text } as const;

/** The options of every call, and those of every change. */
const CALL = { signal } as const;
const CHANGE = { confirmWithin: milliseconds, sparing: object } as const;
/** The fields of a connection. */
const CONNECTION = { local: text, remote: text } as const;

/**
 * The options of a change that are for the engine's thread: all except for the signal. @throws UmlnetError ERR_USAGE
 */
function changeOf(call: string, options: (CallOptions & UpOptions) | undefined): UpOptions {
	const { signal: _, ...change } = options ?? {};
	if (change.sparing !== undefined)
		checkFields(`${call}: sparing`, change.sparing, CONNECTION, ["local", "remote"]);
	return change;
}

/** @throws UmlnetError ERR_USAGE */
function whichOf(call: string, given: unknown): Which {
	const which = checkWhich(call, given);
	return "spec" in which ? { spec: writtenSpec(which.spec) as SpecInput } : which;
}
