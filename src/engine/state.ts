import type { TapReport } from "./report.js";

/** An object of the host that we made, and what is needed to recognise, repair and remove it. */
export interface Entry {
	readonly kind: string;
	readonly key: string;
	readonly made: unknown;
	readonly path: string;
}

/** A tap that is up: its report, and the keys of the objects that it uses. */
export interface TapEntry {
	readonly report: TapReport;
	readonly keys: readonly string[];
}

/** A network as its spec has it. What is in it belongs to the spec. */
export interface NetworkEntry {
	readonly name: string;
}

/** How a committed transaction changes the state. */
export interface Delta {
	readonly put: readonly Entry[];
	readonly drop: readonly string[];
	readonly up: readonly TapEntry[];
	readonly down: readonly string[];
	/** The networks of those that come up, where they are new or have changed. */
	readonly networks?: readonly NetworkEntry[] | undefined;
}

/** What is ours on this host. An object stays as long as a tap uses it. */
export class State {
	readonly taps = new Map<string, TapEntry>();
	readonly entries = new Map<string, Entry>();
	/** The networks of the taps: each as the last change described it. */
	readonly networks = new Map<string, NetworkEntry>();
	/** How many taps each network has. */
	readonly #sizes = new Map<string, number>();
	readonly #users = new Map<string, Set<string>>();

	/** The taps that use the object with this key. */
	users(key: string): ReadonlySet<string> {
		return this.#users.get(key) ?? none;
	}

	apply({ put, drop, up, down, networks = NO_NETWORKS }: Delta): void {
		for (const entry of put) this.entries.set(entry.key, entry);
		for (const network of networks) this.networks.set(network.name, network);
		const left = new Set<string>();
		for (const name of down) {
			const { network } = this.taps.get(name)?.report ?? {};
			this.#release(name);
			if (network !== undefined) left.add(network);
		}
		for (const tap of up) {
			const before = this.taps.get(tap.report.name)?.report.network;
			this.#hold(tap);
			this.#count(tap.report.network, 1);
			if (before !== undefined) {
				this.#count(before, -1);
				left.add(before);
			}
		}
		for (const name of left) if (!this.#sizes.has(name)) this.networks.delete(name);
		for (const key of drop) {
			this.entries.delete(key);
			this.#users.delete(key);
		}
	}

	#count(network: string, change: number): void {
		const size = (this.#sizes.get(network) ?? 0) + change;
		if (size > 0) this.#sizes.set(network, size);
		else this.#sizes.delete(network);
	}

	/** Updated in place: deleting and re-inserting the entries of a Map makes V8 rehash it. */
	#hold(tap: TapEntry): void {
		const { name } = tap.report;
		const known = this.taps.get(name)?.keys ?? [];
		for (const key of known) if (!tap.keys.includes(key)) this.#users.get(key)?.delete(name);
		this.taps.set(name, tap);
		for (const key of tap.keys) {
			const users = this.#users.get(key);
			if (users === undefined) this.#users.set(key, new Set([name]));
			else users.add(name);
		}
	}

	#release(name: string): void {
		const { network } = this.taps.get(name)?.report ?? {};
		if (network !== undefined) this.#count(network, -1);
		for (const key of this.taps.get(name)?.keys ?? []) this.#users.get(key)?.delete(name);
		this.taps.delete(name);
	}

	/** A copy with a change applied. */
	with(delta: Delta): State {
		const next = new State();
		next.apply(this.toDelta());
		next.apply(delta);
		return next;
	}

	/** The whole state as one delta, for a new journal. */
	toDelta(): Delta {
		return {
			put: [...this.entries.values()],
			drop: [],
			up: [...this.taps.values()],
			down: [],
			networks: [...this.networks.values()],
		};
	}
}

const none: ReadonlySet<string> = new Set();
const NO_NETWORKS: readonly NetworkEntry[] = [];
