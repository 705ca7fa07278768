import { execute, type Failures } from "../kernel/execute.js";
import type { Kernel } from "../kernel/kernel.js";
import { KernelError, type UmlnetError } from "../sys/error.js";
import { RollbackError } from "./error.js";
import { explain, type Whose } from "./explain.js";
import { idleSteps, isMoot, trailingBatch } from "./failed-steps.js";
import type { Ledger, PendingDeletes } from "./journal/ledger.js";
import type { ResidualRecord, StepRecord } from "./journal/record.js";
import type { PlannedStep } from "./kind.js";
import { finish } from "./pending-deletes.js";
import type { Plan } from "./plan.js";
import type { PlannedLoss } from "./planner.js";
import { type Residual, undo } from "./rollback.js";
import type { Delta } from "./state.js";

/** How a transaction ended: the requests that failed, each with its error. All other requests were committed. */
export interface Applied {
	readonly rejected: ReadonlyMap<number, UmlnetError>;
	/** What could not be given back to others. */
	readonly losses: readonly PlannedLoss[];
	/** With `deferDeletes`: the links that the caller has to delete. */
	readonly pending: PendingDeletes | undefined;
}

export interface ApplyOptions {
	/** The name of the transaction, which no other transaction of any process has. */
	readonly transaction: string;
	/** The command of the user, for messages. */
	readonly command: string;
	/** The names of the taps and networks concerned. Called if something cannot be undone. */
	readonly names: () => readonly string[];
	/**
	 * Leave deleting links, which cannot be undone, to the caller: the journal lists them as pending, and other
	 * transactions may begin.
	 */
	readonly deferDeletes?: boolean | undefined;
	/** If it is provisional: its deadline, in milliseconds since boot. Called when all steps are done. */
	readonly deadline?: (() => number) | undefined;
	/**
	 * The steps that give something back to others and were refused in an earlier attempt. If they are refused again,
	 * each is a loss.
	 */
	readonly refused?: ReadonlySet<string> | undefined;
	/** Tells to whom a link belongs that is in the way. */
	readonly whose?: Whose | undefined;
}

/**
 * Run a plan: write the undo to the journal, do the steps, and end with either all of them done or the host as it was.
 * A step that belongs to only one of several requests fails alone: its request is undone and rejected, the others go
 * on.
 * @throws the error of the failing step after everything was undone; RollbackError if undoing failed as well
 */
export function apply(kernel: Kernel, journal: Ledger, plan: Plan, options: ApplyOptions): Applied {
	const { transaction, command, names, deferDeletes, deadline } = options;
	if (plan.steps.length === 0 && plan.final.length === 0 && isEmpty(plan.delta))
		return { rejected: new Map(), losses: plan.losses, pending: undefined };
	journal.begin(transaction, command, undoOf(plan.steps));
	const progress = new Progress(kernel, plan, options);
	try {
		progress.steps();
		const { final, delta } = progress.remaining();
		const deletes = recordsOf(final);
		if (deadline !== undefined)
			journal.provisional({ transaction, deadline: deadline(), steps: deletes, delta });
		else if (deletes.length === 0 && isEmpty(delta)) journal.abort(transaction);
		else journal.commit(transaction, delta, deletes);
	} catch (error) {
		const residuals = [...progress.residual, undo(kernel, progress.done)];
		const steps = residuals.flatMap((one) => one.steps);
		const labels = residuals.flatMap((one) => one.labels);
		const thrown = rolledBack(
			journal,
			{ transaction, command, names: names(), steps },
			labels,
			error,
		);
		// Everything was undone and the plan is still valid, so it is applied again; what is refused once more is a loss.
		if (progress.refused.size > (options.refused?.size ?? 0) && steps.length === 0)
			return apply(kernel, journal, plan, { ...options, refused: progress.refused });
		throw thrown;
	}
	if (progress.losses.length > 0)
		journal.keepResidual({ transaction, command, names: names(), steps: returning(plan) });
	const pending = journal.pendingDeletes.get(transaction);
	if (pending !== undefined && deferDeletes !== true) finish(kernel, journal, pending);
	return { rejected: progress.rejected, losses: [...plan.losses, ...progress.losses], pending };
}

/** The steps that give something back to others, for the journal, in their order. */
const returning = ({ steps }: Plan): StepRecord[] =>
	recordsOf(steps.filter(({ bestEffort }) => bestEffort === true));

/** The steps themselves, for the journal. */
const recordsOf = (final: readonly PlannedStep[]): StepRecord[] =>
	final.map(({ label, effect, do: action }) => ({ label, effect, actions: [action] }));

/** The part of a plan that remains when some of its requests have been rejected. */
type Remaining = Pick<Plan, "final" | "delta">;

const isEmpty = ({ put, drop, up, down, networks = [] }: Delta): boolean =>
	networks.length === 0 && put.length + drop.length + up.length + down.length === 0;

/** The undo of the steps, for the journal, in the order of the steps and without those that need none. */
const undoOf = (steps: readonly PlannedStep[]): StepRecord[] =>
	steps
		.filter(({ undo }) => undo.length > 0)
		.map(({ label, effect, undo }) => ({ label, effect, actions: undo }));

