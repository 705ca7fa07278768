import type { Kernel } from "../../kernel/kernel.js";
import type { Link } from "../../kernel/read.js";
import { IFF_UP } from "../../uapi/if.js";
import { type LinkConfig, missingFrom, readConfig, takenWhenDown, withoutOwn } from "./index.js";
import type { Endpoint } from "./item.js";

/** A configuration, and the link that it was read from. */
export interface Holding {
	readonly config: LinkConfig;
	readonly at: Endpoint;
}

/** What has become of a configuration on the link that it was put on. */
export interface Held {
	/** The present configuration of the link. */
	readonly now: LinkConfig;
	/** What the kernel has removed from it: with the link, or when the link was set down. */
	readonly taken: LinkConfig;
	/** Set if the kernel has removed nothing, so that somebody has removed whatever is missing. */
	readonly isWhole: boolean;
}

/**
 * Compare what a link has with what it had, and find out what the kernel has removed. What people remove should stay
 * removed; what disappeared because the link was deleted or set down they may not even know about. `link` is undefined
 * if it is gone.
 */
export function heldBy(kernel: Kernel, link: Link | undefined, on: Endpoint, had: Holding): Held {
	if (link === undefined) return { now: {}, taken: withoutOwn(had.config), isWhole: false };
	const now = readConfig(kernel, on);
	if ((link.ifi_flags & IFF_UP) !== 0) return { now, taken: {}, isWhole: true };
	const taken = missingFrom(takenWhenDown(withoutOwn(had.config)), had.at, now, on);
	return { now, taken, isWhole: false };
}
