import { expect } from "vitest";
import { RollbackError } from "../../src/engine/error.js";
import { UmlnetError } from "../../src/sys/error.js";
import type { Operation } from "../../src/testing/fake/faults.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { CountingJournal } from "./death.js";
import { namedPictureOf } from "./picture.js";
import { Rig } from "./rig.js";
import { namesIn, type Parting, type Scenario } from "./scenarios.js";

/** An operation on a prepared host, and the states of the host before and after it. */
export class Run {
	readonly name: string;
	readonly verb: "up" | "down";
	readonly start: string;
	readonly end: string;
	/** What the journal says before and after. */
	readonly #ours: readonly [start: string, end: string];
	/** All requests to the kernel if nothing goes wrong. */
	readonly operations: readonly Operation[];
	/** The number of writes to the journal. */
	readonly writes: number;
	readonly #directory: string;
	readonly #ready: (rig: Rig) => void;
	readonly act: (rig: Rig) => void;
	readonly #host: (kernel: FakeKernel) => void;
	readonly #named: string;

	constructor(
		directory: string,
		verb: "up" | "down",
		name: string,
		host: (kernel: FakeKernel) => void,
		ready: (rig: Rig) => void,
		act: (rig: Rig) => void,
	) {
		this.name = `${name}: ${verb}`;
		this.verb = verb;
		this.#directory = directory;
		this.#host = host;
		this.#ready = ready;
		this.act = act;
		const rig = this.ready();
		const journal = new CountingJournal(rig.state);
		rig.restart(journal);
		this.start = rig.picture();
		const ours = rig.ours();
		act(rig);
		this.#ours = [ours, rig.ours()];
		this.operations = rig.kernel.operations;
		this.writes = journal.writes;
		this.end = rig.picture();
		this.#named = namedPictureOf(rig.kernel);
		rig.close();
	}

	/** The positions of the operations, counted from 1. */
	get places(): number[] {
		return this.operations.map((_, i) => i + 1);
	}
	at(k: number): Operation {
		return this.operations[k - 1] as Operation;
	}

	/** A host with everything that precedes the run. */
	ready(): Rig {
		const rig = new Rig(this.#directory, this.#host);
		this.#ready(rig);
		rig.kernel.heal();
		return rig;
	}

	/** Run it. Returns the error that the user would see. */
	attempt(rig: Rig): UmlnetError | undefined {
		try {
			this.act(rig);
			return undefined;
		} catch (error) {
			if (error instanceof UmlnetError) return error;
			throw error;
		}
	}

	/**
	 * What is wrong with the result. Either everything must be done; or the host must be as it was, with a typed error;
	 * or everything that is left must be named, and `recover` must lead to one of the two.
	 */
	flaw(rig: Rig, error: UmlnetError | undefined): string | undefined {
		const now = rig.picture();
		if (error instanceof RollbackError) return this.#flawOfRollback(rig, error, now);
		if (!rig.journal.isSettled) return `unfinished after ${told(error)}`;
		if (error === undefined && rig.journal.residuals.size > 0) return this.#flawOfLoss(rig);
		if (error === undefined)
			return now === this.end ? this.flawOfState(rig) : "done, but not all of it";
		return now === this.start ? this.flawOfState(rig) : `not as it was after ${told(error)}`;
	}

	/** Whether the journal agrees with the state of the host. */
	flawOfState(rig: Rig): string | undefined {
		const now = rig.picture();
		const states = this.#ours.filter((_, i) => now === [this.start, this.end][i]);
		return states.includes(rig.ours()) ? undefined : "the journal says something else";
	}

	#flawOfRollback(rig: Rig, error: RollbackError, now: string): string | undefined {
		const { unfinished, pendingDeletes, residuals } = rig.journal;
		if (unfinished !== undefined) return `others are locked out after ${told(error)}`;
		if (residuals.size + pendingDeletes.size === 0) return `forgotten after ${told(error)}`;
		const goal = residuals.size === 0 ? this.end : this.start;
		const steps = [...residuals.values(), ...pendingDeletes.values()].map(({ steps }) => steps);
		const labels = new Set(steps.flat().map(({ label }) => label));
		const strange = error.residual.filter((label) => !labels.has(label));
		if (strange.length > 0) return `${strange.join()} is no step`;
		const unnamed = unnamedIn(error.residual, goal, now);
		if (unnamed.length > 0) return `${unnamed.join()} not named in ${error.residual.join("; ")}`;
		rig.kernel.heal();
		rig.restart();
		const { outcome } = rig.recover();
		if (outcome === "nothing") return "nothing to recover";
		return rig.picture() === goal ? this.flawOfState(rig) : `${outcome}, but not exactly`;
	}

