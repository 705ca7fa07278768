/** All warm pools of an engine: the one that it was opened with, and those of networks with a pool of their own. */
import type { WantedTap } from "../engine/plan.js";
import type { GuestInput } from "../service/networks.js";
import type { Network, Spec } from "../spec/model.js";
import { GuestSpecs } from "./guest-specs.js";
import { noPoolError, Pool, type PoolOptions, type PoolRequest } from "./pool.js";

export class Pools {
	readonly #id: string;
	readonly #own: Pool | undefined;
	readonly #ofNetworks = new Map<string, Pool>();
	readonly #specs = new GuestSpecs();

	/** `options` are those of the engine's own pool; `id` identifies the process that the pools belong to. */
	constructor(options: PoolOptions | undefined, id: string) {
		this.#id = id;
		this.#own = options && new Pool(options, id, this.#specs);
	}

	get #all(): readonly Pool[] {
		return [...(this.#own ? [this.#own] : []), ...this.#ofNetworks.values()];
	}

	/** Create the pools that these networks ask for, or resize them. */
	ensurePools(networks: Readonly<Record<string, Network>>): void {
		for (const { name, pool } of Object.values(networks))
			if (pool !== undefined) this.#ensurePool(name, pool);
	}

	/**
	 * If the taps of a network are for other users now, it gets another pool, because access is fixed when a tap is
	 * created.
	 */
	#ensurePool(network: string, options: PoolOptions): Pool {
		const { size, low, owner, group, vnetHdr } = options;
		const key = [network, owner, group, vnetHdr].join(" ");
		const known = this.#ofNetworks.get(key);
		known?.resize(size, low);
		const pool = known ?? new Pool(options, this.#id, this.#specs);
		this.#ofNetworks.set(key, pool);
		return pool;
	}

	/** Give a tap to a guest, from the pool of its network or else that of the engine. @throws SpecError, UmlnetError */
	take(
		id: number,
		guest: GuestInput,
		wantedOf?: (spec: Spec) => readonly WantedTap[],
	): PoolRequest {
		const given = guest.networks[guest.network];
		const hasOwn = typeof given === "object" && given !== null && Object.hasOwn(given, "pool");
		const { [guest.network]: network } = hasOwn ? this.#specs.networks(guest.networks) : {};
		const pool =
			network?.pool === undefined ? this.#own : this.#ensurePool(guest.network, network.pool);
		if (pool === undefined) throw noPoolError();
		return pool.take(id, guest, wantedOf);
	}

	/** Bring taps up by name. Idle ones among them, of any pool, are given to the guests. */
	claim(id: number, taps: readonly WantedTap[]): PoolRequest {
		const claims = this.#all.map((pool) => pool.claim(id, taps));
		return {
			request: { verb: "up", id, taps },
			onSettled: (error) => {
				for (const { onSettled } of claims) onSettled(error);
			},
		};
	}

	/**
	 * Return the taps of guests that have ended: if they are all of one pool they return to it, otherwise all are
	 * deleted.
	 */
	release(id: number, taps: readonly string[], openByGuest: ReadonlySet<string>): PoolRequest {
		const owners = this.#all.filter((pool) => pool.inUse(taps).length > 0);
		const others = this.#all.filter((pool) => !owners.includes(pool));
		const names = taps.filter((name) => !others.some((pool) => pool.isIdle(name)));
		const [owner] = owners;
		if (owner !== undefined && owners.length === 1) return owner.release(id, names, openByGuest);
		return {
			request: { verb: "down", id, taps: names },
			onSettled: (error) => {
				if (error === undefined) this.forget(names);
			},
		};
	}

	/** These taps without those that wait in a pool, which only the pool takes down. */
	withoutIdle(taps: readonly string[]): readonly string[] {
		return taps.filter((name) => !this.#all.some((pool) => pool.isIdle(name)));
	}

	/** Those of these taps that guests have taken from a pool. */
	inUse(taps: readonly string[]): readonly string[] {
		return this.#all.flatMap((pool) => pool.inUse(taps));
	}

	/** Taps in an unknown state after a failure, which should be deleted. */
	get discarded(): readonly string[] {
		return this.#all.flatMap(({ discarded }) => discarded);
	}

	/** The taps to delete when the engine closes: all that have no guest. */
	get toDelete(): readonly string[] {
		return this.#all.flatMap(({ toDelete }) => toDelete);
	}

	/** Forget taps that were deleted. */
	forget(taps: readonly string[]): void {
		for (const pool of this.#all) pool.forget(taps);
	}

	/** Create some of the missing taps of a pool; undefined if none is missing. */
	refill(id: number): PoolRequest | undefined {
		for (const pool of this.#all) {
			const request = pool.refill(id);
			if (request !== undefined) return request;
		}
		return undefined;
	}
}
