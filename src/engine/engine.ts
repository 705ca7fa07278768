import type { Kernel } from "../kernel/kernel.js";
import type { UmlnetError } from "../sys/error.js";
import { apply } from "./apply.js";
import { type Removable, removable } from "./down-all.js";
import { ProvisionalError, RollbackError } from "./error.js";
import type { Holder } from "./explain.js";
import { RecheckCache } from "./fast/recheck-cache.js";
import { endFlows, type Forbids, forgetFlows, portsOf, regoverned, subnetsOf } from "./flows.js";
import type { Ledger, PendingDeletes, Unfinished } from "./journal/ledger.js";
import { type Kinds, kindOf, linkKey } from "./kind.js";
import { abandonedDeletes, finishDeletesOf, isBeingDeleted } from "./pending-deletes.js";
import { type Plan, planDown, planUp, type UpRequest } from "./plan.js";
import { confirm, provisionalReport } from "./provisional.js";
import { recover, undoOrphan } from "./recover.js";
import type {
	ConfirmReport,
	DownReport,
	PlanReport,
	ProvisionalReport,
	RecoverReport,
	StatusReport,
	StrayReport,
	UpReport,
} from "./report.js";
import { giveUp, namesIn } from "./residual.js";
import { refuseCut, type Spared } from "./sparing.js";
import { type StatusOptions, statusReport } from "./status.js";
import { stepsByRequest, stepsWithMessages, warningsOf, withLosses } from "./step-report.js";
import { ours, planRemoval, strays } from "./strays.js";

/** Distinguishes the transactions of several processes that share one journal. */
export interface Ownership {
	/** The prefix of the names of our transactions, which no other process or thread has. */
	readonly owner: string;
	/** Whether no process is going to run the pending deletes of this transaction any more. */
	isAbandoned(transaction: string): boolean;
	/** Milliseconds since boot, the same for all processes. */
	readonly now: () => number;
	/** The state directory of the journal. */
	readonly place?: string | undefined;
	/** Tells which flows are forbidden after a change of what accepts them. */
	readonly forbids?: Forbids;
	/** Tells to whom a link belongs that is in the way, if its mark says so. */
	whose?(link: string): Holder | undefined;
}

// One count for all engines of this thread, because they may write the same journal.
let count = 0;

/** How one request of a group ended. */
export type RequestOutcome<R> = { readonly report: R } | { readonly error: UmlnetError };

/** How a plan is applied. */
interface ApplyOptions {
	readonly deferDeletes?: boolean;
	readonly confirmWithin?: number | undefined;
	/** The links that the plan must not cut off. */
	readonly spared?: Spared | undefined;
}

/** Taps to take down, all or none. */
export interface DownRequest {
	readonly id: number;
	readonly taps: readonly string[];
}

/**
 * The core: specs become plans, and plans become transactions. It is synchronous code on top of `Kernel`. The caller
 * must hold the lock of the namespace and have refreshed the journal.
 */
export class Engine {
	readonly #kernel: Kernel;
	readonly #journal: Ledger;
	readonly #kinds: Kinds;
	/** The index of a link of the host. @throws SpecError if there is none */
	readonly #readLinkIndex: (name: string) => number;
	readonly #ownership: Ownership;
	readonly #verified = new RecheckCache();

	constructor(
		kernel: Kernel,
		journal: Ledger,
		kinds: Kinds,
		readLinkIndex: (kernel: Kernel, name: string) => number,
		ownership: Ownership,
	) {
		this.#ownership = ownership;
		this.#kernel = kernel;
		this.#journal = journal;
		this.#kinds = kinds;
		this.#readLinkIndex = (name) => readLinkIndex(kernel, name);
	}

