import { parseCidr } from "../inet/cidr.js";
import { messagesOf } from "../kernel/action.js";
import type { Kernel, Subnet } from "../kernel/kernel.js";
import { UmlnetError } from "../sys/error.js";
import { apply, confirm, finish } from "./apply.js";
import { ConflictError, NotConfirmedError, ProvisionalError } from "./error.js";
import { type Ledger, linksOf, type PendingDeletes, type Unfinished } from "./journal/ledger.js";
import { type Kinds, kindOf, linkKey, type PlannedStep } from "./kind.js";
import { type Plan, planDown, planUp, type UpRequest } from "./plan.js";
import type { PlannedLoss } from "./planner.js";
import { RecheckCache } from "./recheck-cache.js";
import { recover } from "./recover.js";
import type {
	ConfirmReport,
	DownReport,
	LossReport,
	PlanReport,
	ProvisionalReport,
	RecoverReport,
	StatusReport,
	StepReport,
	TapStatus,
	UpReport,
} from "./report.js";
import { strays, verify } from "./verify.js";

/** Whose transactions are whose. */
export interface Ownership {
	/** What the names of ours begin with, and of nobody else's who writes this journal. */
	readonly owner: string;
	/** Whether no process is about to run the pending deletes of this transaction any more. */
	isAbandoned(transaction: string): boolean;
	/** Milliseconds since boot, the same for all processes. */
	now(): number;
}

// Of all engines of this thread: they may write the same journal.
let count = 0;

/** How one request of a group ended. */
export type RequestOutcome<R> = { readonly report: R } | { readonly error: UmlnetError };

/** Taps to take down, all or none. */
export interface DownRequest {
	readonly id: number;
	readonly taps: readonly string[];
}

/**
 * The core: specs become plans, plans become transactions. Synchronous code over the `Kernel` seam; whoever
 * calls it holds the lock and has let the journal take in what others wrote.
 */
