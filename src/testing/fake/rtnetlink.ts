import type { Reply } from "../../netlink/outcome.js";
import type { Request } from "../../netlink/request.js";
import { RTM_NEWLINK } from "../../uapi/if_link.js";
import { RTM_NEWNEIGH } from "../../uapi/neighbour.js";
import { RTM_NEWNETCONF } from "../../uapi/netconf.js";
import { RTM_NEWQDISC } from "../../uapi/pkt_sched.js";
import { RTM_NEWROUTE } from "../../uapi/rtnetlink.js";
import { deleteAddress, dumpAddresses, newAddress } from "./addresses.js";
import { deleteLink } from "./link_delete.js";
import { dumpLinks, getLink } from "./link_reply.js";
import { newLink, setLink } from "./links.js";
import type { Namespace } from "./namespace.js";
import { deleteNeighbour, dumpNeighbours, getNeighbour, newNeighbour } from "./neighbours.js";
import { deleteNexthop, dumpNexthops, newNexthop } from "./nexthops.js";
import { deleteQdisc, dumpFilters, getQdisc, newFilter, newQdisc } from "./qdiscs.js";
import { Refusal } from "./refusal.js";
import { deleteRoute, dumpRoutes, getRoute, newRoute } from "./routes.js";
import { deleteRule, dumpRules, newRule } from "./rules.js";
import { getNetconf } from "./sysctls.js";

// The tables type the values where they are read; in this list a message is just a name.
type Handler = (ns: Namespace, flags: number, value: never) => void;
const CHANGES: Readonly<Record<string, Handler>> = {
	RTM_NEWLINK: newLink,
	RTM_SETLINK: (ns, _, value) => setLink(ns, value),
	RTM_DELLINK: (ns, _, value) => deleteLink(ns, value),
	RTM_NEWADDR: newAddress,
	RTM_DELADDR: (ns, _, value) => deleteAddress(ns, value),
	RTM_NEWROUTE: newRoute,
	RTM_DELROUTE: (ns, _, value) => deleteRoute(ns, value),
	RTM_NEWNEIGH: newNeighbour,
	RTM_DELNEIGH: (ns, _, value) => deleteNeighbour(ns, value),
	RTM_NEWRULE: newRule,
	RTM_DELRULE: (ns, _, value) => deleteRule(ns, value),
	RTM_NEWNEXTHOP: newNexthop,
	RTM_DELNEXTHOP: (ns, _, value) => deleteNexthop(ns, value),
	RTM_NEWQDISC: newQdisc,
	RTM_DELQDISC: (ns, _, value) => deleteQdisc(ns, value),
	RTM_NEWTFILTER: newFilter,
};
const GETS: Readonly<Record<string, (ns: Namespace, value: never) => Reply>> = {
	RTM_GETLINK: (ns, value) => ({ type: RTM_NEWLINK.type, value: getLink(ns, value) }),
	RTM_GETROUTE: (ns, value) => ({ type: RTM_NEWROUTE.type, value: getRoute(ns, value) }),
	RTM_GETQDISC: (ns, value) => ({ type: RTM_NEWQDISC.type, value: getQdisc(ns, value) }),
	RTM_GETNEIGH: (ns, value) => ({ type: RTM_NEWNEIGH.type, value: getNeighbour(ns, value) }),
	RTM_GETNETCONF: (ns, value) => ({ type: RTM_NEWNETCONF.type, value: getNetconf(ns, value) }),
};
const DUMPS: Readonly<Record<string, (ns: Namespace, value: never) => readonly unknown[]>> = {
	RTM_GETLINK: dumpLinks,
	RTM_GETADDR: dumpAddresses,
	RTM_GETROUTE: dumpRoutes,
	RTM_GETNEIGH: dumpNeighbours,
	RTM_GETRULE: dumpRules,
	RTM_GETNEXTHOP: dumpNexthops,
	RTM_GETTFILTER: dumpFilters,
};

/** Handle one message: a change, or a get of one object. */
export function applyRtnetlink(ns: Namespace, { message, flags, value }: Request): Reply[] {
	const change = CHANGES[message.name];
	if (change !== undefined) {
		change(ns, flags, value as never);
		return [];
	}
	const get = GETS[message.name];
	if (get === undefined) throw new Refusal("EOPNOTSUPP");
	return [get(ns, value as never)];
}

export function dumpRtnetlink(ns: Namespace, name: string, value: unknown): readonly unknown[] {
	const dump = DUMPS[name];
	if (dump === undefined) throw new Refusal("EOPNOTSUPP");
	return dump(ns, value as never);
}
