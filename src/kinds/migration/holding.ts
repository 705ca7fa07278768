import type { Kernel } from "../../kernel/kernel.js";
import type { Link } from "../../kernel/read.js";
import { IFF_UP } from "../../uapi/if.js";
import { type LinkConfig, missingFrom, readConfig, takenWhenDown, withoutOwn } from "./index.js";
import type { Endpoint } from "./item.js";

/** A configuration, and the link that it was read of. */
export interface Holding {
	readonly config: LinkConfig;
	readonly at: Endpoint;
}

/** What became of a configuration on the link that it was put on. */
export interface Held {
	/** What is on the link now. */
	readonly now: LinkConfig;
	/** What the kernel took from it: with the link, or when that was set down. */
	readonly taken: LinkConfig;
	/** The kernel took nothing: what is not there any more, somebody has taken away. */
	readonly isWhole: boolean;
}

/**
 * What is left on a link of what it had, and what of the rest the kernel took. What people take away they want to be away;
 * what goes because the link was deleted or set down they may not even know of. `link`: undefined where it is gone.
 */
export function heldBy(kernel: Kernel, link: Link | undefined, on: Endpoint, had: Holding): Held {
	if (link === undefined) return { now: {}, taken: withoutOwn(had.config), isWhole: false };
	const now = readConfig(kernel, on);
	if ((link.ifi_flags & IFF_UP) !== 0) return { now, taken: {}, isWhole: true };
	const taken = missingFrom(takenWhenDown(withoutOwn(had.config)), had.at, now, on);
	return { now, taken, isWhole: false };
}
