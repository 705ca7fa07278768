import type { RTM_DELLINK } from "../../uapi/if_link.js";
import { dropAddresses } from "./addresses.js";
import { leaveMaster } from "./bridge.js";
import { findLink } from "./link_attributes.js";
import { type Link, type Namespace, portsOf } from "./namespace.js";
import { Refusal } from "./refusal.js";
import type { Given } from "./value.js";

/** RTM_DELLINK: one link by index or name, or a whole group in one message. */
export function deleteLink(ns: Namespace, value: Given<typeof RTM_DELLINK>): void {
	const link = findLink(ns, value);
	if (link !== undefined) {
		if (link.kind === undefined) throw new Refusal("EOPNOTSUPP");
		removeLink(ns, link);
		return;
	}
	if ((value.ifi_index ?? 0) !== 0 || value.IFLA_IFNAME !== undefined) throw new Refusal("ENODEV");
	if (value.IFLA_GROUP === undefined) throw new Refusal("EINVAL");
	if (value.IFLA_GROUP === 0) throw new Refusal("EPERM");
	const group = [...ns.links.values()].filter((one) => one.group === value.IFLA_GROUP);
	if (group.length === 0) throw new Refusal("ENODEV");
	if (group.some((one) => one.kind === undefined)) throw new Refusal("EOPNOTSUPP");
	for (const one of group) removeLink(ns, one);
}

/** Delete a link with everything that depends on it: addresses, routes, neighbours, ports, its peer. */
export function removeLink(ns: Namespace, link: Link): void {
	if (ns.links.get(link.index) !== link) return;
	dropAddresses(ns, link);
	ns.routes = ns.routes.filter(({ hops }) => hops.every(({ oif }) => oif !== link.index));
	ns.neighbours = ns.neighbours.filter(({ index }) => index !== link.index);
	for (const port of portsOf(ns, link)) leaveMaster(ns, port);
	leaveMaster(ns, link);
	ns.links.delete(link.index);
	const peer = link.peer === undefined ? undefined : ns.links.get(link.peer);
	if (peer !== undefined) removeLink(ns, peer);
}
