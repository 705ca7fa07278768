/** All warm pools of an engine: the one it was opened with, and those of networks that have one of their own. */
import type { WantedTap } from "../engine/plan.js";
import type { Network } from "../spec/model.js";
import { GuestSpecs } from "./guest-specs.js";
import { type Errand, type GuestInput, Pool, type PoolOptions, withoutPool } from "./pool.js";

export class Pools {
	readonly #id: string;
	readonly #own: Pool | undefined;
	readonly #ofNetworks = new Map<string, Pool>();
	readonly #specs = new GuestSpecs();

	constructor(options: PoolOptions | undefined, id: string) {
		this.#id = id;
		this.#own = options && new Pool(options, id, this.#specs);
	}

	get #all(): readonly Pool[] {
		return [...(this.#own ? [this.#own] : []), ...this.#ofNetworks.values()];
	}

	/** Networks that say so get a pool, or theirs another size. Taps for other users are another pool. */
	know(networks: Readonly<Record<string, Network>>): void {
		for (const { name, pool } of Object.values(networks))
			if (pool !== undefined) this.#of(name, pool);
	}

	#of(network: string, options: PoolOptions): Pool {
		const { size, low, owner, group, vnetHdr } = options;
		const key = [network, owner, group, vnetHdr].join(" ");
		const known = this.#ofNetworks.get(key);
		known?.resize(size, low);
		const pool = known ?? new Pool(options, this.#id, this.#specs);
		this.#ofNetworks.set(key, pool);
		return pool;
	}

	/** A guest gets a tap out of its network's pool, else out of the engine's. @throws SpecError, UmlnetError */
	take(id: number, guest: GuestInput): Errand {
		const given = guest.networks[guest.network];
		const hasOwn = typeof given === "object" && given !== null && Object.hasOwn(given, "pool");
		const { [guest.network]: network } = hasOwn ? this.#specs.networks(guest.networks) : {};
		const pool = network?.pool === undefined ? this.#own : this.#of(guest.network, network.pool);
		if (pool === undefined) throw withoutPool();
		return pool.take(id, guest);
	}

	/** Taps are wanted by name: those that wait in a pool are guests' from now on. */
	bring(id: number, taps: readonly WantedTap[]): Errand {
		const errands = this.#all.map((pool) => pool.bring(id, taps));
		return {
			request: { verb: "up", id, taps },
			ended: (error) => {
				for (const { ended } of errands) ended(error);
			},
		};
	}

	/** Guests have gone: what is all of one pool goes back there, anything else is deleted. */
	release(id: number, taps: readonly string[], held: ReadonlySet<string>): Errand {
		const owners = this.#all.filter((pool) => pool.out(taps).length > 0);
		const others = this.#all.filter((pool) => !owners.includes(pool));
		const names = taps.filter((name) => !others.some((pool) => pool.waits(name)));
		const [owner] = owners;
		if (owner !== undefined && owners.length === 1) return owner.release(id, names, held);
		return {
			request: { verb: "down", id, taps: names },
			ended: (error) => {
				if (error === undefined) this.forget(names);
			},
		};
	}

	/** Which of these guests have: what they hold open cannot be parked. */
	out(taps: readonly string[]): readonly string[] {
		return this.#all.flatMap((pool) => pool.out(taps));
	}

	/** Taps that nobody can be given any more. */
	get lost(): readonly string[] {
		return this.#all.flatMap(({ lost }) => lost);
	}

	/** The taps that must go when the engine closes. */
	get leftovers(): readonly string[] {
		return this.#all.flatMap(({ leftovers }) => leftovers);
	}

	/** They were deleted. */
	forget(taps: readonly string[]): void {
		for (const pool of this.#all) pool.forget(taps);
	}

	/** Taps to make now, if any. */
	refill(id: number): Errand | undefined {
		for (const pool of this.#all) {
			const errand = pool.refill(id);
			if (errand !== undefined) return errand;
		}
		return undefined;
	}
}
