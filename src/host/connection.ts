import type { Spared } from "../engine/sparing.js";
import { AddressError, familyOf, parseAddress } from "../inet/address.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Destination, type Route, readLink, readRouteTo } from "../kernel/read.js";
import type { Connection } from "../service/networks.js";
import { RTN_LOCAL } from "../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";

/**
 * The links of this namespace that a connection runs over: the one that has its local address, the one through which
 * answers leave, and the links below these two. The kernel's own look-up tells: the entry for an address in the table
 * `local` names its link. Empty if the address is not one of this namespace.
 */
export function linksOf(kernel: Kernel, { local, remote }: Connection): Spared {
	const links = new Map<number, string>();
	const here = routeTo(kernel, local);
	if (here?.rtm_type !== RTN_LOCAL) return links;
	for (const route of [here, routeTo(kernel, remote)])
		for (const index of waysOut(route)) addWithLower(kernel, index, links);
	return links;
}

function routeTo(kernel: Kernel, text: string): Route | undefined {
	const to = destination(text);
	return to && readRouteTo(kernel, to);
}

/**
 * A zone may follow the address (`fe80::1%eth0`). Undefined if the text is no address, so that nothing can be guarded.
 */
function destination(text: string): Destination | undefined {
	try {
		const address = parseAddress(text.replace(/%.*/, ""));
		return { family: familyOf(address) === 4 ? AF_INET : AF_INET6, address };
	} catch (error) {
		if (error instanceof AddressError) return undefined;
		throw error;
	}
}

const waysOut = (route: Route | undefined): readonly number[] => [
	...(route?.RTA_OIF === undefined ? [] : [route.RTA_OIF]),
	...(route?.RTA_MULTIPATH ?? []).map(({ rtnh_ifindex }) => rtnh_ifindex),
];

/** A VLAN or a macvlan is cut off together with the link below it. */
function addWithLower(kernel: Kernel, index: number, links: Map<number, string>): void {
	for (let next: number | undefined = index; next !== undefined && !links.has(next); ) {
		const link = readLink(kernel, next);
		if (link === undefined) return;
		links.set(next, link.IFLA_IFNAME ?? `link ${next}`);
		next = link.IFLA_LINK_NETNSID === undefined ? link.IFLA_LINK : undefined;
	}
}
