/** A warm pool: taps made ahead, parked until a guest takes one whose name the engine may choose. */
import { randomInt } from "node:crypto";
import { LockError } from "../engine/error.js";
import type { GroupRequest } from "../engine/group.js";
import type { WantedTap } from "../engine/plan.js";
import { type PoolAccess, parkedTap, wantedTaps } from "../kinds/index.js";
import { SpecError } from "../spec/error.js";
import { UmlnetError } from "../sys/error.js";
import { type GivenNetworks, GuestSpecs } from "./guest-specs.js";

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

/** A guest whose tap may have any name: its network as a spec has it, and what of its tap is not the pool's. */
export interface GuestInput {
	readonly network: string;
	readonly networks: GivenNetworks;
	readonly tap?: object | undefined;
}

/** A request, and what is to be told when it has ended: done, or why nothing was. */
export interface Errand {
	readonly request: GroupRequest;
	readonly ended: (error: Error | undefined) => void;
}

// A refill must not make a guest wait long that comes meanwhile: ~3 ms at 0.2 ms a tap.
const REFILL_CHUNK = 16;

/** Which taps are parked, which are out with a guest, and when to make more. Only counts; touches no kernel. */
export class Pool {
	readonly #access: PoolAccess;
	/** What was settled when its taps were made. */
	readonly #fixed: PoolAccess & { readonly multiQueue: false };
	readonly #id: string;
	#size: number;
	#low: number;
	#parked: string[] = [];
	/** On their way back: they count already, and no guest gets them yet. */
	readonly #returning = new Set<string>();
	readonly #out = new Set<string>();
	readonly #lost = new Set<string>();
	#filling = true;
	readonly #specs: GuestSpecs;

	constructor(options: PoolOptions, id: string, specs = new GuestSpecs()) {
		const { size, low, group, vnetHdr } = options;
		const owner = options.owner ?? (group === undefined ? process.getuid?.() : undefined);
		this.#access = { owner, group, vnetHdr: vnetHdr ?? false };
		this.#fixed = { ...this.#access, multiQueue: false };
		this.#id = id;
		this.#specs = specs;
		this.#size = size;
		this.#low = low;
	}

