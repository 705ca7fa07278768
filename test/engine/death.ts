import { statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { Journal } from "../../src/engine/journal.js";
import type { StepRecord } from "../../src/engine/record.js";
import type { Delta } from "../../src/engine/state.js";
import type { FakeKernel } from "../fake/kernel.js";

/** The process dies here. Not an Error: whoever takes it for one and goes on is found out. */
export class Death {
	readonly name = "Death";
	readonly message = "the process died";
}

/** How much of the write at which the process dies reaches the file. */
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

/** A journal whose every write goes through one place. */
export class CountingJournal extends Journal {
	writes = 0;

	override begin(transaction: string, command: string, undo: readonly StepRecord[]): void {
		this.write(() => super.begin(transaction, command, undo));
	}
	override past(transaction: string, steps: readonly StepRecord[], delta: Delta): void {
		this.write(() => super.past(transaction, steps, delta));
	}
	override commit(transaction: string, delta?: Delta): void {
		this.write(() => super.commit(transaction, delta));
	}
	override abort(transaction: string): void {
		this.write(() => super.abort(transaction));
	}

	protected write(append: () => void): void {
		this.writes++;
		append();
	}
}

/** Which write of a process is its last, how much of it reaches the file, and what else dies with it. */
export interface Fate {
	readonly at: number;
	readonly share: Share;
	readonly die: () => void;
}

/** The journal of a process that dies; who is dead writes nothing. */
export class MortalJournal extends CountingJournal {
	readonly #path: string;
	readonly #isDead: () => boolean;
	readonly #fate: Fate;

	constructor(directory: string, isDead: () => boolean, fate: Fate) {
		super(directory);
		this.#path = join(directory, "journal");
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

/** From the k-th operation on, which is still done or not, the process is no more. */
export function dieAt(kernel: FakeKernel, k: number, when: "before" | "after"): void {
	const death = new Death();
	if (when === "before") kernel.failAt(k, death, "forever", "before");
	else {
		kernel.failAt(k, death, "once", "after");
		kernel.failAt(k + 1, death, "forever", "before");
	}
}
