/** A warm pool: taps made ahead, parked until a guest takes one whose name the engine may choose. */
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import type { WantedTap } from "./engine/plan.js";
import { type PoolAccess, parkedTap } from "./kinds/index.js";

export interface PoolOptions {
	/** How many parked taps the pool is filled up to. */
	readonly size: number;
	/** It is refilled when fewer than this many are left. */
	readonly low: number;
	/** Who may open its taps; without either, the user this process runs as. */
	readonly owner?: number | undefined;
	readonly group?: number | undefined;
	/** Frames of its taps carry a virtio header. */
	readonly vnetHdr?: boolean | undefined;
}

// A refill must not make a guest wait long that comes meanwhile: ~3 ms at 0.2 ms a tap.
const REFILL_CHUNK = 16;

/** Which taps are parked, which are out with a guest, and when to make more. Only counts; touches no kernel. */
export class Pool {
	readonly access: PoolAccess;
	readonly #id: string;
	readonly #size: number;
	readonly #low: number;
	readonly #parked: string[] = [];
	readonly #lost: string[] = [];
	readonly #out = new Set<string>();
	#filling = true;

	constructor(options: PoolOptions, id: string) {
		const { size, low, group, vnetHdr } = options;
		const owner = options.owner ?? (group === undefined ? process.getuid?.() : undefined);
		this.access = { owner, group, vnetHdr: vnetHdr ?? false };
		this.#id = id;
		this.#size = size;
		this.#low = low;
	}

	get id(): string {
		return this.#id;
	}

	/** The names of the taps that must go when the pool closes: those that wait, and those given up. */
	get leftovers(): readonly string[] {
		return [...this.#parked, ...this.#lost];
	}

	/** The name that the next guest's tap will have: of one that waits, else of one to be made. */
	next(): string {
		return this.#parked.at(-1) ?? freshName();
	}

	/** A guest gets the tap of that name. */
	take(name: string): void {
		if (this.#parked.at(-1) === name) this.#parked.pop();
		this.#out.add(name);
	}

	/** Taking it failed: whatever is wrong with it, no other guest gets it. */
	lose(name: string): void {
		this.#out.delete(name);
		this.#lost.push(name);
	}

	/** It was deleted. */
	forget(name: string): void {
		this.#out.delete(name);
	}

	/** Whether a tap whose guest has gone comes back here instead of being deleted. */
	wantsBack(name: string): boolean {
		return this.#out.has(name) && this.#parked.length < this.#size;
	}

	/** A tap is parked now. */
	give(name: string): void {
		this.#out.delete(name);
		this.#parked.push(name);
	}

	/** Taps to make now; none while enough wait. Once below the mark the pool is filled up whole. */
	refill(): readonly WantedTap[] {
		if (this.#parked.length < this.#low) this.#filling = true;
		const missing = this.#size - this.#parked.length;
		if (!this.#filling || missing <= 0) {
			this.#filling = false;
			return [];
		}
		return Array.from({ length: Math.min(missing, REFILL_CHUNK) }, () => this.wanted(freshName()));
	}

	/** A tap of this pool, parked. */
	wanted(name: string): WantedTap {
		return parkedTap(name, this.access, this.#id);
	}
}

const NAME_SPACE = 36 ** 8;
const freshName = (): string => `vm${randomInt(NAME_SPACE).toString(36).padStart(8, "0")}`;

/** Names a process for as long as this host is up: ids are used again, start times with them are not. */
export const processId = (pid: number | "self" = "self"): string => {
	// The command in parentheses may hold anything, parentheses too (proc(5) /proc/pid/stat).
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return `${stat.slice(0, stat.indexOf(" "))}-${fields[19]}`;
};

/** Whether the process that a pool belongs to still runs. */
export function isAlive(id: string): boolean {
	try {
		return processId(Number(id.split("-")[0])) === id;
	} catch {
		return false;
	}
}
