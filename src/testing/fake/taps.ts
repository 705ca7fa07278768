import type { TapRequest } from "../../kernel/kernel.js";
import { checkName } from "./link_attributes.js";
import { removeLink } from "./link_delete.js";
import { addLink, linkNamed, type Namespace } from "./namespace.js";
import { Refusal } from "./refusal.js";

const TAP_MTU = [68, 65521] as const;

/** TUNSETIFINDEX, and TUNSETIFF with IFF_TUN_EXCL. The descriptor stays open and keeps the tap alive. */
export function createTap(ns: Namespace, tap: TapRequest): void {
	checkName(tap.name);
	if (linkNamed(ns, tap.name) !== undefined || ns.links.has(tap.index)) throw new Refusal("EBUSY");
	const link = addLink(ns, {
		name: tap.name,
		index: tap.index,
		kind: "tun",
		mtuRange: TAP_MTU,
		tun: {
			owner: tap.owner,
			group: tap.group,
			multiQueue: tap.multiQueue,
			vnetHdr: tap.vnetHdr,
			persistent: false,
			held: true,
		},
	});
	ns.descriptors.set(tap.name, link);
}

/** TUNSETPERSIST, after which the descriptor is closed. */
export function persistTap(ns: Namespace, name: string): void {
	const link = ns.descriptors.get(name);
	if (link?.tun === undefined) throw new Refusal("EBADF");
	if (ns.links.get(link.index) !== link) throw new Refusal("EBADFD");
	link.tun.persistent = true;
	dropTap(ns, name);
}

/** Close the descriptor, which deletes a tap that is not persistent. */
export function dropTap(ns: Namespace, name: string): void {
	const link = ns.descriptors.get(name);
	if (link?.tun === undefined) return;
	ns.descriptors.delete(name);
	link.tun.held = false;
	if (!link.tun.persistent) removeLink(ns, link);
}

/** Close all descriptors, as when the process dies. */
export function dropAllTaps(ns: Namespace): void {
	for (const name of [...ns.descriptors.keys()]) dropTap(ns, name);
}
