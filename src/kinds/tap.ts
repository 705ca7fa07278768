import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type Step } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Identity } from "../kernel/action.js";
import { type Link, readLink } from "../kernel/read.js";
import type { Complete } from "../spec/field.js";
import type { TapSettings } from "../spec/model.js";
import { IFF_UP } from "../uapi/if.js";
import { nameTaken } from "./conflict.js";
import { inWords, linkGone, reported } from "./difference.js";
import {
	DEFAULT_MTU,
	linkDrift,
	macBytes,
	macBytesOf,
	macOf,
	macText,
	setLink,
	strayLinks,
} from "./link.js";
import { aliasOf } from "./mark.js";
import { notesOf, stateOf, type WayOut } from "./note.js";
import { Settable } from "./settable.js";
import {
	isChosenIndex,
	isFlag,
	isLinkName,
	isListOf,
	isMac,
	isMapOf,
	isOptional,
	isText,
	isWhole,
} from "./shape.js";

export interface Tap extends Complete<TapSettings> {
	readonly name: string;
	readonly network: string;
	/** Whether it waits in a pool, down and without settings, until a guest takes it. */
	readonly parked: boolean;
	/** How packets leave its network, if the tap is the whole segment. */
	readonly wayOut?: WayOut | undefined;
	/** The link group that stands for its network, if the tap is a segment of its own. */
	readonly linkGroup?: number | undefined;
}
export interface MadeTap extends Tap {
	readonly index: number;
	/** The MAC that we chose for the guest which took it from a pool, if the spec has none. */
	readonly chosenMac?: string | undefined;
	/** What its alias contains in addition to the network. */
	readonly notes?: readonly string[] | undefined;
}

const identity = (made: MadeTap): Identity => ({
	index: made.index,
	name: made.name,
	alias: aliasOf(made.network, made.notes),
});

/**
 * Who may open a tap and how, under the kernel's names, which is fixed when it is made. Whether frames have a virtio
 * header is decided by whoever opens it, like all flags of TUN_FEATURES except for the one for queues (tun_set_iff,
 * drivers/net/tun.c), so the present value belongs to the opener.
 */
const fixed = [
	["owner", "owner"],
	["group", "group"],
	["multiQueue", "multi_queue"],
] as const;
type Access = Pick<Tap, (typeof fixed)[number][0]>;
/** What is not a setting of the link, but says how the tap is made, and how a guest should open it. */
type Opening = Access & Pick<Tap, "vnetHdr">;

/** The settings that can be changed while it exists. Its MAC is not a number, and is different for each guest. */
const settable = new Settable<Exclude<keyof TapSettings, keyof Opening | "mac"> | "linkGroup">({
	linkGroup: ["IFLA_GROUP", 0], // INIT_NETDEV_GROUP, include/uapi/linux/netdevice.h
	mtu: ["IFLA_MTU", DEFAULT_MTU],
	txqueuelen: ["IFLA_TXQLEN", 1000], // DEFAULT_TX_QUEUE_LEN, include/net/pkt_sched.h
});

/** `mac` is the MAC to set; undefined leaves the present one. */
const inService = (made: MadeTap, mac: string | undefined) =>
	settable.add(
		{
			ifi_index: made.index,
			ifi_flags: IFF_UP,
			ifi_change: IFF_UP,
			IFLA_IFALIAS: aliasOf(made.network, made.notes),
			IFLA_ADDRESS: mac === undefined ? undefined : macBytes(mac),
		},
		made,
	);

/** A parked tap has nothing of its last guest. Kinds of their own remove its addresses and its port. */
const blank = ({ network, notes, index }: MadeTap) =>
	settable.add(
		{
			ifi_index: index,
			ifi_flags: 0,
			ifi_change: IFF_UP,
			IFLA_IFALIAS: aliasOf(network, notes),
			IFLA_ADDRESS: macBytesOf(index),
		},
		settable.initial,
	);