/** The progress of a transaction. */
class Progress {
	readonly rejected = new Map<number, UmlnetError>();
	/** The steps that have run, completely or in part, in order. */
	done: PlannedStep[] = [];
	/** What could not be given back. */
	readonly losses: PlannedLoss[] = [];
	/** The steps that give something back and were refused, including earlier attempts. */
	readonly refused: Set<string>;
	/** What could not be undone of rejected requests. */
	readonly residual: Residual[] = [];
	readonly #again: ReadonlySet<string>;
	readonly #kernel: Kernel;
	readonly #plan: Plan;

	readonly #whose: Whose | undefined;

	constructor(kernel: Kernel, plan: Plan, { refused = new Set(), whose }: ApplyOptions) {
		this.#whose = whose;
		this.refused = new Set(refused);
		this.#again = refused;
		this.#kernel = kernel;
		this.#plan = plan;
	}

	/** @throws the error of a step that several requests share, or of the only request */
	steps(): void {
		let todo: readonly PlannedStep[] = this.#plan.steps;
		while (todo.length > 0) {
			const failures = execute(
				this.#kernel,
				todo.map((step) => step.do),
			);
			if (!failures.some(isFailure)) {
				this.done = this.done.concat(todo);
				return;
			}
			const ran = todo.slice(0, failures.length);
			const moot = new Set(ran.filter((step, i) => isMoot(this.#kernel, step, failures[i])));
			const idle = idleSteps(ran, failures);
			this.done.push(...ran.filter((step) => !moot.has(step) && !idle.has(step)));
			this.#reject(ran, failures, moot);
			const rest = todo.slice(failures.length);
			// If one message of a batch was refused, nothing of the batch was done, so its other steps are tried again.
			const again = trailingBatch(ran);
			todo = [...again, ...rest].filter((step) => !moot.has(step) && !this.#isOut(step));
		}
	}

	remaining(): Remaining {
		const { final, delta } = this.#plan;
		if (this.rejected.size === 0) return { final, delta };
		const isIn = (name: string): boolean =>
			!this.rejected.has(this.#plan.requestOf.get(name) ?? -1);
		const isWanted = (key: string): boolean =>
			this.#plan.wanted.get(key)?.requestIds.some((id) => !this.rejected.has(id)) ?? false;
		return {
			final: final.filter((step) => !this.#isOut(step)),
			delta: {
				...delta,
				up: delta.up.filter(({ report }) => isIn(report.name)),
				put: delta.put.filter(({ key }) => isWanted(key)),
				networks: this.#networksOf(delta.up.filter(({ report }) => isIn(report.name))),
			},
		};
	}

	#networksOf(taps: Delta["up"]): Delta["networks"] {
		const names = new Set(taps.map(({ report }) => report.network));
		return this.#plan.delta.networks?.filter(({ name }) => names.has(name));
	}

	#isOut = (step: PlannedStep): boolean =>
		step.requestId !== undefined && this.rejected.has(step.requestId);

	#reject(ran: readonly PlannedStep[], failures: Failures, moot: ReadonlySet<PlannedStep>): void {
		const failed = new Map<number, UmlnetError>();
		for (const [i, failure] of failures.entries()) {
			const step = ran[i] as PlannedStep;
			if (failure === undefined || moot.has(step)) continue;
			// Settings of one link are sent as one message and get one error, which may be about any of them.
			if (failure instanceof KernelError) failure.hint ??= step.advice?.[failure.errno];
			const error = explain(failure, step, this.#whose);
			if (step.bestEffort === true && this.#again.has(step.label)) {
				const { label: subject, requestId } = step;
				this.losses.push({ subject, reason: error.message, requestId });
				continue;
			}
			if (step.bestEffort === true) this.refused.add(step.label);
			if (step.requestId === undefined) throw error;
			if (!failed.has(step.requestId)) failed.set(step.requestId, error);
		}
		const out = new Set([...this.rejected.keys(), ...failed.keys()]);
		for (const error of failed.values())
			if (this.#plan.inseparable.some((ids) => ids.every((id) => out.has(id)))) throw error;
		for (const [id, error] of failed) {
			this.rejected.set(id, error);
			const theirs = this.done.filter((step) => step.requestId === id);
			this.done = this.done.filter((step) => step.requestId !== id);
			const residual = undo(this.#kernel, theirs);
			this.residual.push(residual);
			if (residual.steps.length > 0) throw error;
		}
	}
}

const isFailure = (failure: Error | undefined): boolean => failure !== undefined;

/**
 * Write to the journal that a transaction was undone, and what of it could not be, which blocks no other transaction.
 * @returns the error to throw
 */
function rolledBack(
	journal: Ledger,
	residual: ResidualRecord,
	labels: readonly string[],
	error: unknown,
): unknown {
	const { transaction, steps } = residual;
	try {
		if (steps.length > 0) journal.keepResidual(residual);
		journal.abort(transaction);
	} catch {
		// The first error is the one to report. A recovery will undo all of it again, which is harmless.
	}
	return steps.length > 0 ? new RollbackError(labels, { cause: error }) : error;
}
