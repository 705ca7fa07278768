import { Recent } from "../engine/fast/recent.js";
import { linkKey } from "../engine/kind.js";
import type { Entry } from "../engine/state.js";
import type { Kernel } from "../kernel/kernel.js";
import { readIndex, readLinkByName } from "../kernel/read.js";
import { isForeign } from "../kinds/bridge.js";
import { forcesIpv6, type HostLinks, isKnownUplink, type NamedLink } from "../kinds/index.js";

/** How long, in milliseconds, a look at a link is valid: for a link that networks use already, and for others. */
const USED_MS = 1_000;
const UNUSED_MS = 10;

type Entries = ReadonlyMap<string, Entry>;

/**
 * The links of this host that specs name. A look at one is valid for a moment, so that the guests of a group share it.
 */
export class KernelLinks implements HostLinks {
	readonly #kernel: Kernel;
	readonly #entries: () => Entries;
	readonly #uplinks = new Recent<NamedLink>();
	#forcesIpv6: boolean | undefined;
	readonly #bridges = new Recent<number | undefined>();

	constructor(kernel: Kernel, entries: () => Entries) {
		this.#kernel = kernel;
		this.#entries = entries;
	}

	uplink(link: string): NamedLink {
		const kernel = this.#kernel;
		// A known uplink is already given by its own name.
		if (isKnownUplink(this.#entries(), link))
			return this.#uplinks.get(link, USED_MS, () => {
				return { name: link, mtu: kernel.linkMtu(link) };
			});
		return this.#uplinks.get(link, UNUSED_MS, () => {
			const index = readIndex(kernel, link);
			const name = index === undefined ? undefined : kernel.linkName(index);
			return name === undefined
				? { name: link, mtu: undefined }
				: { name, mtu: kernel.linkMtu(name) };
		});
	}

	forcesIpv6(): boolean {
		this.#forcesIpv6 ??= forcesIpv6(this.#kernel);
		return this.#forcesIpv6;
	}

	foreignMtu(bridge: string): number | undefined {
		const read = () => {
			// An ioctl finds out far more cheaply that there is no such link, such as a bridge that we are going to make.
			if (this.#kernel.linkMtu(bridge) === undefined) return undefined;
			const link = readLinkByName(this.#kernel, bridge);
			return link !== undefined && isForeign(link) ? link.IFLA_MTU : undefined;
		};
		const made = this.#entries().get(linkKey(bridge))?.made as { foreign?: true } | undefined;
		if (made === undefined) return this.#bridges.get(bridge, UNUSED_MS, read);
		return made.foreign === true ? this.#bridges.get(bridge, USED_MS, read) : undefined;
	}
}
