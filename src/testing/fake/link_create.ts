import { addBridge, applyMtu, setMaster } from "./bridge.js";
import { checkMtu, freeName, type LinkValue, readMac, wantsUp } from "./link_attributes.js";
import { raise } from "./link_change.js";
import { removeLink } from "./link_delete.js";
import { addLink, type Link, type Namespace } from "./namespace.js";
import { Refusal } from "./refusal.js";

const ETHERNET_MTU = [68, 65535] as const;

/** RTM_NEWLINK of a link that does not exist yet. The kernel accepts IFLA_IFALIAS here and silently ignores it. */
export function create(ns: Namespace, value: LinkValue): void {
	const info = value.IFLA_LINKINFO;
	const kind = info?.IFLA_INFO_KIND;
	if (value.IFLA_AF_SPEC !== undefined) throw new Refusal("EAFNOSUPPORT");
	if (kind === "tun")
		throw new Refusal("EOPNOTSUPP", "tun/tap creation via rtnetlink is not supported.");
	if (kind !== "bridge" && kind !== "veth" && kind !== "ifb")
		throw new Refusal("EOPNOTSUPP", "Unknown device type");
	check(value);
	const peer = info?.IFLA_INFO_KIND === "veth" ? info.IFLA_INFO_DATA?.VETH_INFO_PEER : undefined;
	if (peer !== undefined) check(peer);
	// The far end is registered first, and deleted again if the near end cannot be registered.
	const other = kind === "veth" ? register(ns, kind, peer ?? {}) : undefined;
	const data = info?.IFLA_INFO_KIND === "bridge" ? { ...info.IFLA_INFO_DATA } : {};
	let link: Link | undefined;
	try {
		link = register(ns, kind, value, data);
		if (other !== undefined) join(link, other);
		if (peer !== undefined && other !== undefined && wantsUp(other, peer)) raise(ns, other);
		if (wantsUp(link, value)) raise(ns, link);
		if (value.IFLA_MASTER !== undefined) setMaster(ns, link, value.IFLA_MASTER);
	} catch (error) {
		for (const made of [link, other]) if (made !== undefined) removeLink(ns, made);
		throw error;
	}
}

type Attributes = Omit<LinkValue, "IFLA_LINKINFO" | "IFLA_AF_SPEC">;

function check({ IFLA_MTU, IFLA_ADDRESS }: Attributes): void {
	if (IFLA_MTU !== undefined) checkMtu(ETHERNET_MTU, IFLA_MTU);
	if (IFLA_ADDRESS !== undefined) readMac(IFLA_ADDRESS);
}

/** register_netdevice(), which checks the name before the index. */
function register(
	ns: Namespace,
	kind: "bridge" | "veth" | "ifb",
	value: Attributes,
	data = {},
): Link {
	const name = freeName(ns, value.IFLA_IFNAME, kind);
	const index = value.ifi_index;
	if (index !== undefined && ns.links.has(index)) throw new Refusal("EBUSY");
	const mac = value.IFLA_ADDRESS && readMac(value.IFLA_ADDRESS);
	const link =
		kind === "bridge"
			? addBridge(ns, { name, index, mac, data })
			: addLink(ns, { name, index, mac, kind });
	applyMtu(ns, link, value.IFLA_MTU ?? link.mtu);
	link.group = value.IFLA_GROUP ?? 0;
	link.txqlen = value.IFLA_TXQLEN ?? link.txqlen;
	return link;
}

function join(near: Link, far: Link): void {
	near.peer = far.index;
	far.peer = near.index;
}
