import { NLM_F_CREATE, NLM_F_REPLACE } from "../../netlink/frame.js";
import type { RTM_DELNEXTHOP, RTM_GETNEXTHOP, RTM_NEWNEXTHOP } from "../../uapi/nexthop.js";
import type { Namespace, Nexthop } from "./namespace.js";
import { hex, Refusal, unhex } from "./refusal.js";
import type { Given, Taken } from "./value.js";

/** RTM_NEWNEXTHOP of a single nexthop. The model has no groups of nexthops. */
export function newNexthop(
	ns: Namespace,
	flags: number,
	{ nh_family = 0, nh_protocol = 0, NHA_ID, NHA_OIF, NHA_GATEWAY }: Given<typeof RTM_NEWNEXTHOP>,
): void {
	if (NHA_ID === undefined) throw new Refusal("EINVAL");
	const link = ns.links.get(NHA_OIF ?? 0);
	if (link === undefined) throw new Refusal("EINVAL", "Invalid device index");
	if (!link.up) throw new Refusal("ENETDOWN", "Nexthop device is not up");
	const nexthop: Nexthop = {
		id: NHA_ID,
		family: nh_family,
		protocol: nh_protocol,
		oif: link.index,
		gateway: NHA_GATEWAY && hex(NHA_GATEWAY),
	};
	const there = ns.nexthops.findIndex(({ id }) => id === NHA_ID);
	if (there < 0) {
		if ((flags & NLM_F_CREATE) === 0) throw new Refusal("ENOENT");
		ns.nexthops.push(nexthop);
	} else if ((flags & NLM_F_REPLACE) !== 0) ns.nexthops[there] = nexthop;
	else throw new Refusal("EEXIST", "Nexthop id already exists");
}

/** RTM_DELNEXTHOP */
export function deleteNexthop(ns: Namespace, { NHA_ID }: Given<typeof RTM_DELNEXTHOP>): void {
	const there = ns.nexthops.findIndex(({ id }) => id === NHA_ID);
	if (there < 0) throw new Refusal("ENOENT");
	ns.nexthops.splice(there, 1);
}

/** A dump of RTM_GETNEXTHOP, by device. */
export const dumpNexthops = (
	ns: Namespace,
	{ NHA_OIF }: Given<typeof RTM_GETNEXTHOP>,
): Taken<typeof RTM_NEWNEXTHOP>[] =>
	ns.nexthops
		.filter(({ oif }) => NHA_OIF === undefined || oif === NHA_OIF)
		.map(({ id, family, protocol, oif, gateway }) => ({
			nh_family: family,
			nh_scope: 0,
			nh_protocol: protocol,
			nh_flags: 0,
			NHA_ID: id,
			NHA_OIF: oif,
			...(gateway !== undefined && { NHA_GATEWAY: unhex(gateway) }),
		}));
