import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type PlanContext, type Step } from "../engine/kind.js";
import { formatAddress, parseCidr, subnetOf } from "../inet/cidr.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readAddresses, readSetting, type Address as Seen } from "../kernel/read.js";
import { request } from "../netlink/request.js";
import {
	IFA_F_NODAD,
	IFA_F_PERMANENT,
	RTM_DELADDR,
	RTM_GETADDR,
	RTM_NEWADDR,
} from "../uapi/if_addr.js";
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../uapi/netlink.js";
import type { MadeBridge } from "./bridge.js";
import { alreadyThere } from "./conflict.js";
import { absent } from "./difference.js";
import { addressFamily } from "./family.js";
import { linksElsewhere, setLink } from "./link.js";
import { PROTOCOL } from "./mark.js";
import { isCidr, isFlag, isLinkIndex, isLinkName, isMapOf, isOptional } from "./shape.js";
import { subnetConflicts } from "./subnet.js";

export interface Address {
	readonly link: string;
	/** `192.168.33.33/24` */
	readonly address: string;
}
export interface MadeAddress extends Address {
	readonly index: number;
	/** Set if another address of its subnet was on the link before, whose deletion would have deleted this one. */
	readonly isSecond?: boolean | undefined;
}

/** Adding the address to its link, and deleting it. */
function actions({ address, index }: MadeAddress): {
	readonly add: Action;
	readonly remove: Action;
} {
	const wanted = parseCidr(address);
	const bare = {
		ifa_family: addressFamily(wanted),
		ifa_prefixlen: wanted.prefix,
		ifa_index: index,
		IFA_LOCAL: wanted.address,
		// Without it RTM_DELADDR would ignore the prefix length (net/ipv4/devinet.c).
		IFA_ADDRESS: wanted.address,
	};
	// A tap has no carrier until its guest opens it, and duplicate address detection would wait for that.
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

/** `192.168.33.33/24`, for an address as the kernel reports it. */
export function addressText({ IFA_LOCAL, IFA_ADDRESS, ifa_prefixlen }: Seen): string {
	const bytes = IFA_LOCAL ?? IFA_ADDRESS;
	return bytes === undefined ? "" : `${formatAddress(bytes)}/${ifa_prefixlen}`;
}

/** @throws ConflictError if the link is a bridge that somebody else made */
function refuseForeignLink({ link, address }: Address, context: PlanContext): void {
	const made = context.made(linkKey(link)) as MadeBridge | undefined;
	if (made?.foreign !== true) return;
	throw new ConflictError(`bridge ${link}`, "one that is not ours", `one with address ${address}`, {
		hint: `leave out the addresses: ${link} is used with those it has; or name a bridge that does not exist yet`,
	});
}

/**
 * IPv4 deletes the secondary addresses of a subnet with the primary one (__inet_del_ifa, net/ipv4/devinet.c). With
 * promote_secondaries the next one becomes primary instead, so that the link is never without an address while one
 * replaces another.
 */
const staysAlone = ({ link, index }: MadeAddress): Step => ({
	label: `keep addresses of ${link} when the first of their subnet goes`,
	phase: "address",
	do: setLink(promote(index, 1)),
	undo: [setLink(promote(index, 0), { index, name: link })],
});
const promote = (ifi_index: number, value: number) => ({
	ifi_index,
	IFLA_AF_SPEC: { AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_PROMOTE_SECONDARIES: value } } },
});

const canonical = (address: string): string => parseCidr(address).text;

const find = (made: MadeAddress, kernel: Kernel): Seen | undefined =>
	readAddresses(kernel, made.index).find((one) => addressText(one) === canonical(made.address));

const LOOPBACK_IFINDEX = 1;

/**
 * Whether an address has our mark. Before Linux 5.18 no address has a mark; such a kernel does not mark those of
 * loopback either.
 */
const isMarked = ({ IFA_PROTO }: Seen, kernel: Kernel): boolean =>
	IFA_PROTO === PROTOCOL ||
	readAddresses(kernel, LOOPBACK_IFINDEX).every((one) => one.IFA_PROTO === undefined);

/**
 * Somebody has deleted the address and added it again, so it gets our mark, by which all processes of umlnet-nl
 * recognise it.
 */