	/** What could not be given back must be remembered, and `recover` must give it back. */
	#flawOfLoss(rig: Rig): string | undefined {
		rig.kernel.heal();
		rig.restart();
		const { outcome } = rig.recover();
		if (outcome !== "undone") return `losses, but ${outcome} to recover`;
		if (rig.journal.residuals.size > 0) return "a loss is still there after recover";
		return rig.picture() === this.end ? this.flawOfState(rig) : "losses, and not all given back";
	}

	/** Whether the operation succeeds after the trouble is over. */
	flawOfAgain(rig: Rig): string | undefined {
		rig.kernel.heal();
		const error = this.attempt(rig);
		if (error !== undefined) return `again: ${told(error)}`;
		return namedPictureOf(rig.kernel) === this.#named ? undefined : "again, but not all of it";
	}
}

export const told = (error: UmlnetError | undefined): string =>
	error === undefined ? "success" : `${error.name}: ${error.message}`;

interface Picture {
	readonly links: readonly { readonly index: number; readonly name: string }[];
	readonly routes: readonly { readonly hops: readonly { readonly oif?: number }[] }[];
	readonly tables: unknown;
	readonly conf: unknown;
}

/** The names of objects that are in a wrong state and were not reported. */
export function unnamedIn(residual: readonly string[], goal: string, now: string): string[] {
	if (goal === now) return [];
	const a = JSON.parse(goal) as Picture;
	const b = JSON.parse(now) as Picture;
	const isNamed = (name: string): boolean => residual.some((label) => label.includes(name));
	const wrong = new Set<string>();
	// Switching forwarding for the whole host switches that of each link.
	const isOfHost = isNamed("ip_forward") || isNamed("IPv6 forwarding of all interfaces");
	for (const link of odd(a.links, b.links)) if (!isOfHost) wrong.add(link.name);
	const names = new Map([...a.links, ...b.links].map(({ index, name }) => [index, name]));
	for (const { hops } of odd(a.routes, b.routes))
		for (const { oif } of hops) wrong.add(names.get(oif ?? 0) ?? "route");
	if (odd([a.conf], [b.conf]).length > 0 && !isOfHost) wrong.add("net/ipv4/");
	if (odd([a.tables], [b.tables]).length > 0 && !IN_TABLE.some(isNamed)) wrong.add("nft table");
	return [...wrong].filter((name) => !isNamed(name));
}

/** How labels describe elements of our sets. */
const IN_TABLE = [
	...[
		"source NAT",
		"as a segment of guests",
		"as a guest",
		"way ",
		"guard of ",
		"publish ",
		"limit ",
	],
	...["egress ", "host ", "inbound ", "what was dropped of "],
];

/** The items that are in only one of two lists. */
function odd<T>(a: readonly T[], b: readonly T[]): T[] {
	const texts = (values: readonly T[]) => new Map(values.map((one) => [JSON.stringify(one), one]));
	const [left, right] = [texts(a), texts(b)];
	return [
		...[...left].filter(([text]) => !right.has(text)),
		...[...right].filter(([text]) => !left.has(text)),
	].map(([, value]) => value);
}

/** All runs: every start and every change as an up, and a down of everything that is up. */
export function runsOf(
	directory: string,
	{ name, host, before = [], spec, meanwhile }: Scenario,
): Run[] {
	const ready = (rig: Rig): void => {
		for (const wanted of before) rig.up(wanted);
		if (meanwhile !== undefined) rig.kernel.aside(() => meanwhile(rig.kernel));
	};
	const up = new Run(directory, "up", name, host, ready, (rig) => rig.up(spec));
	if (before.length > 0) return [up];
	const taps = namesIn(spec);
	const down = new Run(
		directory,
		"down",
		name,
		host,
		(rig) => rig.up(spec),
		(rig) => rig.down(...taps),
	);
	return [up, down];
}

/** A run that takes some taps down while others stay. */
export const partingRun = (directory: string, { name, host, before, going }: Parting): Run =>
	new Run(
		directory,
		"down",
		name,
		host,
		(rig) => {
			for (const wanted of before) rig.up(wanted);
		},
		(rig) => rig.down(...going),
	);

export const noFlaws = (flaws: readonly string[]): void => {
	expect({ count: flaws.length, first: flaws.slice(0, 20) }).toEqual({ count: 0, first: [] });
};
