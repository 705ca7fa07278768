import { type Cidr, cidrOf, formatAddress, isSingle, network, parseCidr } from "../engine/cidr.js";
import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type Surroundings } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import {
	type Destination,
	readAddresses,
	readPrefixesTo,
	readRouteTo,
	type Address as Seen,
} from "../kernel/read.js";
import { request } from "../netlink/request.js";
import {
	IFA_F_NODAD,
	IFA_F_PERMANENT,
	RTM_DELADDR,
	RTM_GETADDR,
	RTM_NEWADDR,
} from "../uapi/if_addr.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { PROTOCOL } from "./mark.js";
import { type Port, uplinkKey } from "./port.js";

export interface Address {
	readonly link: string;
	/** `192.168.33.33/24` */
	readonly address: string;
}
export interface MadeAddress extends Address {
	readonly index: number;
}

/** Putting the address on its link, and taking it off. */
function actions({ address, index }: MadeAddress): {
	readonly add: Action;
	readonly remove: Action;
} {
	const wanted = parseCidr(address);
	const bare = {
		ifa_family: familyOf(wanted),
		ifa_prefixlen: wanted.prefix,
		ifa_index: index,
		IFA_LOCAL: wanted.address,
		// Without it RTM_DELADDR would not look at the prefix length (net/ipv4/devinet.c).
		IFA_ADDRESS: wanted.address,
	};
	// A tap has no carrier until its guest opens it: duplicate detection would wait for that.
	const IFA_FLAGS = IFA_F_PERMANENT | IFA_F_NODAD;
	const put = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, {
		IFA_FLAGS,
		IFA_PROTO: PROTOCOL,
		...bare,
	});
	return {
		add: { via: "rtnetlink", request: put },
		remove: { via: "rtnetlink", request: request(RTM_DELADDR, 0, bare) },
	};
}

/** `192.168.33.33/24`, of an address as the kernel shows it. */
export function addressText({ IFA_LOCAL, IFA_ADDRESS, ifa_prefixlen }: Seen): string {
	const bytes = IFA_LOCAL ?? IFA_ADDRESS;
	return bytes === undefined ? "" : `${formatAddress(bytes)}/${ifa_prefixlen}`;
}

const canonical = (address: string): string => parseCidr(address).text;

const isThere = (made: MadeAddress, kernel: Kernel): boolean =>
	readAddresses(kernel, made.index).map(addressText).includes(canonical(made.address));

const familyOf = ({ family }: Cidr): number => (family === 4 ? AF_INET : AF_INET6);

const destination = (wanted: Cidr): Destination => ({
	family: familyOf(wanted),
	address: wanted.address,
});

/**
 * A subnet that another link has already, or one within it: of the two the host would reach one only. A wider one
 * does no harm, packets go by the longest prefix: a guest with an address of the LAN lives by that.
 */
function sharedSubnet(
	{ link, index }: MadeAddress,
	wanted: Cidr,
	around: Surroundings,
): ConflictError | undefined {
	const route = readRouteTo(around.kernel, destination(wanted));
	if (route?.RTA_OIF === undefined || route.RTA_OIF === index) return undefined;
	if (around.isLeaving(route.RTA_OIF)) return undefined;
	const other = around.kernel.linkName(route.RTA_OIF);
	// A link that is being deleted is out of the list before its routes are (unregister_netdevice_many).
	if (other === undefined || belongTogether(link, other, around)) return undefined;
	return new ConflictError(
		`subnet ${cidrOf(network(wanted), wanted.prefix).text} of ${link}`,
		`${cidrOf(route.RTA_DST ?? wanted.address, route.rtm_dst_len).text} on ${other}`,
		`none of it on another link`,
		{
			hint: `choose a subnet of its own for ${link}; to put guests into that of ${other}, use mode bridged, or a longer prefix and proxyArp`,
		},
	);
}

/** Taps and bridges know their network. */
interface OfNetwork {
	readonly network: string;
}
/** Taps of one network may share a subnet, as their guests have routes of their own; and a bridge gets its uplink's. */
function belongTogether(link: string, other: string, around: Surroundings): boolean {
	const port = around.made(uplinkKey(other)) as Pick<Port, "bridge"> | undefined;
	if (port?.bridge === link) return true;
	const there = around.made(linkKey(other)) as OfNetwork | undefined;
	if (there === undefined) return false;
	// What is of one spec was compared there; what nobody else stands on may be about to go.
	if (around.others(linkKey(other)).length === 0) return true;
	return there.network === (around.made(linkKey(link)) as OfNetwork | undefined)?.network;
}

/** An address of the host on a link of ours. */
export const address: Kind<Address, MadeAddress> = {
	kind: "address",
	key: ({ link, address }) => `address:${link}:${canonical(address)}`,
	resolve(want, around) {
		const made = { index: around.indexOf(want.link), ...want };
		if (!around.isBlank(want.link) && isThere(made, around.kernel))
			throw new ConflictError(
				`address ${want.address} of ${want.link}`,
				"one that is not ours",
				"a new one",
				{ hint: `remove it first: ip address delete ${want.address} dev ${want.link}` },
			);
		return made;
	},
	refusals(made, around) {
		const wanted = made.map(({ address }) => parseCidr(address));
		const subnets = wanted.filter((one) => !isSingle(one));
		if (subnets.length === 0) return [];
		const prefixes = readPrefixesTo(around.kernel, subnets.map(destination));
		const taken = new Set(subnets.filter(({ prefix }, i) => (prefixes[i] ?? 0) >= prefix));
		return made.map((one, i) => {
			const subnet = wanted[i] as Cidr;
			return taken.has(subnet) ? sharedSubnet(one, subnet, around) : undefined;
		});
	},
	create(made) {
		const { add, remove } = actions(made);
		const label = `add address ${made.address} to ${made.link}`;
		return [{ label, phase: "address", do: add, undo: [remove] }];
	},
	remove(made) {
		const { add, remove } = actions(made);
		const label = `remove address ${made.address} from ${made.link}`;
		return [{ label, phase: "address", do: remove, undo: [add] }];
	},
	drift: (made, kernel) =>
		isThere(made, kernel) ? [] : [`address ${made.address} is missing on ${made.link}`],
	verify(made, kernel) {
		const text = canonical(made.address);
		const seen = readAddresses(kernel, made.index).find((one) => addressText(one) === text);
		if (seen === undefined) return this.drift(made, kernel);
		const isOurs = seen.IFA_PROTO === PROTOCOL;
		return isOurs ? [] : [`address ${made.address} on ${made.link} is not the one that was made`];
	},
	strays(made, kernel) {
		const ours = new Set(made.map((one) => `${one.index} ${canonical(one.address)}`));
		return kernel
			.dump(RTM_GETADDR, RTM_NEWADDR, {})
			.filter((seen) => seen.IFA_PROTO === PROTOCOL)
			.filter((seen) => !ours.has(`${seen.ifa_index} ${addressText(seen)}`))
			.map((seen) => `address ${addressText(seen)} on link ${seen.ifa_index}`);
	},
	change(_made, next, kernel) {
		return this.drift(next, kernel).length === 0 ? [] : this.create(next);
	},
	within: ({ link }) => linkKey(link),
};
