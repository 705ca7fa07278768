import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey } from "../engine/kind.js";
import { formatAddress, parseCidr } from "../inet/cidr.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readAddresses, type Address as Seen } from "../kernel/read.js";
import { request } from "../netlink/request.js";
import {
	IFA_F_NODAD,
	IFA_F_PERMANENT,
	RTM_DELADDR,
	RTM_GETADDR,
	RTM_NEWADDR,
} from "../uapi/if_addr.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import { alreadyThere } from "./conflict.js";
import { addressFamily } from "./family.js";
import { PROTOCOL } from "./mark.js";
import { subnetConflicts } from "./subnet.js";

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
		ifa_family: addressFamily(wanted),
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

/** An address of the host on a link of ours. */
export const address: Kind<Address, MadeAddress> = {
	kind: "address",
	key: ({ link, address }) => `address:${link}:${canonical(address)}`,
	resolve(want, context) {
		const made = { index: context.indexOf(want.link), ...want };
		if (!context.isBlank(want.link) && isThere(made, context.kernel))
			throw new ConflictError(
				`address ${want.address} of ${want.link}`,
				"one that is not ours",
				"a new one",
				{ hint: `remove it first: ip address delete ${want.address} dev ${want.link}` },
			);
		return made;
	},
	validateAll: subnetConflicts,
	create(made) {
		const { add, remove } = actions(made);
		const what = `address ${made.address} to ${made.link}`;
		const conflict = alreadyThere(what, "ip address");
		return [{ label: `add ${what}`, phase: "address", do: add, undo: [remove], conflict }];
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
	parentKey: ({ link }) => linkKey(link),
};
