/**
 * A warm pool: taps that are created ahead of time, for guests that accept any name. While a tap is idle it is parked:
 * it is down, and has no settings of a guest.
 */
import { randomInt } from "node:crypto";
import { LockError } from "../engine/error.js";
import type { GroupRequest } from "../engine/group.js";
import type { WantedTap } from "../engine/plan.js";
import { type PoolAccess, parkedTap, wantedTaps } from "../kinds/index.js";
import type { GuestInput } from "../service/networks.js";
import { SpecError } from "../spec/error.js";
import type { Spec } from "../spec/model.js";
import { UmlnetError } from "../sys/error.js";
import { GuestSpecs } from "./guest-specs.js";
import { PoolInventory } from "./pool-inventory.js";

/** A warm pool of taps. */
export interface PoolOptions {
	/** How many idle taps the pool is filled up to. */
	readonly size: number;
	/** It is refilled when fewer than this many are idle. */
	readonly low: number;
	/** The user who may open its taps. Without owner and group, the user that this process runs as. */
	readonly owner?: number | undefined;
	/** The group that may open its taps. */
	readonly group?: number | undefined;
	/** Whether frames of its taps carry a virtio header. */
	readonly vnetHdr?: boolean | undefined;
}

/** A request, and what the pool does when it is done, or has failed with an error. */
export interface PoolRequest {
	readonly request: GroupRequest;
	readonly onSettled: (error: Error | undefined) => void;
}

// How many taps are created in one transaction. A guest that arrives meanwhile has to wait for it.
const REFILL_CHUNK = 16;

/** Turns the wishes of guests into requests to the engine, with idle taps if possible. */
export class Pool {
	readonly #access: PoolAccess;
	/** The settings that all of its taps share from their creation on. */
	readonly #fixed: PoolAccess & { readonly multiQueue: false };
	readonly #id: string;
	readonly #specs: GuestSpecs;
	readonly #inventory: PoolInventory;

	/** `id` identifies the process that the pool belongs to. */
	constructor(options: PoolOptions, id: string, specs = new GuestSpecs()) {
		const { size, low, group, vnetHdr } = options;
		const owner = options.owner ?? (group === undefined ? process.getuid?.() : undefined);
		this.#access = { owner, group, vnetHdr: vnetHdr ?? false };
		this.#fixed = { ...this.#access, multiQueue: false };
		this.#id = id;
		this.#specs = specs;
		this.#inventory = new PoolInventory(size, low);
	}

	resize(size: number, low: number): void {
		this.#inventory.resize(size, low);
	}

	/** Taps in an unknown state after a failure, which should be deleted. */
	get discarded(): readonly string[] {
		return this.#inventory.discarded;
	}

	/** The taps to delete when the pool closes: all that have no guest. */
	get toDelete(): readonly string[] {
		return this.#inventory.toDelete;
	}

	/** Whether this tap of the pool has no guest. Only the pool takes such a tap down. */
	isIdle(name: string): boolean {
		return this.#inventory.isIdle(name);
	}

	/** Those of these taps that guests have taken from this pool. */
	inUse(taps: readonly string[]): readonly string[] {
		return taps.filter((name) => this.#inventory.isInUse(name));
	}

	/**
	 * Give a tap to a guest: an idle one, or else a new one. `wantedOf` returns the objects that a spec needs. @throws
	 * SpecError
	 */
	take(
		id: number,
		{ network, networks, tap }: GuestInput,
		wantedOf: (spec: Spec) => readonly WantedTap[] = wantedTaps,
	): PoolRequest {
		const fixed = Object.keys(tap ?? {}).filter((key) => Object.hasOwn(this.#fixed, key));
		if (fixed.length > 0) throw fixedError(fixed);
		const name = this.#inventory.next ?? freshName();
		const wanted = Object.assign({}, tap, this.#fixed, { network });
		const taps = wantedOf(this.#specs.spec(networks, name, wanted));
		const wasIdle = this.#inventory.useIdle(name);
		this.#inventory.use(name);
		const request: GroupRequest = {
			verb: "up",
			id,
			taps: taps.map((one) => ({ ...one, report: { pool: this.#id, ...one.report } })),
		};
		return {
			request,
			onSettled: (error) => {
				if (error === undefined) return;
				if (wasIdle && changedNothing(error)) this.#inventory.putIdle(name);
				else this.#inventory.discard(name);
			},
		};
	}

	/** Bring taps up by name. An idle tap among them is given to the guest. */
	claim(id: number, taps: readonly WantedTap[]): PoolRequest {
		const names = taps.map(({ report }) => report.name);
		const claimed = names.filter((name) => this.#inventory.useIdle(name));
		return {
			request: { verb: "up", id, taps },
			// A tap that was being reset at first may have become idle in the same group.
			onSettled: (error) => {
				if (error === undefined) for (const name of names) this.#inventory.useIdle(name);
				else for (const name of claimed) this.#inventory.putIdle(name);
			},
		};
	}

	/**
	 * Return the taps of guests that have ended. They are reset and become idle, if all of them belong to this pool and
	 * are closed, and there is room; otherwise all are deleted. `openByGuest` are those that a guest still has open.
	 */
	release(id: number, taps: readonly string[], openByGuest: ReadonlySet<string>): PoolRequest {
		const inventory = this.#inventory;
		const names = [...new Set(taps)].filter((name) => !inventory.isIdle(name));
		const areReusable = names.every((name) => inventory.isInUse(name) && !openByGuest.has(name));
		if (!areReusable || names.length === 0 || !inventory.hasRoomFor(names.length))
			return {
				request: { verb: "down", id, taps: names },
				onSettled: (error) => {
					if (error === undefined) inventory.forget(names);
				},
			};
		for (const name of names) inventory.startReset(name);
		return {
			// A reset is a change of the tap's spec.
			request: { verb: "up", id, taps: names.map((name) => this.#idleTap(name)) },
			onSettled: (error) => {
				for (const name of names) inventory.endReset(name, error === undefined);
			},
		};
	}

	/** Forget taps that were deleted. */
	forget(taps: readonly string[]): void {
		this.#inventory.forget(taps);
	}

	/** Create some of the missing taps; undefined if none is missing. */
	refill(id: number): PoolRequest | undefined {
		const { missing } = this.#inventory;
		if (missing === 0) return undefined;
		const names = Array.from({ length: Math.min(missing, REFILL_CHUNK) }, freshName);
		return {
			request: { verb: "up", id, taps: names.map((name) => this.#idleTap(name)) },
			onSettled: (error) => {
				if (error === undefined) for (const name of names) this.#inventory.putIdle(name);
			},
		};
	}

	#idleTap(name: string): WantedTap {
		return parkedTap(name, this.#access, this.#id);
	}
}

/** Whether the request failed before anything was done: it made no sense, or the lock could not be acquired. */
const changedNothing = (error: Error): boolean =>
	error instanceof SpecError || error instanceof LockError;

const fixedError = (keys: readonly string[]): SpecError =>
	new SpecError(
		keys.map((key) => ({
			path: `tap.${key}`,
			message: "is the same for the whole pool",
			hint: "set it in open({ pool }), or name the tap and use up()",
		})),
	);

const NAME_SPACE = 36 ** 8;
const freshName = (): string => `vm${randomInt(NAME_SPACE).toString(36).padStart(8, "0")}`;

export const noPoolError = (): UmlnetError =>
	new UmlnetError("ERR_USAGE", "neither this engine nor the network has a pool", {
		hint: "open({ pool: { size, low } }), or pool: { size, low } in the network; or name the tap and use up()",
	});
