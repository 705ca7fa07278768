import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type Step } from "../engine/kind.js";
import type { Identity } from "../kernel/action.js";
import { type Link, readLink } from "../kernel/read.js";
import { IFF_UP } from "../uapi/if.js";
import { nameTaken } from "./conflict.js";
import {
	DEFAULT_MTU,
	linkDrift,
	macBytes,
	macBytesOf,
	macOf,
	mtuAfter,
	setLink,
	strayLinks,
} from "./link.js";
import { aliasOf } from "./mark.js";

export interface Tap {
	readonly name: string;
	readonly network: string;
	readonly owner: number | undefined;
	readonly group: number | undefined;
	/** Host side. The guest's own is another. */
	readonly mac: string | undefined;
	readonly mtu: number | undefined;
	readonly multiQueue: boolean;
	readonly vnetHdr: boolean;
	/** Out of service, down and blank, until a guest takes it. */
	readonly parked: boolean;
}
export interface MadeTap extends Tap {
	readonly index: number;
	/** The MAC we chose for the guest that has it, where the spec names none: each guest meets another. */
	readonly given?: string | undefined;
}

const identity = (made: MadeTap): Identity => ({
	index: made.index,
	name: made.name,
	alias: aliasOf(made.network),
});

/** `mac`: the one it gets; undefined leaves what it has. */
const settings = ({ network, mtu }: MadeTap, mac: string | undefined) => ({
	ifi_flags: IFF_UP,
	ifi_change: IFF_UP,
	IFLA_IFALIAS: aliasOf(network),
	IFLA_ADDRESS: mac === undefined ? undefined : macBytes(mac),
	IFLA_MTU: mtu,
});
const inService = (made: MadeTap) => settings(made, made.mac ?? made.given);

/** Nothing of the last guest is left on a parked tap. Its addresses and its port go with their own kinds. */
const blank = ({ network, index }: MadeTap) => ({
	ifi_flags: 0,
	ifi_change: IFF_UP,
	IFLA_IFALIAS: aliasOf(network),
	IFLA_ADDRESS: macBytesOf(index),
	IFLA_MTU: DEFAULT_MTU,
});

/** Into service or out of it, unseen: what a parked tap has is what we set when we parked it. */
function shift(made: MadeTap, next: MadeTap): Step {
	const { name, index } = next;
	return {
		label: next.parked ? `park tap ${name}` : `take ${name} into service`,
		phase: "configure",
		do: setLink(index, next.parked ? blank(next) : inService(next)),
		undo: [setLink(index, made.parked ? blank(made) : inService(made))],
	};
}

const GONE =
	"it is not here any more: somebody deleted it, or moved it to another network namespace";

/** A persistent tap that one user or group may open. It dies with us until all else stands. */
export const tap: Kind<Tap, MadeTap> = {
	kind: "tap",
	key: ({ name }) => linkKey(name),
	resolve: (want, { kernel }) => ({ index: kernel.chooseIndex(), ...want }),
	reconcile(made, want, { kernel }) {
		if (made.parked === want.parked) return { ...made, ...want };
		const given = want.parked ? undefined : macOf(kernel.chooseIndex());
		return { ...made, ...want, given };
	},
	create(made) {
		const { name, index, owner, group, multiQueue, vnetHdr } = made;
		return [
			{
				label: `create tap ${name}`,
				phase: "tap",
				do: { via: "tun", create: { name, index, owner, group, multiQueue, vnetHdr } },
				undo: [{ via: "unlink", link: identity(made) }],
				conflict: nameTaken("tap", name),
			},
			{
				label: made.parked ? `park tap ${name}` : `bring up ${name}`,
				phase: "configure",
				do: setLink(index, made.parked ? blank(made) : settings(made, made.mac)),
				undo: [],
			},
			{
				label: `make ${name} persistent`,
				phase: "persist",
				do: { via: "persist", name },
				undo: [],
			},
		];
	},
	remove: (made) => [
		{
			label: `delete tap ${made.name}`,
			phase: "tap",
			do: { via: "unlink", link: identity(made) },
			undo: [],
		},
	],
	losses: ({ index, name }, { kernel }) =>
		kernel.linkName(index) === undefined ? [{ subject: name, reason: GONE, ours: true }] : [],
	drift(made, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return [`${made.name} is gone`];
		return [
			...linkDrift(link, { ...made, alias: aliasOf(made.network) }),
			...accessDrift(link, made),
		];
	},
	verify(made, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return this.drift(made, kernel);
		const want = { ...made, mac: wantedMac(made), mtu: made.mtu ?? DEFAULT_MTU };
		const persistent = dataOf(link)?.IFLA_TUN_PERSIST === 1;
		return [
			...linkDrift(link, { ...want, alias: aliasOf(made.network) }),
			...accessDrift(link, made),
			...(persistent ? [] : [`${made.name}: it is not persistent`]),
		];
	},
	strays: (made, kernel) => strayLinks(kernel, "tun", made),
	change(made, next, kernel) {
		if (made.parked !== next.parked) {
			refuse(next, accessChange(made, next));
			return [shift(made, next)];
		}
		const link = readLink(kernel, made.index);
		if (link === undefined) return this.create(next);
		refuse(next, [...accessDrift(link, next), ...nameDrift(link, next)]);
		const want = { ...next, mtu: mtuAfter(made.mtu, next.mtu) };
		const drift = linkDrift(link, { ...want, alias: aliasOf(next.network) });
		return drift.length === 0 || next.parked ? [] : [adjust(want, link)];
	},
	isBlank: ({ parked }) => parked,
};

