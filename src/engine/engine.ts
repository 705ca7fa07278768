import type { Kernel, Subnet } from "../kernel/kernel.js";
import { describe } from "../netlink/describe.js";
import { UmlnetError } from "../sys/error.js";
import { apply, finish } from "./apply.js";
import { parseCidr } from "./cidr.js";
import { type Ending, type Journal, linksOf } from "./journal.js";
import { type Kinds, kindOf, linkKey } from "./kind.js";
import { type Plan, type PlannedStep, planDown, planUp, type Unit } from "./plan.js";
import { recover } from "./recover.js";
import type {
	DownReport,
	PlanReport,
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
	/** Whether nobody is about to finish this transaction any more, which is past undoing. */
	isLeft(transaction: string): boolean;
}

// Of all engines of this thread: they may write the same journal.
let count = 0;

const alone: Ownership = { owner: `${process.pid}`, isLeft: () => true };

/** How one unit of a group ended. */
export type UnitOutcome<R> = { readonly report: R } | { readonly error: UmlnetError };

/** Taps to take down as one. */
export interface DownUnit {
	readonly id: number;
	readonly taps: readonly string[];
}

/**
 * The core: specs become plans, plans become transactions. Synchronous code over the `Kernel` seam; whoever
 * calls it holds the lock and has let the journal take in what others wrote.
 */
export class Engine {
	readonly #kernel: Kernel;
	readonly #journal: Journal;
	readonly #kinds: Kinds;
	/** The index of a link of the host, by name. @throws SpecError when there is none */
	readonly #readLinkIndex: (name: string) => number;
	readonly #ownership: Ownership;

	constructor(
		kernel: Kernel,
		journal: Journal,
		kinds: Kinds,
		readLinkIndex: (kernel: Kernel, name: string) => number,
		ownership = alone,
	) {
		this.#ownership = ownership;
		this.#kernel = kernel;
		this.#journal = journal;
		this.#kinds = kinds;
		this.#readLinkIndex = (name) => readLinkIndex(kernel, name);
	}

	/** Bring up the taps of all units in one transaction; a unit that fails alone is rejected alone. */
	up(units: readonly Unit[]): ReadonlyMap<number, UnitOutcome<UpReport>> {
		const links = units.flatMap(({ taps }) => taps.flatMap(({ resources }) => resources));
		this.#await(links.map(({ kind, want }) => kindOf(this.#kinds, kind).key(want)));
		const plan = this.#planUp(units);
		const names = units.flatMap(({ taps }) => taps.map(({ report }) => report.name));
		const parked = units
			.flatMap(({ taps }) => taps)
			.filter(({ report }) => report.mode === "parked");
		const subnets = this.#subnets(parked.map(({ report }) => report.name));
		const { rejected } = this.#apply(plan, command("up", names));
		this.#forgetFlows(subnets);
		const steps = stepsByUnit(plan);
		return new Map(
			units.map(({ id, taps }): [number, UnitOutcome<UpReport>] => {
				const error = rejected.get(id);
				if (error !== undefined) return [id, { error }];
				const theirs = steps.get(id) ?? [];
				const reports = taps.flatMap(
					({ report }) => this.#journal.state.taps.get(report.name)?.report ?? [],
				);
				return [id, { report: { changed: theirs.length > 0, steps: theirs, taps: reports } }];
			}),
		);
	}

	/**
	 * Take down the taps of all units in one transaction. With `leave` what cannot be undone, deleting links, is
	 * left to the caller: it stands in the journal's `endings`.
	 */
	down(units: readonly DownUnit[], leave = false): ReadonlyMap<number, UnitOutcome<DownReport>> {
		this.#await(units.flatMap(({ taps }) => taps.map(linkKey)));
		const there = new Set(this.#journal.state.taps.keys());
		const plan = planDown(this.#kinds, this.#kernel, this.#journal.state, units);
		const names = [...plan.unitOf.keys()];
		const subnets = this.#subnets(names);
		this.#apply(plan, command("down", names), leave);
		this.#forgetFlows(subnets);
		const steps = stepsByUnit(plan);
		return new Map(
			units.map(({ id, taps }): [number, UnitOutcome<DownReport>] => {
				const gone = taps.filter((name) => there.has(name));
				const report = { changed: gone.length > 0, steps: steps.get(id) ?? [], taps: gone };
				return [id, { report }];
			}),
		);
	}

	/** What `up` would do. */
	planUp(units: readonly Unit[]): PlanReport {
		return { steps: reportOf(this.#planUp(units)) };
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
		return { taps, resources, unfinished: this.left };
	}

	/** What a killed process left half done, by the name of its command. */
	get left(): string | undefined {
		return this.#journal.unfinished?.command ?? this.#endings[0]?.command;
	}

	/** End what a killed process left half done. */
	recover(): RecoverReport {
		return recover(this.#kernel, this.#journal, this.#endings);
	}

	/** What is past undoing and nobody is about to finish. */
	get #endings(): Ending[] {
		const { endings } = this.#journal;
		if (endings.size === 0) return [];
		return [...endings.values()].filter(({ transaction }) => this.#ownership.isLeft(transaction));
	}

	#apply(plan: Plan, command: string, leave = false) {
		const transaction = `${this.#ownership.owner}-${++count}`;
		return apply(this.#kernel, this.#journal, plan, { transaction, command, leave });
	}

	/** Links of these keys that are on their way out: they are gone when this returns, and their names free. */
	#await(keys: readonly string[]): void {
		const { endings } = this.#journal;
		if (endings.size === 0) return;
		const wanted = new Set(keys);
		for (const ending of [...endings.values()])
			if (linksOf(ending).some(({ name }) => wanted.has(linkKey(name))))
				finish(this.#kernel, this.#journal, ending);
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

	#planUp(units: readonly Unit[]): Plan {
		return planUp(this.#kinds, this.#kernel, this.#journal.state, units, this.#readLinkIndex);
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

const labelOf = ({ label, path }: PlannedStep): StepReport => ({ label, path, messages: [] });

/** The steps of each unit, those that several share told to each of them. */
function stepsByUnit(plan: Plan): Map<number, StepReport[]> {
	const out = new Map<number, StepReport[]>();
	for (const id of plan.unitOf.values()) if (!out.has(id)) out.set(id, []);
	for (const step of [...plan.steps, ...plan.final])
		for (const [id, steps] of out)
			if (step.unit === undefined || step.unit === id) steps.push(labelOf(step));
	return out;
}

/** All steps with the messages behind them. */
const reportOf = (plan: Plan): StepReport[] =>
	[...plan.steps, ...plan.final].map((step) => ({
		label: step.label,
		path: step.path,
		messages: messagesOf(step),
	}));

function messagesOf({ do: action }: PlannedStep): string[] {
	switch (action.via) {
		case "rtnetlink":
			return [describe(action.request)];
		case "nftables":
			return action.batch.map(describe);
		case "sysctl":
			return [`write ${action.value} to /proc/sys/${action.path}`];
		case "tun": {
			const { name, index, owner, group } = action.create;
			const access = [
				owner !== undefined && `TUNSETOWNER ${owner}`,
				group !== undefined && `TUNSETGROUP ${group}`,
			];
			return [
				[`TUNSETIFINDEX ${index}`, `TUNSETIFF ${name}`, ...access].filter(Boolean).join("\n"),
			];
		}
		case "persist":
			return ["TUNSETPERSIST 1"];
		case "unlink":
			return [`RTM_DELLINK\n  ifi_index ${action.link.index}`];
	}
}