function claim(made: MadeAddress, { IFA_CACHEINFO, IFA_LABEL, $unknown, ...seen }: Seen): Step {
	const replace = (address: Omit<Seen, "IFA_CACHEINFO" | "IFA_LABEL" | "$unknown">): Action => ({
		via: "rtnetlink",
		request: request(RTM_NEWADDR, NLM_F_REPLACE, { ...address, ifa_flags: 0 }),
	});
	return {
		label: `mark address ${made.address} of ${made.link} as ours`,
		phase: "address",
		do: replace({ ...seen, IFA_PROTO: PROTOCOL }),
		undo: [replace({ ...seen, IFA_PROTO: seen.IFA_PROTO ?? 0 })],
	};
}

/** An address of the host on a link of ours. */
export const address: Kind<Address, MadeAddress> = {
	kind: "address",
	key: ({ link, address }) => `address:${link}:${canonical(address)}`,
	resolve(want, context) {
		const made = { index: context.indexOf(want.link), ...want };
		refuseForeignLink(want, context);
		if (context.isBlank(want.link)) return made;
		const there = readAddresses(context.kernel, made.index);
		if (there.map(addressText).includes(canonical(want.address)))
			throw new ConflictError(
				`address ${want.address} of ${want.link}`,
				"one that is not ours",
				"a new one",
				{ hint: `remove it first: ip address delete ${want.address} dev ${want.link}` },
			);
		const wanted = parseCidr(want.address);
		const subnet = subnetOf(wanted).text;
		const isSecond =
			wanted.family === 4 &&
			there.some((one) => subnetOf(parseCidr(addressText(one))).text === subnet) &&
			readSetting(context.kernel, `net/ipv4/conf/${want.link}/promote_secondaries`) === "0";
		return isSecond ? { ...made, isSecond } : made;
	},
	validateAll: subnetConflicts,
	create(made) {
		const { add, remove } = actions(made);
		const what = `address ${made.address} to ${made.link}`;
		const conflict = alreadyThere(what, "ip address");
		return [
			...(made.isSecond ? [staysAlone(made)] : []),
			{
				label: `add ${what}`,
				phase: "address",
				effect: "create",
				do: add,
				undo: [remove],
				conflict,
			},
		];
	},
	remove(made) {
		const { add, remove } = actions(made);
		const label = `remove address ${made.address} from ${made.link}`;
		return [{ label, phase: "address", effect: "delete", do: remove, undo: [add] }];
	},
	drift: (made, kernel) =>
		find(made, kernel) !== undefined
			? []
			: [absent(objectOf(made), `address ${made.address} is missing on ${made.link}`)],
	verify(made, kernel) {
		const seen = find(made, kernel);
		if (seen === undefined) return this.drift(made, kernel);
		if (isMarked(seen, kernel)) return [];
		return [absent(objectOf(made), `${objectOf(made)} is not the one that was made`)];
	},
	isMade: isMapOf({
		link: isLinkName,
		address: isCidr,
		index: isLinkIndex,
		isSecond: isOptional(isFlag),
	}),
	strays(made, look) {
		const { kernel, links } = look;
		const others = new Set(linksElsewhere(look).map(({ link }) => link.ifi_index));
		const ours = new Set(made.map((one) => `${one.index} ${canonical(one.address)}`));
		return kernel
			.dump(RTM_GETADDR, RTM_NEWADDR, {})
			.filter((seen) => seen.IFA_PROTO === PROTOCOL && !others.has(seen.ifa_index))
			.filter((seen) => !ours.has(`${seen.ifa_index} ${addressText(seen)}`))
			.map((seen) => {
				const link = links.find(({ ifi_index }) => ifi_index === seen.ifa_index)?.IFLA_IFNAME ?? "";
				const address = addressText(seen);
				return {
					what: `address ${address} on ${link}`,
					made: { link, address, index: seen.ifa_index },
				};
			});
	},
	change(_made, next, kernel) {
		const seen = find(next, kernel);
		if (seen === undefined) return this.create(next);
		return isMarked(seen, kernel) ? [] : [claim(next, seen)];
	},
	parentKey: ({ link }) => linkKey(link),
};

const objectOf = ({ address, link }: Address): string => `address ${address} on ${link}`;
