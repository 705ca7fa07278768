import { statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { StateDirectory } from "../../src/engine/journal/directory.js";
import { Journal } from "../../src/engine/journal/journal.js";
import type { ProvisionalRecord, StepRecord } from "../../src/engine/journal/record.js";
import type { Delta } from "../../src/engine/state.js";
import { flawOf } from "../../src/kinds/permitted.js";
import { batchOf } from "../../src/kinds/table.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import type { Rig } from "./rig.js";

/** Thrown where the process dies. It is not an Error, so code that catches errors and continues is found out. */
export class Death {
	readonly name = "Death";
	readonly message = "the process died";
}

/** How much of the write during which the process dies reaches the file. */
export type Share = "nothing" | "all" | "a byte" | "half" | "all but a byte";
export const SHARES: readonly Share[] = ["nothing", "all", "a byte", "half", "all but a byte"];

const kept = (share: Share, bytes: number): number => {
	switch (share) {
		case "nothing":
			return 0;
		case "all":
			return bytes;
		case "a byte":
			return 1;
		case "half":
			return bytes >> 1;
		case "all but a byte":
			return bytes - 1;
	}
};

/** A journal that counts its writes. */
export class CountingJournal extends Journal {
	writes = 0;

	override begin(transaction: string, command: string, undo: readonly StepRecord[]): void {
		this.write(() => super.begin(transaction, command, undo));
	}
	override provisional(record: ProvisionalRecord): void {
		this.write(() => super.provisional(record));
	}
	override expire(transaction: string): void {
		this.write(() => super.expire(transaction));
	}
	override commit(transaction: string, delta: Delta, pending?: readonly StepRecord[]): void {
		this.write(() => super.commit(transaction, delta, pending));
	}
	override end(transaction: string): void {
		this.write(() => super.end(transaction));
	}
	override abort(transaction: string): void {
		this.write(() => super.abort(transaction));
	}

	protected write(append: () => void): void {
		this.writes++;
		append();
	}
}

/** During which write a process dies, how much of the write reaches the file, and what else is lost. */
export interface Fate {
	readonly at: number;
	readonly share: Share;
	readonly die: () => void;
}

/** The journal of a process that dies. After its death it writes nothing. */
export class MortalJournal extends CountingJournal {
	readonly #path: string;
	readonly #isDead: () => boolean;
	readonly #fate: Fate;

	constructor(directory: StateDirectory, isDead: () => boolean, fate: Fate) {
		super(directory, flawOf, batchOf);
		this.#path = join(directory.path, "journal");
		this.#isDead = isDead;
		this.#fate = fate;
	}

	protected override write(append: () => void): void {
		if (this.#isDead()) throw new Death();
		const { at, share, die } = this.#fate;
		const before = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
		super.write(append);
		if (this.writes !== at) return;
		const { size } = statSync(this.#path);
		truncateSync(this.#path, before + kept(share, size - before));
		die();
		throw new Death();
	}
}

/** Let the process die before or after the k-th operation. */
export function dieAt(kernel: FakeKernel, k: number, when: "before" | "after"): void {
	const death = new Death();
	if (when === "before") kernel.failAt(k, death, "forever", "before");
	else {
		kernel.failAt(k, death, "once", "after");
		kernel.failAt(k + 1, death, "forever", "before");
	}
}

/** Where a process dies: at an operation of the kernel, or at a write to the journal. */
export type Place =
	| { readonly operation: number; readonly when: "before" | "after" }
	| { readonly write: number; readonly share: Share };

export const told = (place: Place): string =>
	"operation" in place
		? `${place.when} operation ${place.operation}`
		: `write ${place.write}, ${place.share} of it`;

/** Let another process run `act` and die at a place. Returns whether it died there; any other error is thrown. */
export function dies(rig: Rig, place: Place, act: () => void): boolean {
	const { kernel } = rig;
	kernel.heal();
	const limit = "operation" in place ? place.operation : Number.POSITIVE_INFINITY;
	const fate = {
		at: "write" in place ? place.write : 0,
		share: "write" in place ? place.share : "nothing",
		die: () => dieAt(kernel, 1, "before"),
	} as const;
	let journalDied = false;
	const die = () => {
		journalDied = true;
		fate.die();
	};
	const isDead = () => journalDied || kernel.operations.length >= limit;
	rig.restart(new MortalJournal(rig.state, isDead, { ...fate, die }));
	if ("operation" in place) dieAt(kernel, place.operation, place.when);
	try {
		act();
		if (isDead()) throw new Error(`somebody swallowed the death ${told(place)}`);
		return false;
	} catch (error) {
		if (!(error instanceof Death)) throw error;
		return true;
	} finally {
		kernel.kill();
		kernel.heal();
		rig.restart();
	}
}

const SIDES = ["before", "after"] as const;

/** Every place at which a process may die while it does something. */
export const placesOf = (operations: number, writes: number): Place[] => [
	...Array.from({ length: operations }, (_, i) => i + 1).flatMap((operation) =>
		SIDES.map((when) => ({ operation, when })),
	),
	...Array.from({ length: writes }, (_, i) => i + 1).flatMap((write) =>
		SHARES.map((share) => ({ write, share })),
	),
];
