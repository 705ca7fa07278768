import type { PlanContext } from "../engine/kind.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readLink } from "../kernel/read.js";
import { macText } from "./link.js";

/** What is known of a link of the host, to recognise it later. */
export interface KnownLink {
	readonly link: string;
	readonly index: number;
	/** Undefined if it has none, or if an older version wrote the record. */
	readonly mac?: string | undefined;
}

/** The link with this index, read once for a plan; undefined if there is none. @throws KernelError */
export const findLink = (index: number, context: PlanContext): Link | undefined =>
	context.once(`link ${index}`, () => readLink(context.kernel, index));

/** The MAC of a link, if it has one: tunnels and the like have none. */
export const macOfLink = ({ IFLA_ADDRESS }: Link): string | undefined =>
	macText(IFLA_ADDRESS) || undefined;

/**
 * Whether the link with a known index is still the same one. The kernel gives the index of a deleted link to whoever
 * asks for it (dev_index_reserve), and anybody may rename a link. So one of its marks must still match: its name, which
 * may have become an alternative one, or its MAC.
 */
export const isSameLink = (found: Link, { link, mac }: KnownLink): boolean =>
	found.IFLA_IFNAME === link ||
	(found.IFLA_PROP_LIST?.IFLA_ALT_IFNAME ?? []).includes(link) ||
	(mac !== undefined && macOfLink(found) === mac);

/** The present name of a known link; undefined if it is gone. The link is read only if it was renamed. */
export function nameNow(kernel: Kernel, known: KnownLink): string | undefined {
	const name = kernel.linkName(known.index);
	if (name === undefined || name === known.link) return name;
	const found = readLink(kernel, known.index);
	return found !== undefined && isSameLink(found, known) ? found.IFLA_IFNAME : undefined;
}

/** The index of the link of this name: the known one as long as that has the name, or else that of a link made anew. */
export function indexNow(known: KnownLink, link: string, context: PlanContext): number {
	// Asking for the name of the index is far cheaper than a look-up, which only a link that was created again needs.
	return context.kernel.linkName(known.index) === link ? known.index : context.indexOf(link);
}
