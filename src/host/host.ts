/** The composition root: one host, one network namespace, the engine with its kinds on the real kernel. */
import { closeSync } from "node:fs";
import type { Facts, OurTap } from "../doctor/facts.js";
import { together } from "../engine/down-all.js";
import type { RequestOutcome } from "../engine/engine.js";
import { ConflictError } from "../engine/error.js";
import { commitGroup, type GroupOutcome, type GroupRequest } from "../engine/group.js";
import type { PendingDeletes } from "../engine/journal/ledger.js";
import { DEFAULT_STATE_DIR, placeName } from "../engine/journal/place.js";
import type { WantedTap } from "../engine/plan.js";
import type { TapReport as EngineTapReport, UpReport as EngineUpReport } from "../engine/report.js";
import type { Spared } from "../engine/sparing.js";
import type { Kernel } from "../kernel/kernel.js";
import { LinuxKernel } from "../kernel/linux.js";
import { readFlags } from "../kernel/read.js";
import { openTap } from "../kernel/tun.js";
import { watched } from "../kernel/watched.js";
import { wantedTaps } from "../kinds/index.js";
import type { DoctorReport, WhyQuery, WhyReport } from "../service/diagnosis.js";
import type {
	BindableNetworks,
	ChangeOptions,
	ConfirmableNetworks,
	ConfirmState,
	GuestInput,
	PlanOptions,
	RecoverOptions,
	StatusOptions,
	UpOptions,
	Which,
} from "../service/networks.js";
import {
	type CollectReport,
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
import { isSpec } from "../spec/checked.js";
import type { SpecInput } from "../spec/input.js";
import type { Spec } from "../spec/model.js";
import { parsePublish } from "../spec/publish.js";
import { sinceBoot } from "../sys/clock.js";
import { enterNamespace } from "../sys/namespace.js";
import { processId } from "../sys/process.js";
import { IFF_LOWER_UP } from "../uapi/if.js";
import { bound, boundTo, leftBehind } from "./binding.js";
import { linksOf } from "./connection.js";
import { areDeleted } from "./deferred-deletes.js";
import { KernelLinks } from "./host-links.js";
import { LockedEngine } from "./locked-engine.js";

const DEFAULT_TIMEOUT = 30_000;

/** Which namespace to work in, and how. */
export interface HostOptions {
	/** A network namespace by name or path, into which the calling thread moves for good. Default: the present one. */
	readonly netns?: string | undefined;
	/** The directory of the journal. Default: UMLNET_STATE_DIR, else /run/umlnet-nl. */
	readonly stateDir?: string | undefined;
	/** How long to wait for the lock, in milliseconds. Default: 30 000. */
	readonly timeout?: number | undefined;
}

/** How each request of a group ended, and the transactions whose links still have to be deleted. */
export interface Committed {
	readonly outcomes: ReadonlyMap<number, GroupOutcome>;
	readonly pendingDeletes: readonly PendingDeletes[];
}

/** The networks of one namespace, served by an engine in this thread. */
export class Host implements ConfirmableNetworks, BindableNetworks {
	readonly #locked: LockedEngine;
	readonly #links: KernelLinks;

	/**
	 * Enter the namespace on this thread. `onRequest` is called before each request to the kernel; `through` can put
	 * something between this host and its kernel. @throws KernelError, UmlnetError
	 */
	static open(
		options: HostOptions = {},
		onRequest?: () => void,
		through: (kernel: Kernel) => Kernel = (kernel) => kernel,
	): Host {
		if (options.netns !== undefined) enterNamespace(options.netns);
		const kernel = through(new LinuxKernel());
		return new Host(onRequest === undefined ? kernel : watched(kernel, onRequest), options);
	}

	constructor(kernel: Kernel, options: HostOptions = {}) {
		// An empty variable counts as unset.
		const stateDir = options.stateDir ?? (process.env.UMLNET_STATE_DIR || DEFAULT_STATE_DIR);
		this.#locked = new LockedEngine(kernel, stateDir, options.timeout ?? DEFAULT_TIMEOUT);
		this.#links = new KernelLinks(kernel, () => this.#locked.journal.state.entries);
	}

	async up(spec: SpecInput, { prune, confirmWithin, sparing }: UpOptions = {}): Promise<UpReport> {
		const checked = await checkedSpec(spec);
		const report = await this.#locked.run(() => {
			const pruned = prune === true ? this.#others(checked) : undefined;
			const requests = [{ id: 0, taps: this.wanted(checked) }];
			const spared = sparing && linksOf(this.#locked.kernel, sparing);
			const done = only(this.#locked.engine.up(requests, confirmWithin, 0, pruned, spared));
			return pruned === undefined ? done : { ...done, pruned };
		});
		return withLaunches(report);
	}

	async down(which: Which, { confirmWithin, sparing }: ChangeOptions = {}): Promise<DownReport> {
		const namesOf = await this.#namesOf(which);
		return this.#locked.run(() => {
			const spared = sparing && linksOf(this.#locked.kernel, sparing);
			if ("all" in which) return this.#downAll(namesOf(), confirmWithin, spared);
			const requests = [{ id: 0, taps: namesOf() }];
			return only(this.#locked.engine.down(requests, false, confirmWithin, spared));
		});
	}

	/**
	 * Take down all of them that can go down. A change that must be confirmed is done as a whole or not at all.
	 * @throws ConflictError that says why the others cannot go down
	 */
	#downAll(
		names: readonly string[],
		confirmWithin: number | undefined,
		spared: Spared | undefined,
	): DownReport {
		const { engine } = this.#locked;
		const { taps, conflicts } = engine.removable(names);
		if (conflicts.length > 0 && confirmWithin !== undefined) throw together(conflicts, []);
		const report = only(engine.down([{ id: 0, taps }], false, confirmWithin, spared));
		if (conflicts.length === 0) return report;
		throw together(
			conflicts,
			report.taps.map((name) => `${name} is down`),
		);
	}

	/** What taking all of them down would do; conflicts are warnings. @throws ConflictError if nothing can go down */
	#planDownAll(names: readonly string[]): PlanReport {
		const { engine } = this.#locked;
		const { taps, conflicts } = engine.removable(names);
		const report = engine.planDown(taps);
		if (conflicts.length > 0 && report.steps.length === 0) throw together(conflicts, []);
		const warnings = conflicts.map(({ message }) => ({ code: "WARN_CONFLICT", message }));
		return { ...report, warnings };
	}

	async plan(spec: SpecInput, { prune }: PlanOptions = {}): Promise<PlanReport> {
		const checked = await checkedSpec(spec);
		return this.#locked.read(() =>
			this.#locked.engine.planUp(
				[{ id: 0, taps: this.wanted(checked) }],
				prune === true ? this.#others(checked) : undefined,
			),
		);
	}

	async planDown(which: Which): Promise<PlanReport> {
		const namesOf = await this.#namesOf(which);
		return this.#locked.read(() =>
			"all" in which ? this.#planDownAll(namesOf()) : this.#locked.engine.planDown(namesOf()),
		);
	}

	async status(taps?: readonly string[], options: StatusOptions = {}): Promise<StatusReport> {
		if (!this.#locked.isReadable) return this.#statusAsSeen(taps, options);
		return withLaunches(await this.#locked.read(() => this.#locked.engine.status(taps, options)));
	}

	/** The report for a caller who may not read the journal. */
	async #statusAsSeen(
		names: readonly string[] | undefined,
		{ verify = false }: StatusOptions,
	): Promise<StatusReport> {
		const { kernel, place } = this.#locked;
		const { statusAsSeen } = await import("./as-seen.js");
		const asked = { stateDir: placeName(place), place, names, verify };
		return withLaunches(statusAsSeen(kernel, asked));
	}

	/** The tap is created for this guest, because only an engine that keeps running has a pool. */
	async take(guest: GuestInput): Promise<TapReport> {
		const { Pools } = await import("./pools.js");
		const { request } = new Pools(undefined, processId()).take(0, guest);
		const { outcomes } = await this.commit(() => [request]);
		const { taps } = only(outcomes as ReadonlyMap<number, RequestOutcome<EngineUpReport>>);
		return withLaunch(taps[0] as EngineTapReport);
	}

	async upFor(process: string, spec: SpecInput): Promise<UpReport> {
		const checked = await checkedSpec(spec);
		const report = await this.#locked.run(() => {
			const { engine, journal } = this.#locked;
			const left = leftBehind(journal.state, Object.keys(checked.taps));
			if (left.length > 0) only(engine.down([{ id: 0, taps: left }]));
			return only(engine.up([{ id: 0, taps: bound(this.wanted(checked), process) }]));
		});
		return withLaunches(report);
	}

	downFor(process: string): Promise<DownReport> {
		return this.#locked.run(() => {
			const { engine, journal } = this.#locked;
			return only(engine.down([{ id: 0, taps: boundTo(journal.state, process) }]));
		});
	}

	async collect({
		dryRun = false,
	}: {
		readonly dryRun?: boolean | undefined;
	} = {}): Promise<CollectReport> {
		const { collect, wouldCollect } = await import("./garbage.js");
		const { engine, journal } = this.#locked;
		const isOpen = (taps: readonly string[]) => this.openByGuest(taps);
		return dryRun
			? this.#locked.read(() => wouldCollect(engine, journal, isOpen))
			: this.#locked.run(() => collect(engine, journal, isOpen));
	}

	openTap(tap: TapReport): number {
		const fd = openTap(tap);
		// If the tap had been gone, opening it would have made another one, which disappears with the descriptor.
		if (this.#locked.kernel.linkName(tap.index) === tap.name) return fd;
		closeSync(fd);
		throw new ConflictError(
			`tap ${tap.name}`,
			"another one, or none",
			"the one that was brought up",
		);
	}

	recover(options: RecoverOptions = {}): Promise<RecoverReport> {
		return this.#locked.recover(options);
	}

	async doctor(tap?: string): Promise<DoctorReport> {
		const { doctor } = await import("../doctor/doctor.js");
		return doctor(await this.#facts(tap), tap, this.#locked.stateDir);
	}

	async why(query: WhyQuery): Promise<WhyReport> {
		const { why } = await import("../doctor/why.js");
		return why(await this.#facts(query.tap), query);
	}

	/**
	 * What can be asked of this host. Only the tap that it is about is compared with what was made: others are asked for
	 * little, and may be thousands.
	 */
	async #facts(tap: string | undefined): Promise<Facts> {
		const { HostFacts } = await import("../doctor/read.js");
		try {
			const taps = tap === undefined ? [] : (await this.status([tap])).taps;
			const made = await this.#locked.read(() => this.#locked.journal.state.taps);
			const drift = new Map(taps.map((one) => [one.name, one.drift]));
			const ours = (name: string): OurTap | undefined => {
				const report = made.get(name)?.report;
				if (report === undefined) return undefined;
				const publish = report.publish?.map(parsePublish);
				return { ...report, publish, drift: drift.get(name) ?? [] };
			};
			return new HostFacts(this.#locked.kernel, ours);
		} catch {
			// Whoever may not read the state may ask all the same: `doctor` says what keeps it from being read.
			return new HostFacts(this.#locked.kernel, () => undefined);
		}
	}

	confirm(): Promise<ConfirmReport> {
		return this.#locked.run(() => this.#locked.engine.confirm(), false);
	}

	async rollBack(transaction: string): Promise<void> {
		await this.#locked.run(() => this.#locked.engine.rollBack(transaction), false);
	}

	confirmState(transaction: string): Promise<ConfirmState> {
		return this.#locked.read(() => {
			const { journal, engine } = this.#locked;
			if (journal.unfinished?.transaction === transaction)
				return engine.provisional === undefined ? "expired" : "waiting";
			if (journal.orphan?.transaction === transaction) return "orphaned";
			const confirmed = journal.outcomeOf(transaction);
			if (confirmed === undefined) return "unknown";
			return confirmed ? "confirmed" : "rolledBack";
		});
	}

	dueIn(process: string): Promise<number | undefined> {
		return this.#locked.read(() => {
			const { unfinished, orphan } = this.#locked.journal;
			const theirs = [unfinished, orphan].find((one) => one?.transaction.startsWith(`${process}-`));
			if (theirs === undefined) return undefined;
			const { provisional } = theirs;
			return provisional === undefined ? 0 : provisional.deadline - sinceBoot();
		});
	}

	/**
	 * Commit many requests in as few transactions as their order allows, each with its own outcome. Links are not deleted
	 * yet, because that takes long and the kernel holds no lock for most of that time: the caller finishes
	 * `pendingDeletes` on another thread, and then calls `deleteEnded`. `requests` is called when the lock is held.
	 */
	commit(requests: () => readonly GroupRequest[]): Promise<Committed> {
		const { engine, journal, deletes } = this.#locked;
		return this.#locked.run(() => {
			const before = new Set(journal.pendingDeletes.keys());
			const outcomes = commitGroup(engine, requests(), true);
			const pendingDeletes = [...journal.pendingDeletes.values()].filter(
				({ transaction }) => !before.has(transaction),
			);
			for (const { transaction } of pendingDeletes) deletes.start(transaction);
			return { outcomes, pendingDeletes };
		});
	}

	/**
	 * Whether the links of these transactions and everything on them are gone. This blocks only if the links are gone.
	 */
	areDeleted(deletes: readonly PendingDeletes[]): boolean {
		return areDeleted(this.#locked.kernel, deletes);
	}

	/** A pending delete is done, or was given up. The next transaction records it. */
	deleteEnded(transaction: string, done: boolean): void {
		this.#locked.deletes.end(transaction, done);
	}

	/** Record in the journal what was deleted, unless a transaction has done so already. */
	async recordDeletes(): Promise<void> {
		if (this.#locked.deletes.areUnrecorded) await this.#locked.run(() => {});
	}

	/** The taps of a spec, with everything that they need on this host. */
	wanted(spec: Spec): WantedTap[] {
		return wantedTaps(spec, this.#links);
	}

	/** Those of these taps that a guest still has open, so that they must not be given to the next guest. */
	openByGuest(taps: readonly string[]): ReadonlySet<string> {
		const { state } = this.#locked.journal;
		const indexes = taps.map((name) => state.taps.get(name)?.report.index ?? 0);
		const flags = readFlags(this.#locked.kernel, indexes);
		return new Set(taps.filter((_, i) => ((flags[i] ?? 0) & IFF_LOWER_UP) !== 0));
	}

	/**
	 * Close everything, and remove the state directory if nothing is ours any more.
	 * @throws what kept it from doing so; everything else is done and closed nevertheless
	 */
	close(): void {
		this.#locked.close();
	}

	/** The names of these taps, to be called when the lock is held, because only then it is known what is ours. */
	async #namesOf(which: Which): Promise<() => readonly string[]> {
		if ("taps" in which) return () => which.taps;
		if ("all" in which) return () => [...this.#locked.journal.state.taps.keys()];
		const { taps } = await checkedSpec(which.spec);
		return () => Object.keys(taps);
	}

	/** The taps that are up and not in the spec, except for those of pools, which belong to a running process. */
	#others(spec: Spec): string[] {
		return [...this.#locked.journal.state.taps.values()]
			.map(({ report }) => report)
			.filter(({ name, pool }) => pool === undefined && !Object.hasOwn(spec.taps, name))
			.map(({ name }) => name);
	}
}

/**
 * The Spec of what a caller passed. The code that checks it is loaded only if it was not checked before. @throws
 * SpecError
 */
async function checkedSpec(spec: SpecInput): Promise<Spec> {
	if (isSpec(spec)) return spec;
	const { checkSpec } = await import("../spec/plain.js");
	return checkSpec(spec);
}

function only<R>(outcomes: ReadonlyMap<number, RequestOutcome<R>>): R {
	const outcome = outcomes.get(0) as RequestOutcome<R>;
	if ("error" in outcome) throw outcome.error;
	return outcome.report;
}