/** Park a tap or take it into use, without reading it: a parked tap has the settings that parking it has set. */
function shift(made: MadeTap, next: MadeTap): Step {
	const { name } = next;
	return {
		label: next.parked ? `park tap ${name}` : `use parked tap ${name}`,
		phase: "configure",
		do: setLink(next.parked ? blank(next) : inService(next, guestMac(next))),
		undo: [setLink(made.parked ? blank(made) : inService(made, guestMac(made)))],
	};
}

const GONE =
	"it is not here any more: somebody deleted it, or moved it to another network namespace";

/**
 * A persistent tap that one user or group may open. Until everything else is done it is deleted if our process dies.
 */
export const tap: Kind<Tap, MadeTap> = {
	kind: "tap",
	key: ({ name }) => linkKey(name),
	resolve: (want, context) => ({
		index: context.kernel.chooseIndex(),
		notes: notesOf(want.wayOut, context),
		...want,
	}),
	reconcile(made, want, context) {
		const notes = notesOf(want.wayOut, context, stateOf(made.notes));
		if (made.parked === want.parked) return { ...made, ...want, notes };
		// A new guest gets a new MAC, so that nobody takes it for the last guest of this tap.
		const chosenMac = want.parked ? undefined : macOf(context.kernel.chooseIndex());
		return { ...made, ...want, notes, chosenMac };
	},
	create(made) {
		const { name, index, owner, group, multiQueue, vnetHdr } = made;
		return [
			{
				label: `create tap ${name}`,
				phase: "tap",
				effect: "create",
				do: { via: "tun", create: { name, index, owner, group, multiQueue, vnetHdr } },
				undo: [{ via: "unlink", link: identity(made) }],
				conflict: nameTaken("tap", name),
			},
			{
				label: made.parked ? `park tap ${name}` : `bring up ${name}`,
				phase: "configure",
				do: setLink(made.parked ? blank(made) : inService(made, made.mac)),
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
			effect: "delete",
			do: { via: "unlink", link: identity(made) },
			undo: [],
		},
	],
	losses: ({ index, name }, { kernel }) =>
		kernel.linkName(index) === undefined ? [{ subject: name, reason: GONE, ours: true }] : [],
	drift(made, kernel) {
		const link = readLink(kernel, made.index);
		return link === undefined ? [linkGone(made.name)] : differences(link, made);
	},
	verify(made, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return this.drift(made, kernel);
		// Anybody may change settings that the spec does not contain, except on a parked tap.
		const wanted = { ...made, ...(made.parked && settable.exact(made)), mac: exactMac(made) };
		const persistent = dataOf(link)?.IFLA_TUN_PERSIST === 1;
		return [...differences(link, wanted), ...(persistent ? [] : [notPersistent(made)])];
	},
	isMade: isMapOf({
		name: isLinkName,
		network: isText,
		index: isChosenIndex,
		owner: isOptional(isWhole(0, 0xffff_ffff)),
		group: isOptional(isWhole(0, 0xffff_ffff)),
		mac: isOptional(isMac),
		chosenMac: isOptional(isMac),
		mtu: isOptional(isWhole(0, 0xffff_ffff)),
		multiQueue: isFlag,
		vnetHdr: isFlag,
		parked: isOptional(isFlag),
		linkGroup: isOptional(isWhole(0, 0xffff_ffff)),
		notes: isOptional(isListOf(isText)),
	}),
	strays: (made, look) =>
		strayLinks(look, "tun", made, ({ link, name, network, notes }) => ({
			...{ name, network, notes, index: link.ifi_index },
			...{ owner: undefined, group: undefined, mac: undefined, ...settable.initial },
			...{ multiQueue: false, vnetHdr: false, parked: false },
		})),
	change(made, next, kernel) {
		if (made.parked !== next.parked) {
			refuse(next, accessChange(made, next));
			return [shift(made, next)];
		}
		const link = readLink(kernel, made.index);
		if (link === undefined) return this.create(next);
		refuse(next, [...accessDrift(link, next), ...nameDrift(link, next)]);
		const wanted = { ...next, ...settable.next(made, next), mac: guestMac(next) };
		if (next.parked || differences(link, wanted).length === 0) return [];
		return [adjust(wanted, link)];
	},
	isBlank: ({ parked }) => parked,
};

/** Set everything that is wanted; the undo restores the old values. */
function adjust(wanted: MadeTap, link: Link): Step {
	const { index, name } = wanted;
	// Setting the MAC of a link makes the kernel forget its neighbours, even if the MAC does not change
	// (neigh_changeaddr).
	const mac = wanted.mac === macText(link.IFLA_ADDRESS) ? undefined : wanted.mac;
	const before = {
		ifi_index: index,
		ifi_flags: link.ifi_flags & IFF_UP,
		ifi_change: IFF_UP,
		IFLA_IFALIAS: link.IFLA_IFALIAS ?? "",
		IFLA_ADDRESS: mac === undefined ? undefined : link.IFLA_ADDRESS,
	};
	return {
		label: `change ${name}`,
		phase: "configure",
		do: setLink(inService(wanted, mac)),
		undo: [setLink(settable.add(before, settable.before(link, wanted)))],
	};
}

/** The differences between a tap and what is wanted. */
const differences = (link: Link, wanted: MadeTap): Difference[] => [
	...linkDrift(link, { alias: aliasOf(wanted.network, wanted.notes), ...wanted }, settable),
	...accessDrift(link, wanted),
];

function nameDrift({ IFLA_IFNAME: found }: Link, { name }: MadeTap): Difference[] {
	if (found === name) return [];
	const values = { wanted: name, found: reported(found) };
	return [
		{ object: `link ${name}`, field: "name", ...values, message: `it was renamed to ${found}` },
	];
}

const notPersistent = ({ name }: MadeTap): Difference => ({
	object: `link ${name}`,
	field: "persistent",
	wanted: true,
	found: false,
	message: `${name}: it is not persistent`,
});

/** @throws ConflictError if something is wanted that cannot be changed while the tap exists */
function refuse({ name }: MadeTap, fixed: readonly Difference[]): void {
	if (fixed.length === 0) return;
	throw new ConflictError(`tap ${name}`, inWords(fixed), "what the spec says", {
		hint: `that cannot be changed while the tap exists: umlnet-nl down ${name} first`,
	});
}

/** The MAC of the guest that has it; undefined if the kernel has chosen it. */
const guestMac = ({ mac, chosenMac }: MadeTap): string | undefined => mac ?? chosenMac;

/** The MAC that it has because of us. */
const exactMac = (made: MadeTap): string | undefined =>
	made.parked ? macOf(made.index) : guestMac(made);

function dataOf({ IFLA_LINKINFO: info }: Link) {
	return info?.IFLA_INFO_KIND === "tun" ? info.IFLA_INFO_DATA : undefined;
}

function accessDrift(link: Link, wanted: MadeTap): Difference[] {
	const data = dataOf(link);
	const found = {
		owner: data?.IFLA_TUN_OWNER,
		group: data?.IFLA_TUN_GROUP,
		multiQueue: data?.IFLA_TUN_MULTI_QUEUE === 1,
	};
	return accessChange(found, wanted);
}

function accessChange(has: Access, wanted: MadeTap): Difference[] {
	return fixed.flatMap(([field, word]) => {
		const [found, want] = [has[field], wanted[field]];
		if (found === want) return [];
		const message = `${wanted.name}: ${word} is ${found ?? "not set"}, not ${want ?? "unset"}`;
		const values = { wanted: reported(want), found: reported(found) };
		return [{ object: `link ${wanted.name}`, field, ...values, message }];
	});
}
