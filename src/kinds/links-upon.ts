import type { PlanContext } from "../engine/kind.js";
import { type Link, readUppers } from "../kernel/read.js";

/**
 * The kinds of links that the kernel deletes together with the link below: those that handle NETDEV_UNREGISTER. Tunnels
 * stay and lead nowhere.
 */
const KINDS: ReadonlySet<string | undefined> = new Set([
	"vlan",
	"macvlan",
	"macvtap",
	"ipvlan",
	"ipvtap",
	"macsec",
]);

/** For each plan, the links on top of others, read once. */
const uppers = new WeakMap<PlanContext, readonly Link[]>();

/**
 * The links on top of a link, which are deleted with it: VLANs, macvlans and the like. No request lists those of one
 * link, so all links are read, once for a plan, and only if a bridge is to be deleted.
 */
export function linksUpon(index: number, context: PlanContext): readonly Link[] {
	const known = uppers.get(context) ?? readUppers(context.kernel);
	uppers.set(context, known);
	return known.filter(
		({ IFLA_LINK, IFLA_LINKINFO }) =>
			IFLA_LINK === index && KINDS.has(IFLA_LINKINFO?.IFLA_INFO_KIND),
	);
}
