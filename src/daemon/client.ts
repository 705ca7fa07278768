import { decodeMessage, encodeMessage, type Method, methods } from "../proto/message.js";
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
} from "../service/reports.js";
import { checkWhich } from "../service/which.js";
import { writtenSpec } from "../spec/checked.js";
import type { SpecInput } from "../spec/input.js";
import { checkSpec } from "../spec/plain.js";
import { checkArgument, checkOptions, object, signal } from "../sys/arguments.js";
import { pathOf } from "./service.js";
import { errorOf } from "./status.js";
import { CallClient } from "./transport.js";

/** Options of every call. */
export interface CallOptions {
	/** Cancels the call. What the daemon has begun it brings to its end. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * The networks of the host that a daemon is for, as far as it lets the caller. In addition to what `Networks` says,
 * every method throws UmlnetError ERR_PERMISSION for what the policy of the daemon does not allow, ERR_SYSTEM if no
 * daemon answers, and the reason of an aborted signal.
 */
export class DaemonHost implements Networks {
	readonly #client: CallClient;
	readonly #socket: string;

	/** Internal: `connect()` makes one. */
	constructor(socket: string) {
		this.#socket = socket;
		this.#client = new CallClient(socket);
	}

	/** As of `Networks`. Taps that name no owner are the caller's. */
	async up<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options: CallOptions & UpOptions = {},
	): Promise<UpReport> {
		const { prune, confirmWithin, sparing } = options;
		const request = { spec: sendable("up", spec), prune, confirmWithin, sparing };
		const { taps, ...report } = await this.#call("Up", request, options);
		return { ...report, taps: tapsIn(taps) } as unknown as UpReport;
	}

	/** As of `Networks`. */
	async down<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options: CallOptions & ChangeOptions = {},
	): Promise<DownReport> {
		const { confirmWithin, sparing } = options;
		const request = { which: sendableWhich("down", which), confirmWithin, sparing };
		return (await this.#call("Down", request, options)) as unknown as DownReport;
	}

	/** As of `Networks`. */
	async plan<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options: CallOptions & PlanOptions = {},
	): Promise<PlanReport> {
		const request = { up: sendable("plan", spec), prune: options.prune };
		return (await this.#call("Plan", request, options)) as unknown as PlanReport;
	}

	/** As of `Networks`. */
	async planDown<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options: CallOptions = {},
	): Promise<PlanReport> {
		const request = { down: sendableWhich("planDown", which) };
		return (await this.#call("Plan", request, options)) as unknown as PlanReport;
	}

	/** As of `Networks`, of what is the caller's. */
	async status(
		taps?: readonly string[],
		options: CallOptions & StatusOptions = {},
	): Promise<StatusReport> {
		const {
			taps: found,
			networks = {},
			...report
		} = await this.#call(
			"Status",
			{ taps, verify: options.verify, remembered: options.remembered },
			options,
		);
		return {
			...report,
			networks,
			taps: (found as TapReport[]).map(withLaunch),
		} as unknown as StatusReport;
	}

	/** As of `Networks`. */
	async take<Network extends string, Used extends string>(
		guest: GuestInput<Network, Used>,
		options: CallOptions = {},
	): Promise<TapReport> {
		checkArgument("take", "the guest", guest, object);
		const { tap } = await this.#call("Take", guest, options);
		return tapsIn([tap])[0] as TapReport;
	}

	/** As of `Networks`. */
	async confirm(options: CallOptions = {}): Promise<ConfirmReport> {
		return (await this.#call("Confirm", {}, options)) as unknown as ConfirmReport;
	}

	/** As of `Networks`. */
	async recover(options: CallOptions & RecoverOptions = {}): Promise<RecoverReport> {
		const { strays, giveUp } = options;
		return (await this.#call("Recover", { strays, giveUp }, options)) as unknown as RecoverReport;
	}

	/** As of `Networks`. */
	async doctor(tap?: string, options: CallOptions = {}): Promise<DoctorReport> {
		return (await this.#call("Doctor", { tap }, options)) as unknown as DoctorReport;
	}

	/** As of `Networks`. */
	async why(query: WhyQuery, options: CallOptions = {}): Promise<WhyReport> {
		checkArgument("why", "the query", query, object);
		return (await this.#call("Why", query, options)) as unknown as WhyReport;
	}

	/** End the connection. */
	async close(): Promise<void> {
		this.#client.close();
	}

	/** `close`, for `await using`. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #call(method: Method, request: object, { signal: given }: CallOptions) {
		checkOptions(method.toLowerCase(), given === undefined ? {} : { signal: given }, { signal });
		const { requestType, responseType } = methods[method];
		try {
			const response = await this.#client.unary(
				pathOf(method),
				encodeMessage(requestType, request),
				given,
			);
			return decodeMessage(responseType, response);
		} catch (error) {
			throw errorOf(error, this.#socket);
		}
	}
}

/**
 * A spec as it is sent, with what was written in it. It is looked through here first: what the schema has no place for
 * could not be told otherwise. @throws SpecError
 */
function sendable(call: string, spec: unknown): object {
	checkArgument(call, "the spec", spec, object);
	const written = writtenSpec(spec) as object;
	if (written === spec) checkSpec(spec);
	return written;
}

/** @throws UmlnetError ERR_USAGE, SpecError */
function sendableWhich(call: string, given: unknown): object {
	const which = checkWhich(call, given);
	return "spec" in which ? { spec: sendable(call, which.spec) } : which;
}

/** Only those of a status say where they have drifted. */
const tapsIn = (taps: unknown): TapReport[] =>
	(taps as (TapReport & { drift: unknown })[]).map(({ drift, ...tap }) =>
		withLaunch(tap as TapReport),
	);
