/** Finds two links with the same subnet: the host would reach the guests of only one of them. */

import { ConflictError } from "../engine/error.js";
import { linkKey, type PlanContext } from "../engine/kind.js";
import { type Cidr, cidrOf, isSingle, parseCidr, subnetOf } from "../inet/cidr.js";
import { isLinkLocal } from "../inet/link-local.js";
import { type Destination, readPrefixesTo, readRouteTo } from "../kernel/read.js";
import { addressFamily } from "./family.js";
import { type Port, uplinkKey } from "./port.js";

/** An address of the host that is about to be added to a link, and with it the link's subnet. */
interface LinkAddress {
	readonly link: string;
	readonly index: number;
	/** `192.168.33.33/24` */
	readonly address: string;
}

const destination = (wanted: Cidr): Destination => ({
	family: addressFamily(wanted),
	address: wanted.address,
});

/**
 * Refuses addresses whose subnet another link has already, or a part of it. A wider subnet elsewhere is harmless,
 * because the longest prefix decides where a packet goes: a guest with an address of the LAN depends on that.
 * @returns for each address in order, what is wrong with it, or undefined
 */
export function subnetConflicts(
	made: readonly LinkAddress[],
	context: PlanContext,
): readonly (ConflictError | undefined)[] {
	const wanted = made.map(({ address }) => parseCidr(address));
	const subnets = wanted.filter(isSubnet);
	if (subnets.length === 0) return [];
	const prefixes = readPrefixesTo(context.kernel, subnets.map(destination));
	const taken = new Set(subnets.filter(({ prefix }, i) => (prefixes[i] ?? 0) >= prefix));
	const networks = new Set(made.map(({ link }) => networkOf(link, context)));
	const claims = networks.size > 1 ? new Claims() : undefined;
	return made.map((one, i) => {
		const subnet = wanted[i] as Cidr;
		if (!isSubnet(subnet)) return undefined;
		const withOther = taken.has(subnet) ? withHost(one, subnet, context) : undefined;
		return withOther ?? claims?.claim(one.link, subnet, context);
	});
}

/** A single address makes no route, and every link has the subnet of link-local addresses. */
const isSubnet = (cidr: Cidr): boolean => !isSingle(cidr) && !isLinkLocal(cidr.address);

const conflict = (link: string, wanted: Cidr, found: Cidr, other: string): ConflictError =>
	new ConflictError(
		`subnet ${subnetOf(wanted).text} of ${link}`,
		`${found.text} on ${other}`,
		"none of it on another link",
		{
			hint: `choose a subnet of its own for ${link}; to put guests into that of ${other}, use mode bridged, or a longer prefix and proxyArp`,
		},
	);

/** A conflict with a link that exists on the host. */
function withHost(
	{ link, index }: LinkAddress,
	wanted: Cidr,
	context: PlanContext,
): ConflictError | undefined {
	const route = readRouteTo(context.kernel, destination(wanted));
	if (route?.RTA_OIF === undefined || route.RTA_OIF === index) return undefined;
	if (context.isBeingDeleted(route.RTA_OIF)) return undefined;
	const other = context.kernel.linkName(route.RTA_OIF);
	// A link that is being deleted can no longer be found while its routes still exist (unregister_netdevice_many).
	if (other === undefined || belongTogether(link, other, context)) return undefined;
	return conflict(link, wanted, cidrOf(route.RTA_DST ?? wanted.address, route.rtm_dst_len), other);
}

const networkOf = (link: string, context: PlanContext): string | undefined =>
	(context.made(linkKey(link)) as OfNetwork | undefined)?.network;

/** The part of a link's record with its network, which taps and bridges have. */
interface OfNetwork {
	readonly network: string;
}
/**
 * Whether two links may have the same subnet. Taps of one network may, because their guests have routes of their own,
 * and a bridge gets the subnet of its uplink.
 */
function belongTogether(link: string, other: string, context: PlanContext): boolean {
	const port = context.made(uplinkKey(other)) as Pick<Port, "bridge"> | undefined;
	if (port?.bridge === link) return true;
	const there = networkOf(other, context);
	if (there === undefined) return false;
	// Within one spec this was checked when it was read. A link that no other tap uses may be deleted by this very plan.
	if (context.others(linkKey(other)).length === 0) return true;
	return there === networkOf(link, context);
}

/** The subnets of the requests in one transaction, in their order. */
class Claims {
	readonly #links = new Map<string, string>();
	readonly #prefixes = new Set<number>();

	/** @returns the conflict with a link of another network that has claimed the subnet before, if there is one */
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
