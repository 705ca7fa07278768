import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../../netlink/frame.js";
import type { PF_BRIDGE_RTM_SETLINK } from "../../uapi/if_link.js";
import { AF_BRIDGE } from "../../uapi/socket.js";
import { checkName, findLink, type LinkValue } from "./link_attributes.js";
import { change, changeInfo } from "./link_change.js";
import { create } from "./link_create.js";
import type { Namespace } from "./namespace.js";
import { Refusal } from "./refusal.js";
import type { Given } from "./value.js";

/**
 * RTM_NEWLINK: create a link, or change the existing one. It is not atomic: what preceded a refused attribute stays.
 */
export function newLink(ns: Namespace, flags: number, value: LinkValue): void {
	if ((value.ifi_index ?? 0) < 0) throw new Refusal("EINVAL", "ifindex can't be negative");
	if (value.IFLA_IFNAME !== undefined) checkName(value.IFLA_IFNAME);
	const link = findLink(ns, value);
	if (link !== undefined) {
		if ((flags & NLM_F_EXCL) !== 0) throw new Refusal("EEXIST");
		if ((flags & NLM_F_REPLACE) !== 0) throw new Refusal("EOPNOTSUPP");
		changeInfo(link, value);
		change(ns, link, value);
	} else if ((flags & NLM_F_CREATE) !== 0) create(ns, value);
	else changeGroup(ns, value);
}

/** A change that names a group and no link applies to each link of the group. */
function changeGroup(ns: Namespace, value: LinkValue): void {
	const named = (value.ifi_index ?? 0) !== 0 || value.IFLA_IFNAME !== undefined;
	if (named || value.IFLA_GROUP === undefined) throw new Refusal("ENODEV");
	for (const one of ns.links.values())
		if (one.group === value.IFLA_GROUP) change(ns, one, { ...value, IFLA_GROUP: undefined });
}

/** RTM_SETLINK; with the family AF_BRIDGE, the options of a port. */
export function setLink(
	ns: Namespace,
	value: LinkValue | Given<typeof PF_BRIDGE_RTM_SETLINK>,
): void {
	if (value.ifi_family === AF_BRIDGE) {
		setPort(ns, value as Given<typeof PF_BRIDGE_RTM_SETLINK>);
		return;
	}
	const plain = value as LinkValue;
	if ((plain.ifi_index ?? 0) <= 0 && plain.IFLA_IFNAME === undefined) throw new Refusal("EINVAL");
	const link = findLink(ns, plain);
	if (link === undefined) throw new Refusal("ENODEV");
	change(ns, link, plain);
}

function setPort(ns: Namespace, value: Given<typeof PF_BRIDGE_RTM_SETLINK>): void {
	const link = ns.links.get(value.ifi_index ?? 0);
	if (link === undefined) throw new Refusal("ENODEV");
	if (link.port === undefined) throw new Refusal("EOPNOTSUPP");
	Object.assign(link.port, value.IFLA_PROTINFO);
}