	/** How many it is filled up to, and from when on; those above stay until guests have had them. */
	resize(size: number, low: number): void {
		if (size > this.#size) this.#filling = true;
		this.#size = size;
		this.#low = low;
	}

	/** Taps that nobody can be given any more: whatever is wrong with them, they are to be deleted. */
	get lost(): readonly string[] {
		return [...this.#lost];
	}

	/** The taps that must go when the pool closes: those that wait, and those given up. */
	get leftovers(): readonly string[] {
		return [...this.#parked, ...this.#lost];
	}

	/** A guest gets a tap: one that waits, else one to be made. @throws SpecError */
	take(id: number, { network, networks, tap }: GuestInput): Errand {
		const fixed = Object.keys(tap ?? {}).filter((key) => Object.hasOwn(this.#fixed, key));
		if (fixed.length > 0) throw isFixed(fixed);
		const name = this.#parked.at(-1) ?? freshName();
		const wanted = Object.assign({}, tap, this.#fixed, { network });
		const taps = wantedTaps(this.#specs.spec(networks, name, wanted));
		const waited = this.#claim(name);
		this.#out.add(name);
		const request: GroupRequest = {
			verb: "up",
			id,
			taps: taps.map((one) => ({ ...one, report: { pool: this.#id, ...one.report } })),
		};
		return {
			request,
			ended: (error) => {
				if (error === undefined) return;
				if (waited && isRefused(error)) this.#give(name);
				else this.#lose(name);
			},
		};
	}

	/** Taps are wanted by name: one that waits here is a guest's from now on. */
	bring(id: number, taps: readonly WantedTap[]): Errand {
		const names = taps.map(({ report }) => report.name);
		const claimed = names.filter((name) => this.#claim(name));
		return {
			request: { verb: "up", id, taps },
			// One that was only on its way back when this began has arrived meanwhile.
			ended: (error) => {
				if (error === undefined) for (const name of names) this.#claim(name);
				else for (const name of claimed) this.#give(name);
			},
		};
	}

	/** Guests have gone: what is the pool's is parked if all of it is and has room, else all is deleted. */
	release(id: number, taps: readonly string[], held: ReadonlySet<string>): Errand {
		const names = [...new Set(taps)].filter((name) => !this.waits(name));
		const waiting = this.#parked.length + this.#returning.size;
		const back = names.every((name) => this.#out.has(name) && !held.has(name));
		if (!back || names.length === 0 || waiting + names.length > this.#size)
			return {
				request: { verb: "down", id, taps: names },
				ended: (error) => {
					if (error === undefined) this.forget(names);
				},
			};
		for (const name of names) {
			this.#out.delete(name);
			this.#returning.add(name);
		}
		return {
			// Parking is a change of the tap's spec.
			request: { verb: "up", id, taps: names.map((name) => this.#wanted(name)) },
			ended: (error) => {
				for (const name of names) {
					if (error === undefined) this.#give(name);
					else this.#out.add(name);
					this.#returning.delete(name);
				}
			},
		};
	}

	/** Which of these guests have: what they hold open cannot be parked. */
	out(taps: readonly string[]): readonly string[] {
		return taps.filter((name) => this.#out.has(name));
	}

	/** They were deleted. */
	forget(taps: readonly string[]): void {
		const gone = new Set(taps);
		this.#parked = this.#parked.filter((name) => !gone.has(name));
		for (const name of taps) {
			this.#out.delete(name);
			this.#lost.delete(name);
		}
	}

	/** Taps to make now, if any. Once below the mark the pool is filled up whole. */
	refill(id: number): Errand | undefined {
		if (this.#parked.length < this.#low) this.#filling = true;
		const missing = this.#size - this.#parked.length;
		if (!this.#filling || missing <= 0) return undefined;
		const names = Array.from({ length: Math.min(missing, REFILL_CHUNK) }, freshName);
		return {
			request: { verb: "up", id, taps: names.map((name) => this.#wanted(name)) },
			ended: (error) => {
				if (error === undefined) for (const name of names) this.#give(name);
			},
		};
	}

	/** A tap of this pool, parked. */
	#wanted(name: string): WantedTap {
		return parkedTap(name, this.#access, this.#id);
	}

	/** Whether it is here, or on its way back: nobody's but the pool's to take down. */
	waits(name: string): boolean {
		return this.#parked.includes(name) || this.#returning.has(name);
	}

	#claim(name: string): boolean {
		const at = this.#parked.lastIndexOf(name);
		if (at < 0) return false;
		this.#parked.splice(at, 1);
		this.#out.add(name);
		return true;
	}

	#give(name: string): void {
		this.#out.delete(name);
		if (!this.#parked.includes(name)) this.#parked.push(name);
		if (this.#parked.length >= this.#size) this.#filling = false;
	}

	#lose(name: string): void {
		this.#out.delete(name);
		this.#lost.add(name);
	}
}

/** Whether it was found before anything was done that the request makes no sense, or has to wait. */
const isRefused = (error: Error): boolean =>
	error instanceof SpecError || error instanceof LockError;

const isFixed = (keys: readonly string[]): SpecError =>
	new SpecError(
		keys.map((key) => ({
			path: `tap.${key}`,
			message: "is settled for the whole pool",
			hint: "set it in open({ pool }), or name the tap and use up()",
		})),
	);

const NAME_SPACE = 36 ** 8;
const freshName = (): string => `vm${randomInt(NAME_SPACE).toString(36).padStart(8, "0")}`;

export const withoutPool = (): UmlnetError =>
	new UmlnetError("ERR_USAGE", "neither this engine nor the network has a pool", {
		hint: "open({ pool: { size, low } }), or pool: { size, low } in the network; or name the tap and use up()",
	});
