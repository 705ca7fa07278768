import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Host } from "../host/host.js";
import type { DoctorReport, WhyQuery, WhyReport } from "../service/diagnosis.js";
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
import type {
	ConfirmReport,
	DownReport,
	PlanReport,
	RecoverReport,
	StatusReport,
	TapReport,
	UpReport,
} from "../service/reports.js";
import type { SpecInput } from "../spec/input.js";
import { FakeKernel } from "./fake/kernel.js";

/**
 * `Networks` on a model of a kernel: everything that a real host does except for the kernel, without root, changing
 * nothing but files in a temporary directory of its own. A change that is not confirmed in time is rolled back by the
 * next call.
 */
export class ModelHost implements Networks {
	/** The model of the kernel: the state of its namespace, the requests it got, and the faults that are planned. */
	readonly kernel: FakeKernel;
	readonly #host: Host;
	readonly #directory = mkdtempSync(join(tmpdir(), "umlnet-nl-model-"));

	/** `uplinks` are the names of the host's network cards, which are up. */
	constructor(uplinks: readonly string[] = ["eth1"], kernel = new FakeKernel()) {
		for (const name of uplinks) kernel.addNic(name);
		this.kernel = kernel;
		this.#host = new Host(kernel, { stateDir: join(this.#directory, "state") });
	}

	/** As of `Networks`. */
	up<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: UpOptions,
	): Promise<UpReport> {
		return this.#host.up(spec, options);
	}

	/** As of `Networks`. */
	down<Network extends string, Used extends string>(
		which: Which<Network, Used>,
		options?: ConfirmOptions,
	): Promise<DownReport> {
		return this.#host.down(which, options);
	}

	/** As of `Networks`. */
	plan<Network extends string, Used extends string>(
		spec: SpecInput<Network, Used>,
		options?: PlanOptions,
	): Promise<PlanReport> {
		return this.#host.plan(spec, options);
	}

	/** As of `Networks`. */
	planDown<Network extends string, Used extends string>(
		which: Which<Network, Used>,
	): Promise<PlanReport> {
		return this.#host.planDown(which);
	}

	/** As of `Networks`. */
	status(taps?: readonly string[], options?: StatusOptions): Promise<StatusReport> {
		return this.#host.status(taps, options);
	}

	/** As of `Networks`. The tap is made for this guest, because the model has no pool that is filled ahead of time. */
	take<Network extends string, Used extends string>(
		guest: GuestInput<Network, Used>,
	): Promise<TapReport> {
		return this.#host.take(guest);
	}

	/** As of `Networks`. */
	confirm(): Promise<ConfirmReport> {
		return this.#host.confirm();
	}

	/** As of `Networks`. */
	recover(options?: RecoverOptions): Promise<RecoverReport> {
		return this.#host.recover(options);
	}

	/** As of `Networks`. */
	doctor(tap?: string): Promise<DoctorReport> {
		return this.#host.doctor(tap);
	}

	/** As of `Networks`. */
	why(query: WhyQuery): Promise<WhyReport> {
		return this.#host.why(query);
	}

	/** Drop the model and its files. */
	close(): void {
		this.#host.close();
		rmSync(this.#directory, { recursive: true, force: true });
	}

	/** `close`, for `using`. */
	[Symbol.dispose](): void {
		this.close();
	}
}
