/** All warm pools of an engine: the one it was opened with, and those of networks that have one of their own. */
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

	/** `options` of the engine's own pool; `id`: the process they belong to. */
	constructor(options: PoolOptions | undefined, id: string) {
		this.#id = id;
		this.#own = options && new Pool(options, id, this.#specs);
	}

	get #all(): readonly Pool[] {
		return [...(this.#own ? [this.#own] : []), ...this.#ofNetworks.values()];
	}

	/** Make the pools that these networks ask for, or resize them. */
	ensurePools(networks: Readonly<Record<string, Network>>): void {
		for (const { name, pool } of Object.values(networks))
			if (pool !== undefined) this.#ensurePool(name, pool);
	}

	/** A network whose taps are for other users now gets another pool: access is settled when a tap is made. */
	#ensurePool(network: string, options: PoolOptions): Pool {
		const { size, low, owner, group, vnetHdr } = options;
		const key = [network, owner, group, vnetHdr].join(" ");
		const known = this.#ofNetworks.get(key);
		known?.resize(size, low);
		const pool = known ?? new Pool(options, this.#id, this.#specs);
		this.#ofNetworks.set(key, pool);
		return pool;
	}

	/** A guest gets a tap out of its network's pool, else out of the engine's. @throws SpecError, UmlnetError */
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

	/** Taps are wanted by name: idle ones among them, of whichever pool, are given to the guests. */
	claim(id: number, taps: readonly WantedTap[]): PoolRequest {
		const claims = this.#all.map((pool) => pool.claim(id, taps));
		return {
			request: { verb: "up", id, taps },
			onSettled: (error) => {
				for (const { onSettled } of claims) onSettled(error);
			},
		};
	}

	/** Guests have ended: taps that are all of one pool go back there, otherwise all are deleted. */
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

	/** Those of these taps that do not wait in a pool: those of a pool that no guest has, it alone takes down. */
	withoutIdle(taps: readonly string[]): readonly string[] {
		return taps.filter((name) => !this.#all.some((pool) => pool.isIdle(name)));
	}

	/** Those of these taps that guests have taken out of a pool. */
	inUse(taps: readonly string[]): readonly string[] {
		return this.#all.flatMap((pool) => pool.inUse(taps));
	}

	/** Taps in an unknown state after a failure, to be deleted. */
	get discarded(): readonly string[] {
		return this.#all.flatMap(({ discarded }) => discarded);
	}

	/** The taps to delete when the engine closes: all that no guest has. */
	get toDelete(): readonly string[] {
		return this.#all.flatMap(({ toDelete }) => toDelete);
	}

	/** They were deleted. */
	forget(taps: readonly string[]): void {
		for (const pool of this.#all) pool.forget(taps);
	}

	/** Some of the taps that are missing in a pool; undefined when none is. */
	refill(id: number): PoolRequest | undefined {
		for (const pool of this.#all) {
			const request = pool.refill(id);
			if (request !== undefined) return request;
		}
		return undefined;
	}
}
