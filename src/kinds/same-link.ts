import type { PlanContext } from "../engine/kind.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readLink } from "../kernel/read.js";
import { macText } from "./link.js";

/** What is known of a link of the host, to know it again. */
export interface KnownLink {
	readonly link: string;
	readonly index: number;
	/** Undefined where it has none, or where an older version wrote it down. */
	readonly mac?: string | undefined;
}

/** The link of a number, read once for a plan; undefined where there is none. @throws KernelError */
export const findLink = (index: number, context: PlanContext): Link | undefined =>
	context.once(`link ${index}`, () => readLink(context.kernel, index));

/** The MAC of a link, if it has one: tunnels and the like have none. */
export const macOfLink = ({ IFLA_ADDRESS }: Link): string | undefined =>
	macText(IFLA_ADDRESS) || undefined;

/**
 * Whether the link of a known number is the one that was known. The kernel gives the number of a link that is gone to
 * whoever asks for it (dev_index_reserve), and anybody may rename a link: one of its marks must be there yet, its name,
 * which may have become an alternative one, or its MAC.
 */
export const isSameLink = (found: Link, { link, mac }: KnownLink): boolean =>
	found.IFLA_IFNAME === link ||
	(found.IFLA_PROP_LIST?.IFLA_ALT_IFNAME ?? []).includes(link) ||
	(mac !== undefined && macOfLink(found) === mac);

/** What a known link is called now; undefined where it is gone. Only one that was renamed is read. */
export function nameNow(kernel: Kernel, known: KnownLink): string | undefined {
	const name = kernel.linkName(known.index);
	if (name === undefined || name === known.link) return name;
	const found = readLink(kernel, known.index);
	return found !== undefined && isSameLink(found, known) ? found.IFLA_IFNAME : undefined;
}