export class Engine {
	readonly #kernel: Kernel;
	readonly #journal: Ledger;
	readonly #kinds: Kinds;
	/** The index of a link of the host, by name. @throws SpecError when there is none */
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
	 * `confirmWithin` all of it is undone again unless it is confirmed within so many milliseconds. Shared objects (the
	 * nft table, uplink forwarding) that were verified less than `maxAge` ms ago are not read again: a change made by
	 * others in that window is noticed at the next check.
	 */
	up(
		requests: readonly UpRequest[],
		confirmWithin?: number,
		maxAge = 0,
	): ReadonlyMap<number, RequestOutcome<UpReport>> {
		try {
			return this.#up(requests, confirmWithin, maxAge);
		} catch (error) {
			const { wasUsed } = this.#verified;
			this.#verified.invalidate();
			// Perhaps a shared object that was not verified for this is not there any more.
			if (!wasUsed || this.#journal.unfinished !== undefined) throw error;
			return this.#up(requests, confirmWithin, 0);
		}
	}

	#up(
		requests: readonly UpRequest[],
		confirmWithin: number | undefined,
		maxAge: number,
	): ReadonlyMap<number, RequestOutcome<UpReport>> {
		this.#refuseWhileProvisional();
		this.#finishDeletesOf(() =>
			requests
				.flatMap(({ taps }) => taps.flatMap(({ resources }) => resources))
				.map(({ kind, want }) => kindOf(this.#kinds, kind).key(want)),
		);
		const plan = this.#planUp(requests, maxAge);
		const names = requests.flatMap(({ taps }) => taps.map(({ report }) => report.name));
		const parked = requests
			.flatMap(({ taps }) => taps)
			.filter(({ report }) => report.mode === "parked");
		const subnets = this.#subnets(parked.map(({ report }) => report.name));
		const { rejected, losses } = this.#apply(plan, command("up", names), { confirmWithin });
		if (rejected.size > 0) this.#verified.invalidate();
		this.#forgetFlows(subnets);
		const steps = stepsByRequest(plan);
		return new Map(
			requests.map(({ id, taps }): [number, RequestOutcome<UpReport>] => {
				const error = rejected.get(id);
				if (error !== undefined) return [id, { error }];
				const theirs = steps.get(id) ?? [];
				const reports = taps.flatMap(
					({ report }) => this.#journal.state.taps.get(report.name)?.report ?? [],
				);
				const report = { changed: theirs.length > 0, steps: theirs, taps: reports };
				return [id, { report: this.#withProvisional(withLosses(report, losses, id)) }];
			}),
		);
	}

	/**
	 * Take down the taps of all requests in one transaction. With `deferDeletes` links are not deleted yet: the
	 * journal lists them as pending, and the caller has that done. `confirmWithin` as for `up`.
	 */
	down(
		requests: readonly DownRequest[],
		deferDeletes = false,
		confirmWithin?: number,
	): ReadonlyMap<number, RequestOutcome<DownReport>> {
		this.#refuseWhileProvisional();
		this.#finishDeletesOf(() => requests.flatMap(({ taps }) => taps.map(linkKey)));
		const { state } = this.#journal;
		const there = new Set(
			requests.flatMap(({ taps }) => taps.filter((name) => state.taps.has(name))),
		);
		const plan = planDown(this.#kinds, this.#kernel, state, requests);
		const names = [...plan.requestOf.keys()];
		const subnets = this.#subnets(names);
		const options = { deferDeletes, confirmWithin };
		const { losses } = this.#apply(plan, command("down", names), options);
		this.#forgetFlows(subnets);
		const steps = stepsByRequest(plan);
		return new Map(
			requests.map(({ id, taps }): [number, RequestOutcome<DownReport>] => {
				const down = taps.filter((name) => there.has(name));
				const report = { changed: down.length > 0, steps: steps.get(id) ?? [], taps: down };
				return [id, { report: this.#withProvisional(withLosses(report, losses, id)) }];
			}),
		);
	}

	/** What `up` would do. */
	planUp(requests: readonly UpRequest[]): PlanReport {
		return { steps: reportOf(this.#planUp(requests)) };
	}

	/** What `down` would do. */
	planDown(taps: readonly string[]): PlanReport {
		const plan = planDown(this.#kinds, this.#kernel, this.#journal.state, [{ id: 0, taps }]);
		return { steps: reportOf(plan) };
	}

	/**
	 * What is ours and where it drifted from what was made. Reads the kernel object by object. `verify`: whether
	 * it is exactly as applied, and what else carries our marks; that reads all links, addresses and routes.
	 */
	status(names?: readonly string[], options: { readonly verify?: boolean } = {}): StatusReport {
		const report = this.#status(names, options.verify ? this.#differences : this.#drift);
		if (!options.verify) return report;
		const found = names === undefined ? strays(this.#kinds, this.#kernel, this.#journal.state) : [];
		const exact =
			report.resources.every(({ drift }) => drift.length === 0) &&
			found.length === 0 &&
			report.unfinished === undefined &&
			(names ?? []).every((name) => report.taps.some((tap) => tap.name === name));
		return { ...report, strays: found, exact };
	}

	#status(
		names: readonly string[] | undefined,
		look: (key: string) => readonly string[],
	): StatusReport {
		const { state } = this.#journal;
		const wanted = names ?? [...state.taps.keys()];
		const taps = wanted.flatMap((name): TapStatus[] => {
			const tap = state.taps.get(name);
			if (tap === undefined) return [];
			const drift = tap.keys.flatMap(look);
			return [{ ...tap.report, drift }];
		});
		const keys = new Set(wanted.flatMap((name) => state.taps.get(name)?.keys ?? []));
		const resources = [...keys].flatMap((key) => {
			const entry = state.entries.get(key);
			if (entry === undefined) return [];
			return [{ kind: entry.kind, key, taps: [...state.users(key)], drift: look(key) }];
		});
		return this.#withProvisional({ taps, resources, unfinished: this.unfinished });
	}

	/** The command of what a killed process did not finish, or nobody confirmed in time; `recover` ends it. */
	get unfinished(): string | undefined {
		return this.#toUndo?.command ?? this.#toFinish[0]?.command;
	}

	/** What waits to be confirmed, and still may be. */
	get provisional(): ProvisionalReport | undefined {
		const { unfinished } = this.#journal;
		if (unfinished?.provisional === undefined) return undefined;
		const { transaction, command } = unfinished;
		const remaining = (unfinished.provisional.deadline - this.#ownership.now()) / 1000;
		return remaining > 0 ? { transaction, command, remaining } : undefined;
	}

	/** The provisional change stands from now on. @throws NotConfirmedError, ConflictError when there is nothing to confirm */
	confirm(): ConfirmReport {
		const { unfinished, confirmOutcome } = this.#journal;
		if (unfinished?.provisional !== undefined && this.provisional !== undefined) {
			confirm(this.#kernel, this.#journal, unfinished.provisional);
			const steps = unfinished.provisional.steps.map(({ label }) => ({
				label,
				path: "",
				messages: [],
			}));
			return { changed: true, transaction: unfinished.command, steps };
		}
		if (unfinished?.provisional !== undefined) {
			this.recover();
			throw new NotConfirmedError(unfinished.command);
		}
		if (confirmOutcome === undefined)
			throw new ConflictError("confirmation", "nothing that waits for it", "a provisional change", {
				hint: "it was rolled back if its time was over; umlnet-nl status shows what is there",
			});
		const { command, confirmed } = confirmOutcome;
		if (!confirmed) throw new NotConfirmedError(command);
		return { changed: false, transaction: command, steps: [] };
	}

	/** Undo the provisional change now, before its deadline, if it is that of this transaction. @throws RollbackError */
	rollBack(transaction: string): void {
		const { unfinished } = this.#journal;
		if (unfinished?.transaction === transaction)
			recover(this.#kernel, this.#journal, unfinished, []);
	}

	/** Undo or finish what a killed process began, and undo what nobody confirmed in time. */
	recover(): RecoverReport {
		const report = recover(this.#kernel, this.#journal, this.#toUndo, this.#toFinish);
		return this.#withProvisional(report);
	}

	/** The transaction that is to be undone: not a provisional one before its deadline. */
	get #toUndo(): Unfinished | undefined {
		return this.provisional === undefined ? this.#journal.unfinished : undefined;
	}

	/** A report, and what waits to be confirmed. */
	#withProvisional<R extends object>(report: R): R & { readonly provisional?: ProvisionalReport } {
		const { provisional } = this;
		return provisional === undefined ? report : { ...report, provisional };
	}

	/** The pending deletes that no process is about to run any more. */
	get #toFinish(): PendingDeletes[] {
		const { pendingDeletes } = this.#journal;
		if (pendingDeletes.size === 0) return [];
		return [...pendingDeletes.values()].filter(({ transaction }) =>
			this.#ownership.isAbandoned(transaction),
		);
	}

	/** @throws ProvisionalError when something else waits to be confirmed: if that is undone, nothing may rest on it */
	#refuseWhileProvisional(): void {
		const { provisional } = this;
		if (provisional !== undefined)
			throw new ProvisionalError(provisional.command, Math.ceil(provisional.remaining));
	}

	#apply(
		plan: Plan,
		command: string,
		{ deferDeletes, confirmWithin }: { deferDeletes?: boolean; confirmWithin?: number | undefined },
	) {
		const transaction = `${this.#ownership.owner}-${++count}`;
		const deadline =
			confirmWithin === undefined ? undefined : () => this.#ownership.now() + confirmWithin;
		return apply(this.#kernel, this.#journal, plan, {
			transaction,
			command,
			deferDeletes,
			deadline,
		});
	}

	/** Run the pending deletes of links with these keys, so that their names are free when this returns. */
	#finishDeletesOf(keys: () => readonly string[]): void {
		const { pendingDeletes } = this.#journal;
		if (pendingDeletes.size === 0) return;
		const wanted = new Set(keys());
		for (const pending of [...pendingDeletes.values()])
			if (linksOf(pending).some(({ name }) => wanted.has(linkKey(name))))
				finish(this.#kernel, this.#journal, pending);
	}

	/** Where the guests of these taps live: on a bridge that others stay on only they themselves, else their whole segment. */
	#subnets(names: readonly string[]): Subnet[] {
		const { state } = this.#journal;
		const going = new Set(names);
		const isShared = (bridge: string): boolean =>
			[...state.users(linkKey(bridge))].some((user) => !going.has(user));
		return names.flatMap((name) => {
			const report = state.taps.get(name)?.report;
			if (report === undefined) return [];
			const guests = report.guest.addresses.map(parseCidr).map(single);
			if (report.bridge !== undefined && isShared(report.bridge)) return guests;
			return [...report.addresses.map(parseCidr), ...guests];
		});
	}

	/** What was asked for is done by now: it does not fail for flows that could not be forgotten. */
	#forgetFlows(subnets: readonly Subnet[]): void {
		try {
			this.#kernel.forgetFlows(subnets);
		} catch (error) {
			if (!(error instanceof UmlnetError)) throw error;
		}
	}

	#planUp(requests: readonly UpRequest[], maxAge = 0): Plan {
		const { state } = this.#journal;
		const isRecent = this.#verified.begin(maxAge);
		const isBeingDeleted = (index: number): boolean =>
			[...this.#journal.pendingDeletes.values()].some((pending) =>
				linksOf(pending).some((link) => link.index === index),
			);
		const facts = { readLinkIndex: this.#readLinkIndex, isRecent, isBeingDeleted };
		const plan = planUp(this.#kinds, this.#kernel, state, requests, facts);
		const shared = [...plan.wanted.keys()].filter((key) => state.users(key).size > 1);
		if (maxAge > 0) this.#verified.record(shared);
		return plan;
	}

	#drift = (key: string): readonly string[] => {
		const entry = this.#journal.state.entries.get(key);
		if (entry === undefined) return [];
		return kindOf(this.#kinds, entry.kind).drift(entry.made, this.#kernel);
	};

	#differences = (key: string): readonly string[] => {
		const entry = this.#journal.state.entries.get(key);
		return entry === undefined ? [] : verify(this.#kinds, this.#kernel, entry);
	};
}

const single = ({ address }: Subnet): Subnet => ({ address, prefix: 8 * address.length });

const command = (verb: string, names: readonly string[]): string =>
	names.length > 8
		? `${verb} ${names.slice(0, 8).join(" ")} and ${names.length - 8} more`
		: `${verb} ${names.join(" ")}`;

// One list for all: on its way to another thread it is written once a message, not once a step.
const NONE: readonly string[] = [];
const labelOf = ({ label, path }: PlannedStep): StepReport => ({ label, path, messages: NONE });

/** A report, and what one request, or several together, could not give back. */
function withLosses<R extends object>(
	report: R,
	losses: readonly PlannedLoss[],
	id: number,
): R & { readonly losses?: readonly LossReport[] } {
	const theirs = losses.filter(({ requestId }) => requestId === undefined || requestId === id);
	if (theirs.length === 0) return report;
	return { ...report, losses: theirs.map(({ requestId, ...loss }) => loss) };
}

/** The steps of each request, by its id; those that several share stand with each of them. */
function stepsByRequest(plan: Plan): Map<number, StepReport[]> {
	const out = new Map<number, StepReport[]>();
	for (const id of plan.requestOf.values()) if (!out.has(id)) out.set(id, []);
	for (const step of [...plan.steps, ...plan.final])
		if (step.requestId !== undefined) out.get(step.requestId)?.push(labelOf(step));
		else for (const steps of out.values()) steps.push(labelOf(step));
	return out;
}

/** All steps with the messages behind them. */
const reportOf = (plan: Plan): StepReport[] =>
	[...plan.steps, ...plan.final].map((step) => ({
		label: step.label,
		path: step.path,
		messages: messagesOf(step.do),
	}));
