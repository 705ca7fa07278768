import { linkKey } from "../engine/kind.js";
import type { Entry } from "../engine/state.js";
import type { Kernel } from "../kernel/kernel.js";
import { readIndex, readLinkByName } from "../kernel/read.js";
import { isForeign } from "../kinds/bridge.js";
import { type HostLinks, isKnownUplink, type NamedLink } from "../kinds/index.js";
import { monotonic } from "../sys/clock.js";

// Guests come by the hundred: what they share is not looked at for each of them.
const FRESH_MS = 1_000;

type Entries = ReadonlyMap<string, Entry>;

/** The links of this host that specs name. Of one that networks use already what was seen is good for a second. */
export class KernelLinks implements HostLinks {
	readonly #kernel: Kernel;
	readonly #entries: () => Entries;
	/** What was seen of links, and when (`monotonic()`). */
	readonly #seen = new Map<string, { readonly mtu: number | undefined; readonly at: number }>();

	constructor(kernel: Kernel, entries: () => Entries) {
		this.#kernel = kernel;
		this.#entries = entries;
	}

	uplink(link: string): NamedLink {
		const kernel = this.#kernel;
		if (isKnownUplink(this.#entries(), link))
			return { name: link, mtu: this.#recent(link, () => kernel.linkMtu(link)) };
		const index = readIndex(kernel, link);
		const name = index === undefined ? undefined : kernel.linkName(index);
		return name === undefined
			? { name: link, mtu: undefined }
			: { name, mtu: this.#look(name, () => kernel.linkMtu(name)) };
	}

	foreignMtu(bridge: string): number | undefined {
		const read = () => {
			const link = readLinkByName(this.#kernel, bridge);
			return link !== undefined && isForeign(link) ? link.IFLA_MTU : undefined;
		};
		const made = this.#entries().get(linkKey(bridge))?.made as { foreign?: true } | undefined;
		if (made === undefined) return this.#look(bridge, read);
		return made.foreign === true ? this.#recent(bridge, read) : undefined;
	}

	#recent(link: string, read: () => number | undefined): number | undefined {
		const seen = this.#seen.get(link);
		const isFresh = seen !== undefined && monotonic() - seen.at < FRESH_MS;
		return isFresh ? seen.mtu : this.#look(link, read);
	}

	#look(link: string, read: () => number | undefined): number | undefined {
		const mtu = read();
		this.#seen.set(link, { mtu, at: monotonic() });
		return mtu;
	}
}
