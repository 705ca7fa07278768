import type { PlanContext } from "../engine/kind.js";
import { type Link, readUppers } from "../kernel/read.js";

/** What the kernel deletes along with what it is on: its handlers of NETDEV_UNREGISTER. Tunnels stay, and lead nowhere. */
const KINDS: ReadonlySet<string | undefined> = new Set([
	"vlan",
	"macvlan",
	"macvtap",
	"ipvlan",
	"ipvtap",
	"macsec",
]);

/** The links that stand on others, for each plan once. */
const uppers = new WeakMap<PlanContext, readonly Link[]>();

/**
 * The links that stand on one and go with it: VLANs, macvlans and the like. No request tells those of one link alone, so all
 * links are asked for: once for a plan, and only where a bridge is to be deleted.
 */
export function linksUpon(index: number, context: PlanContext): readonly Link[] {
	const known = uppers.get(context) ?? readUppers(context.kernel);
	uppers.set(context, known);
	return known.filter(
		({ IFLA_LINK, IFLA_LINKINFO }) =>
			IFLA_LINK === index && KINDS.has(IFLA_LINKINFO?.IFLA_INFO_KIND),
	);
}
