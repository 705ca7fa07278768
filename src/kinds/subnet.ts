/** Two links with one subnet: the host would reach the guests of one of them only. */

import { ConflictError } from "../engine/error.js";
import { linkKey, type PlanContext } from "../engine/kind.js";
import { type Cidr, cidrOf, isSingle, network, parseCidr } from "../inet/cidr.js";
import { type Destination, readPrefixesTo, readRouteTo } from "../kernel/read.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import type { MadeAddress } from "./address.js";
import { type Port, uplinkKey } from "./port.js";

/** AF_INET or AF_INET6. */
export const addressFamily = ({ family }: Cidr): number => (family === 4 ? AF_INET : AF_INET6);

const destination = (wanted: Cidr): Destination => ({
	family: addressFamily(wanted),
	address: wanted.address,
});

/**
 * Why any of these addresses cannot be, each in its place: its subnet, or one within it, is another link's already. A
 * wider one does no harm, packets go by the longest prefix: a guest with an address of the LAN lives by that.
 */
export function subnetConflicts(
	made: readonly MadeAddress[],
	context: PlanContext,
): readonly (ConflictError | undefined)[] {
	const wanted = made.map(({ address }) => parseCidr(address));
	const subnets = wanted.filter((one) => !isSingle(one));
	if (subnets.length === 0) return [];
	const prefixes = readPrefixesTo(context.kernel, subnets.map(destination));
	const taken = new Set(subnets.filter(({ prefix }, i) => (prefixes[i] ?? 0) >= prefix));
	const networks = new Set(made.map(({ link }) => networkOf(link, context)));
	const claims = networks.size > 1 ? new Claims() : undefined;
	return made.map((one, i) => {
		const subnet = wanted[i] as Cidr;
		if (isSingle(subnet)) return undefined;
		const withOther = taken.has(subnet) ? withHost(one, subnet, context) : undefined;
		return withOther ?? claims?.claim(one.link, subnet, context);
	});
}

const conflict = (link: string, wanted: Cidr, found: Cidr, other: string): ConflictError =>
	new ConflictError(
		`subnet ${subnetOf(wanted).text} of ${link}`,
		`${found.text} on ${other}`,
		"none of it on another link",
		{
			hint: `choose a subnet of its own for ${link}; to put guests into that of ${other}, use mode bridged, or a longer prefix and proxyArp`,
		},
	);

const subnetOf = (cidr: Cidr, prefix = cidr.prefix): Cidr =>
	cidrOf(network({ ...cidr, prefix }), prefix);

/** With a link the host has. */
function withHost(
	{ link, index }: MadeAddress,
	wanted: Cidr,
	context: PlanContext,
): ConflictError | undefined {
	const route = readRouteTo(context.kernel, destination(wanted));
	if (route?.RTA_OIF === undefined || route.RTA_OIF === index) return undefined;
	if (context.isBeingDeleted(route.RTA_OIF)) return undefined;
	const other = context.kernel.linkName(route.RTA_OIF);
	// A link that is being deleted is out of the list before its routes are (unregister_netdevice_many).
	if (other === undefined || belongTogether(link, other, context)) return undefined;
	return conflict(link, wanted, cidrOf(route.RTA_DST ?? wanted.address, route.rtm_dst_len), other);
}

const networkOf = (link: string, context: PlanContext): string | undefined =>
	(context.made(linkKey(link)) as OfNetwork | undefined)?.network;

/** Taps and bridges know their network. */
interface OfNetwork {
	readonly network: string;
}
/** Taps of one network may share a subnet, as their guests have routes of their own; and a bridge gets its uplink's. */
function belongTogether(link: string, other: string, context: PlanContext): boolean {
	const port = context.made(uplinkKey(other)) as Pick<Port, "bridge"> | undefined;
	if (port?.bridge === link) return true;
	const there = networkOf(other, context);
	if (there === undefined) return false;
	// What is of one spec was compared there; what nobody else stands on may be about to go.
	if (context.others(linkKey(other)).length === 0) return true;
	return there === networkOf(link, context);
}

/** The subnets that requests of one transaction make, in the order in which they came. */
class Claims {
	readonly #links = new Map<string, string>();
	readonly #prefixes = new Set<number>();

	/** @returns why it cannot be, where a link of another network was first */
	claim(link: string, wanted: Cidr, context: PlanContext): ConflictError | undefined {
		for (const prefix of this.#prefixes) {
			if (prefix < wanted.prefix || prefix > 8 * wanted.address.length) continue;
			const found = subnetOf(wanted, prefix);
			const first = this.#links.get(found.text);
			if (first === undefined || networkOf(first, context) === networkOf(link, context)) continue;
			return conflict(link, wanted, found, first);
		}
		this.#prefixes.add(wanted.prefix);
		const { text } = subnetOf(wanted);
		if (!this.#links.has(text)) this.#links.set(text, link);
		return undefined;
	}
}