/** Set what differs; the undo sets back what was there. */
function adjust(next: MadeTap, link: Link): Step {
	const { index, name } = next;
	return {
		label: `change ${name}`,
		phase: "configure",
		do: setLink(index, settings(next, next.mac)),
		undo: [
			setLink(index, {
				IFLA_IFALIAS: link.IFLA_IFALIAS ?? "",
				IFLA_ADDRESS: next.mac === undefined ? undefined : link.IFLA_ADDRESS,
				IFLA_MTU: link.IFLA_MTU,
				ifi_flags: link.ifi_flags & IFF_UP,
				ifi_change: IFF_UP,
			}),
		],
	};
}

const nameDrift = (link: Link, { name }: MadeTap): string[] =>
	link.IFLA_IFNAME === name ? [] : [`it was renamed to ${link.IFLA_IFNAME}`];

/** @throws ConflictError when something is asked for that cannot be changed while the tap exists */
function refuse({ name }: MadeTap, fixed: readonly string[]): void {
	if (fixed.length === 0) return;
	throw new ConflictError(`tap ${name}`, fixed.join("; "), "what the spec says", {
		hint: `that cannot be changed while the tap exists: umlnet-nl down ${name} first`,
	});
}

/** Who may open a tap and how: fixed when it is made. */
type Access = Pick<Tap, "owner" | "group" | "multiQueue" | "vnetHdr">;

/** The MAC it has because of us; undefined where the kernel drew one. */
const wantedMac = (made: MadeTap): string | undefined =>
	made.parked ? macOf(made.index) : (made.mac ?? made.given);

function dataOf({ IFLA_LINKINFO: info }: Link) {
	return info?.IFLA_INFO_KIND === "tun" ? info.IFLA_INFO_DATA : undefined;
}

function accessDrift(link: Link, made: MadeTap): string[] {
	const data = dataOf(link);
	const found = {
		owner: data?.IFLA_TUN_OWNER,
		group: data?.IFLA_TUN_GROUP,
		multiQueue: data?.IFLA_TUN_MULTI_QUEUE === 1,
		vnetHdr: data?.IFLA_TUN_VNET_HDR === 1,
	};
	return accessChange(found, made);
}

function accessChange(has: Access, made: MadeTap): string[] {
	const pairs = [
		["owner", has.owner, made.owner],
		["group", has.group, made.group],
		["multi_queue", has.multiQueue, made.multiQueue],
		["vnet_hdr", has.vnetHdr, made.vnetHdr],
	] as const;
	return pairs.flatMap(([what, found, wanted]) =>
		found === wanted
			? []
			: [`${made.name}: ${what} is ${found ?? "not set"}, not ${wanted ?? "unset"}`],
	);
}