	/**
	 * Bring up the taps of all requests in one transaction; a request that fails alone is rejected alone. With
	 * `confirmWithin` everything is undone unless it is confirmed within so many milliseconds. Shared objects (the nft
	 * table, the forwarding of the uplink) that were verified less than `maxAge` ms ago are not read again: a change that
	 * others made in that window is noticed at the next check. The taps in `prune`, which no request names, go down in
	 * the same transaction.
	 */
	up(
		requests: readonly UpRequest[],
		confirmWithin?: number,
		maxAge = 0,
		prune: readonly string[] = NO_TAPS,
		spared?: Spared,
	): ReadonlyMap<number, RequestOutcome<UpReport>> {
		try {
			return this.#up(requests, { confirmWithin, spared }, maxAge, prune);
		} catch (error) {
			const { wasUsed } = this.#verified;
			this.#verified.invalidate();
			// The cause may be a shared object that was not verified and does not exist any more, so verify all and try
			// again.
			if (!wasUsed || error instanceof RollbackError || this.#journal.unfinished !== undefined)
				throw error;
			return this.#up(requests, { confirmWithin, spared }, 0, prune);
		}
	}

	#up(
		requests: readonly UpRequest[],
		options: ApplyOptions,
		maxAge: number,
		prune: readonly string[],
	): ReadonlyMap<number, RequestOutcome<UpReport>> {
		this.#refuseWhileProvisional();
		finishDeletesOf(this.#kernel, this.#journal, () =>
			requests
				.flatMap(({ taps }) => taps.flatMap(({ resources }) => resources))
				.map(({ kind, want }) => kindOf(this.#kinds, kind).key(want))
				.concat(prune.map(linkKey)),
		);
		const plan = this.#planUp(requests, maxAge, prune);
		const names = requests.flatMap(({ taps }) => taps.map(({ report }) => report.name));
		const parked = requests
			.flatMap(({ taps }) => taps)
			.filter(({ report }) => report.mode === "parked");
		const idle = parked.map(({ report }) => report.name);
		const subnets = subnetsOf(this.#journal.state, [...idle, ...prune]);
		const ports = portsOf(this.#kinds, this.#journal.state, plan.delta);
		const changed = regoverned(this.#kinds, this.#journal.state, plan);
		const { rejected, losses } = this.#apply(plan, command("up", names), options);
		if (rejected.size > 0) this.#verified.invalidate();
		forgetFlows(this.#kernel, subnets, ports);
		endFlows(this.#kernel, this.#journal.state, changed, this.#ownership.forbids);
		const steps = stepsByRequest(plan);
		return new Map(
			requests.map(({ id, taps }): [number, RequestOutcome<UpReport>] => {
				const error = rejected.get(id);
				if (error !== undefined) return [id, { error }];
				const theirs = steps.get(id) ?? [];
				const reports = taps.flatMap(
					({ report }) => this.#journal.state.taps.get(report.name)?.report ?? [],
				);
				const warnings = warningsOf(plan.warnings, id);
				const report = { changed: theirs.length > 0, steps: theirs, taps: reports, warnings };
				return [id, { report: this.#withProvisional(withLosses(report, losses, id)) }];
			}),
		);
	}

	/**
	 * Take down the taps of all requests in one transaction. With `deferDeletes` links are not deleted yet: the journal
	 * lists them as pending, and the caller deletes them. `confirmWithin` is as for `up`.
	 */
	down(
		requests: readonly DownRequest[],
		deferDeletes = false,
		confirmWithin?: number,
		spared?: Spared,
	): ReadonlyMap<number, RequestOutcome<DownReport>> {
		this.#refuseWhileProvisional();
		finishDeletesOf(this.#kernel, this.#journal, () =>
			requests.flatMap(({ taps }) => taps.map(linkKey)),
		);
		const { state } = this.#journal;
		const there = new Set(
			requests.flatMap(({ taps }) => taps.filter((name) => state.taps.has(name))),
		);
		const plan = planDown(this.#kinds, this.#kernel, state, requests);
		const names = [...plan.requestOf.keys()];
		const subnets = subnetsOf(state, names);
		const ports = portsOf(this.#kinds, state, plan.delta);
		const options = { deferDeletes, confirmWithin, spared };
		const { losses } = this.#apply(plan, command("down", names), options);
		forgetFlows(this.#kernel, subnets, ports);
		const steps = stepsByRequest(plan);
		return new Map(
			requests.map(({ id, taps }): [number, RequestOutcome<DownReport>] => {
				const down = taps.filter((name) => there.has(name));
				const report = { changed: down.length > 0, steps: steps.get(id) ?? [], taps: down };
				return [id, { report: this.#withProvisional(withLosses(report, losses, id)) }];
			}),
		);
	}

	/** Which of these taps can go down, and why the others cannot. */
	removable(taps: readonly string[]): Removable {
		return removable(this.#kinds, this.#kernel, this.#journal.state, taps);
	}

	/** What `up` would do. */
	planUp(requests: readonly UpRequest[], prune: readonly string[] = NO_TAPS): PlanReport {
		const plan = this.#planUp(requests, 0, prune);
		const warnings = requests.flatMap(({ id }) => warningsOf(plan.warnings, id));
		return { steps: stepsWithMessages(plan), warnings };
	}

	/** What `down` would do. */
	planDown(taps: readonly string[]): PlanReport {
		const plan = planDown(this.#kinds, this.#kernel, this.#journal.state, [{ id: 0, taps }]);
		return { steps: stepsWithMessages(plan), warnings: [] };
	}

	/** What is ours and where it has drifted from what was applied; without names, also what else carries our marks. */
	status(
		taps?: readonly string[],
		{ verify = false, remembered }: Pick<StatusOptions, "verify" | "remembered"> = {},
	): StatusReport {
		const report = statusReport(this.#kinds, this.#kernel, this.#journal, this.unfinished, {
			taps,
			verify,
			remembered,
			place: this.#ownership.place,
		});
		return this.#withProvisional(report);
	}

	/**
	 * The command of a transaction that a killed process left unfinished, or that could not be undone; `recover` handles
	 * it.
	 */
	get unfinished(): string | undefined {
		const [residual] = this.#journal.residuals.values();
		return this.#toUndo?.command ?? this.#toFinish[0]?.command ?? residual?.command;
	}

	/** Whether something must be undone or finished before another transaction can begin. */
	get isInterrupted(): boolean {
		return this.#toUndo !== undefined || this.#toFinish.length > 0;
	}

	/** The change that waits to be confirmed, if its deadline is not over. */
	get provisional(): ProvisionalReport | undefined {
		return provisionalReport(this.#journal.unfinished, this.#ownership.now);
	}

	/** Make the provisional change permanent. @throws NotConfirmedError, ConflictError if there is nothing to confirm */
	confirm(): ConfirmReport {
		return confirm(this.#kernel, this.#journal, this.#ownership.now, () => this.recover());
	}

	/** Undo the provisional change now, before its deadline, if it is this transaction. @throws RollbackError */
	rollBack(transaction: string): void {
		const { unfinished, orphan } = this.#journal;
		if (orphan?.transaction === transaction) undoOrphan(this.#kernel, this.#journal, orphan);
		if (unfinished?.transaction !== transaction) return;
		const { residual } = recover(this.#kernel, this.#journal, { unfinished });
		this.#endFlowsOfAll();
		if (residual.length > 0) throw new RollbackError(residual, { step: unfinished.command });
	}

	/**
	 * Undo or finish what a killed process began, and undo what nobody confirmed in time, so that other transactions can
	 * begin.
	 */
	resume(): void {
		const unfinished = this.#toUndo;
		recover(this.#kernel, this.#journal, { unfinished, pending: this.#toFinish });
		if (unfinished !== undefined) this.#endFlowsOfAll();
	}

	/** After an undo, flows may remain that were accepted only meanwhile. Which taps they are of is not recorded. */
	#endFlowsOfAll(): void {
		const { state } = this.#journal;
		endFlows(this.#kernel, state, new Set(state.taps.keys()), this.#ownership.forbids);
	}

	/**
	 * The same as `resume`. Also try again to undo or give back what could not be before.
	 * @throws RollbackError that names what still cannot be
	 */
	recover(): RecoverReport {
		const { orphan } = this.#journal;
		if (orphan !== undefined && provisionalReport(orphan, this.#ownership.now) === undefined)
			undoOrphan(this.#kernel, this.#journal, orphan);
		const step = this.unfinished;
		const { report, residual } = recover(this.#kernel, this.#journal, {
			unfinished: this.#toUndo,
			pending: this.#toFinish,
			residuals: [...this.#journal.residuals.values()],
		});
		if (report.outcome === "undone") this.#endFlowsOfAll();
		if (residual.length > 0) throw new RollbackError(residual, { step });
		return this.#withProvisional(report);
	}

	/**
	 * Delete objects that carry our marks but are not in the journal, and restore what their marks say was changed for
	 * them.
	 * @throws ConflictError if an object of others depends on one; the error of the failing step after everything was
	 * undone
	 */
	removeStrays(): StrayReport {
		this.#refuseWhileProvisional();
		const found = ours(this.#strays());
		const plan = planRemoval(this.#kinds, this.#kernel, this.#journal.state, found);
		const { losses } = this.#apply(plan, "recover --strays", {});
		const remaining = new Set(ours(this.#strays()).map(({ what }) => what));
		const report = {
			strays: found.map(({ what }) => what).filter((what) => !remaining.has(what)),
			steps: stepsWithMessages(plan),
			residual: [...remaining],
		};
		return withLosses(report, losses, 0);
	}

	#strays = () =>
		strays(this.#kinds, this.#kernel, this.#journal, { place: this.#ownership.place });

	/**
	 * Forget what could not be undone or given back, of these taps and networks or of all. @returns what was forgotten
	 */
	giveUp(names: readonly string[] = []): string[] {
		return giveUp(this.#journal, names);
	}

	get #toFinish(): PendingDeletes[] {
		return abandonedDeletes(this.#journal, this.#ownership);
	}

	/** The transaction that must be undone. A provisional one before its deadline need not be. */
	get #toUndo(): Unfinished | undefined {
		return this.provisional === undefined ? this.#journal.unfinished : undefined;
	}

	/** A report that also tells which change waits to be confirmed. */
	#withProvisional<R extends object>(report: R): R & { readonly provisional?: ProvisionalReport } {
		const { provisional } = this;
		return provisional === undefined ? report : { ...report, provisional };
	}

	/** @throws ProvisionalError if another change waits to be confirmed: nothing may depend on what is possibly undone */
	#refuseWhileProvisional(): void {
		const { provisional } = this;
		if (provisional !== undefined)
			throw new ProvisionalError(provisional.command, Math.ceil(provisional.remaining));
	}

	#apply(plan: Plan, command: string, { deferDeletes, confirmWithin, spared }: ApplyOptions) {
		refuseCut(plan, spared, command);
		const transaction = `${this.#ownership.owner}-${++count}`;
		const deadline =
			confirmWithin === undefined ? undefined : () => this.#ownership.now() + confirmWithin;
		return apply(this.#kernel, this.#journal, plan, {
			transaction,
			command,
			names: () => namesIn(plan, this.#journal.state),
			deferDeletes,
			deadline,
			whose: (link) => this.#ownership.whose?.(link),
		});
	}

	#planUp(requests: readonly UpRequest[], maxAge: number, prune: readonly string[]): Plan {
		const { state } = this.#journal;
		const isRecent = this.#verified.begin(maxAge);
		const facts = {
			readLinkIndex: this.#readLinkIndex,
			isRecent,
			place: this.#ownership.place,
			isBeingDeleted: (index: number) => isBeingDeleted(this.#journal, index),
		};
		const plan = planUp(this.#kinds, this.#kernel, state, requests, facts, prune);
		const shared = [...plan.wanted.keys()].filter((key) => state.users(key).size > 1);
		if (maxAge > 0) this.#verified.record(shared);
		return plan;
	}
}

const NO_TAPS: readonly string[] = [];

const command = (verb: string, names: readonly string[]): string =>
	names.length > 8
		? `${verb} ${names.slice(0, 8).join(" ")} and ${names.length - 8} more`
		: `${verb} ${names.join(" ")}`;
