import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type PlanContext, type Step } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Identity } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readLink, readLinkByName, readPorts } from "../kernel/read.js";
import { shownSetting } from "../kernel/secret.js";
import { request } from "../netlink/request.js";
import { RTM_NEWLINK } from "../uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import { nameTaken } from "./conflict.js";
import { linkGone } from "./difference.js";
import {
	DEFAULT_MTU,
	linkDrift,
	macBytes,
	macOf,
	macText,
	setLink,
	strayLinks,
	UP,
} from "./link.js";
import { linksUpon } from "./links-upon.js";
import { aliasOf, isAlias, noted } from "./mark.js";
import { GEN_MODE, genModeFor } from "./migration/link-local.js";
import { chosenSettings, isSetting, pathOf, type Setting } from "./migration/setting.js";
import { notesOf, stateOf, type WayOut } from "./note.js";
import { forwardingKey, type MadePort, uplinkKey } from "./port.js";
import { Settable } from "./settable.js";
import {
	isChosenIndex,
	isFlag,
	isLinkIndex,
	isLinkName,
	isListOf,
	isMac,
	isMapOf,
	isOptional,
	isText,
	isWhole,
} from "./shape.js";

export interface Bridge {
	readonly name: string;
	readonly network: string;
	readonly mtu: number | undefined;
	/** The link whose MAC the bridge takes over, so that neighbours and leases stay valid. */
	readonly uplink: string | undefined;
	/** How packets leave its network, if they are routed. */
	readonly wayOut?: WayOut | undefined;
	/** The link group that stands for its network. */
	readonly linkGroup?: number | undefined;
}
export interface MadeBridge extends Bridge {
	readonly index: number;
	readonly mac: string;
	/** Set if it existed before us. It is then used as it is, and never changed or deleted. */
	readonly foreign?: true | undefined;
	/** The settings that somebody has changed on the uplink, which the bridge replaces. */
	readonly settings?: readonly Setting[] | undefined;
	/** What its alias contains in addition to the network. */
	readonly notes?: readonly string[] | undefined;
}

const identity = (made: MadeBridge): Identity => ({
	index: made.index,
	name: made.name,
	alias: aliasOf(made.network, made.notes),
});

const settable = new Settable<"mtu" | "linkGroup">({
	mtu: ["IFLA_MTU", DEFAULT_MTU],
	linkGroup: ["IFLA_GROUP", 0], // INIT_NETDEV_GROUP, include/uapi/linux/netdevice.h
});

/**
 * A bridge whose MTU was never set follows its ports. Setting the value that it has already does not count
 * (dev_set_mtu_ext, net/core/dev.c), so a wanted 1500 is created as 1499 and then set.
 */
const mtuAtCreation = (mtu: number | undefined): number | undefined =>
	mtu === DEFAULT_MTU ? DEFAULT_MTU - 1 : undefined;

/** An uplink whose addresses are on the bridge is noted as well. */
function bridgeNotes(
	{ uplink, wayOut }: Bridge,
	context: PlanContext,
	before?: readonly string[],
): readonly string[] | undefined {
	const notes = notesOf(wayOut, context, before);
	return uplink === undefined ? notes : [`uplink=${uplink}`, ...(notes ?? [])];
}

/** The notes of a bridge whose taps were requested differently: everything that any of them needs. */
const bothWays = (made: WayOut | undefined, want: WayOut | undefined): WayOut | undefined =>
	made && want
		? {
				...made,
				...want,
				isGlobal: made.isGlobal || want.isGlobal,
				isIpv6: made.isIpv6 || want.isIpv6,
			}
		: (want ?? made);

const isBridge = isMapOf({
	name: isLinkName,
	network: isText,
	index: isLinkIndex,
	mac: isMac,
	mtu: isOptional(isWhole(0, 0xffff_ffff)),
	linkGroup: isOptional(isWhole(0, 0xffff_ffff)),
	uplink: isOptional(isLinkName),
	foreign: isOptional(isFlag),
	settings: isOptional(isListOf(isSetting)),
	notes: isOptional(isListOf(isText)),
});

/** A bridge without spanning tree and with a fixed MAC: by default its MAC would be the lowest of its ports. */
export const bridge: Kind<Bridge, MadeBridge> = {
	kind: "bridge",
	key: ({ name }) => linkKey(name),
	resolve(want, context) {
		const { kernel } = context;
		const there = readLinkByName(kernel, want.name);
		if (there !== undefined && isForeign(there)) return used(want, there);
		const index = kernel.chooseIndex();
		const notes = bridgeNotes(want, context);
		const uplink = want.uplink === undefined ? undefined : readLinkByName(kernel, want.uplink);
		if (uplink === undefined) return { ...want, index, mac: macOf(index), notes };
		const settings = settingsOf(want.uplink as string, uplink, context);
		return { ...want, index, mac: macText(uplink.IFLA_ADDRESS), settings, notes };
	},
	reconcile(made, want, context) {
		const [other] = context.others(linkKey(want.name));
		if (made.foreign) return { ...made, ...want };
		const state = stateOf(made.notes);
		if (other === undefined) {
			// An uplink that has left is still noted: it is checked before anything is done, and a second request changes
			// nothing.
			const before = noted("uplink", made.notes ?? []);
			const hasLeft = before !== undefined && context.made(uplinkKey(before)) === undefined;
			const { uplink = hasLeft ? before : undefined } = want;
			return { ...made, ...want, notes: bridgeNotes({ ...want, uplink }, context, state) };
		}
		if (made.network !== want.network)
			throw new ConflictError(
				`bridge ${want.name}`,
				`network ${made.network}'s, with ${other} on it`,
				`network ${want.network}'s`,
				{ hint: `name another bridge, or put the tap into network ${made.network}` },
			);
		// A request without MTU or uplink does not take them away from the taps that are already on the bridge.
		const { mtu = made.mtu, uplink = made.uplink } = want;
		const wayOut = bothWays(made.wayOut, want.wayOut);
		const next = { ...made, ...want, mtu, uplink, wayOut };
		return { ...next, notes: bridgeNotes(next, context, state) };
	},
	create(made) {
		const { name, index, mac, mtu, settings = [] } = made;
		if (made.foreign) return [];
		return [
			{
				label: `create bridge ${name}`,
				phase: "link",
				effect: "create",
				do: {
					via: "rtnetlink",
					request: request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, {
						ifi_index: index,
						IFLA_IFNAME: name,
						IFLA_ADDRESS: macBytes(mac),
						IFLA_MTU: mtuAtCreation(mtu),
						IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge", IFLA_INFO_DATA: { IFLA_BR_STP_STATE: 0 } },
					}),
				},
				undo: [{ via: "unlink", link: identity(made) }],
				conflict: nameTaken("bridge", name),
			},
			...settings.map((one) => choose(one, name)),
			{
				label: `bring up ${name}`,
				phase: "configure",
				// The MTU of the first port replaces one given at creation, but not one that was set later (br_change_mtu).
				do: setLink(
					settable.add(
						{ ifi_index: index, ...UP, IFLA_IFALIAS: aliasOf(made.network, made.notes) },
						made,
					),
				),
				undo: [],
			},
		];
	},
	remove(made, context) {
		if (made.foreign) return [];
		refuseForeignLinks(made, context);
		return [
			{
				label: `delete bridge ${made.name}`,
				phase: "link",
				effect: "delete",
				do: { via: "unlink", link: identity(made) },
				undo: [],
			},
		];
	},
	drift(made, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return [linkGone(made.name)];
		if (made.foreign) return [];
		return differences(link, { ...made, alias: aliasOf(made.network, made.notes) });
	},
	isMade: (made) =>
		isBridge(made) &&
		((made as MadeBridge).foreign === true || isChosenIndex((made as MadeBridge).index)),
	strays: (made, look) =>
		strayLinks(look, "bridge", made, ({ link, name, network, notes }) => ({
			...{ name, network, notes, index: link.ifi_index, mac: macText(link.IFLA_ADDRESS) },
			...{ mtu: undefined, linkGroup: undefined, uplink: noted("uplink", notes) },
		})),
	change(made, next, kernel) {
		const link = readLink(kernel, made.index);
		if (made.foreign) return stillUsed(made, link);
		if (link === undefined) return this.create(next);
		const want = {
			alias: aliasOf(next.network, next.notes),
			...next,
			...settable.next(made, next),
		};
		if (link.IFLA_IFNAME !== next.name)
			throw new ConflictError(
				`bridge ${next.name}`,
				`it was renamed to ${link.IFLA_IFNAME}`,
				next.name,
			);
		return differences(link, want).length === 0 ? [] : [adjust(want, link)];
	},
};

type WantedBridge = MadeBridge & { readonly alias: string };

/** The differences between a bridge and what is wanted. */
const differences = (link: Link, want: WantedBridge): Difference[] => [
	...linkDrift(link, want, settable),
	...(hasSpanningTree(link) ? [spanningTree(want)] : []),
];

function hasSpanningTree({ IFLA_LINKINFO: info }: Link): boolean {
	const state = info?.IFLA_INFO_KIND === "bridge" && info.IFLA_INFO_DATA?.IFLA_BR_STP_STATE;
	return typeof state === "number" && state !== 0;
}
const treeSetting = (IFLA_BR_STP_STATE: number) =>
	({
		IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge", IFLA_INFO_DATA: { IFLA_BR_STP_STATE } },
	}) as const;

/** Set everything that differs from what is wanted; the undo restores the old values. */
function adjust(want: WantedBridge, link: Link): Step {
	const { ifi_index, IFLA_ADDRESS, IFLA_IFALIAS, ifi_flags } = link;
	// Setting the MAC of a link makes the kernel forget its neighbours, even if the MAC does not change
	// (neigh_changeaddr).
	const hasMac = macText(IFLA_ADDRESS) === want.mac;
	const hasTree = hasSpanningTree(link);
	const wanted = {
		...{ ifi_index, ...UP, IFLA_IFALIAS: want.alias },
		...(!hasMac && { IFLA_ADDRESS: macBytes(want.mac) }),
		...(hasTree && treeSetting(0)),
	};
	const before = {
		...{ ifi_index, ifi_flags: ifi_flags & UP.ifi_flags, ifi_change: UP.ifi_change },
		IFLA_IFALIAS: IFLA_IFALIAS ?? "",
		...(!hasMac && { IFLA_ADDRESS }),
		...(hasTree && treeSetting(1)),
	};
	return {
		label: `change ${want.name}`,
		phase: "configure",
		do: setLink(settable.add(wanted, want)),
		// An MTU that was never set is not restored, because then it would no longer follow the ports.
		undo: [setLink(settable.add(before, settable.before(link, want)))],
	};
}

/** Whether a link is a bridge that somebody else made. */
export const isForeign = ({ IFLA_LINKINFO: info, IFLA_IFALIAS }: Link): boolean =>
	info?.IFLA_INFO_KIND === "bridge" && !isAlias(IFLA_IFALIAS);

/** A bridge of somebody else, used as it is. @throws ConflictError if anything about it would have to be changed */
function used(want: Bridge, there: Link): MadeBridge {
	if (want.uplink !== undefined)
		throw new ConflictError(`bridge ${want.name}`, "one that is not ours", "one with our uplink", {
			hint: `leave out the uplink: ${want.name} is used with the ports it has; or name a bridge that does not exist yet`,
		});
	return { ...want, index: there.ifi_index, mac: macText(there.IFLA_ADDRESS), foreign: true };
}

/** Nothing is done to such a bridge, but it must exist. */
function stillUsed({ name }: MadeBridge, link: Link | undefined): readonly Step[] {
	if (link !== undefined) return [];
	throw new ConflictError(`bridge ${name}`, "none", "the one that was there", {
		hint: "it was not ours, and is gone: take the taps on it down, then up again",
	});
}

/**
 * The settings that others have changed on the uplink. Those that we have switched on there for a network are left out,
 * as they go away with that network.
 */
function settingsOf(uplink: string, link: Link, context: PlanContext): readonly Setting[] {
	const settings = withGenMode(chosenSettings(context.kernel, uplink), link, context.kernel);
	if (context.made(forwardingKey(uplink)) === undefined) return settings;
	return settings.filter(([directory, name]) => directory !== "ipv4/conf" || !SWITCHED.has(name));
}

/** The settings with the mode in which the bridge makes link-local addresses. */
function withGenMode(all: readonly Setting[], link: Link, kernel: Kernel): readonly Setting[] {
	const others = all.filter(([, name]) => name !== GEN_MODE);
	const chosen = all.find(([, name]) => name === GEN_MODE)?.[2];
	const mode = genModeFor(kernel, link, chosen);
	return mode === undefined ? others : [...others, ["ipv6/conf", GEN_MODE, mode]];
}
const SWITCHED: ReadonlySet<string> = new Set(["forwarding", "proxy_arp"]);

/** Copy a setting of the uplink to the bridge that replaces it. It disappears with the bridge. */
const choose = (setting: Setting, name: string): Step => {
	const [, what, value] = setting;
	return {
		label: `set ${what} of ${name} to ${shownSetting(what, value)}, as its uplink has it`,
		phase: "configure",
		do: { via: "sysctl", path: pathOf(setting, name), value },
		undo: [],
	};
};

/**
 * Whoever has put a link of their own into our bridge, or on top of it, needs the bridge. @throws ConflictError that
 * names the link
 */
function refuseForeignLinks({ name, index, uplink }: MadeBridge, context: PlanContext): void {
	const member = context.made(uplinkKey(uplink ?? "")) as MadePort | undefined;
	const theirs = readPorts(context.kernel, index).find(
		(port) => port.ifi_index !== member?.index && !isOurPort(port, context),
	);
	if (theirs !== undefined) {
		const port = theirs.IFLA_IFNAME ?? `link ${theirs.ifi_index}`;
		throw inTheWay(name, `${port} on it, a port that is not ours`, {
			wanted: "no such port",
			hint: `take it out first: ip link set ${port} nomaster; or leave a tap on ${name}`,
		});
	}
	const [upper] = linksUpon(index, context);
	if (upper !== undefined) {
		const link = upper.IFLA_IFNAME ?? `link ${upper.ifi_index}`;
		throw inTheWay(name, `${link} on it, a link that is not ours`, {
			wanted: "no such link",
			hint: `it would go with ${name}: ip link delete ${link} first; or leave a tap on ${name}`,
		});
	}
}

const inTheWay = (
	name: string,
	found: string,
	{ wanted, hint }: { readonly wanted: string; readonly hint: string },
): ConflictError => new ConflictError(`bridge ${name}`, found, wanted, { hint });

/** A tap of ours is recognised by its index together with its name or its alias, as when it is deleted (unlink.ts). */
function isOurPort(
	{ ifi_index, IFLA_IFNAME = "", IFLA_IFALIAS }: Link,
	context: PlanContext,
): boolean {
	const tap = context.made(linkKey(IFLA_IFNAME)) as { readonly index: number } | undefined;
	return tap?.index === ifi_index || isAlias(IFLA_IFALIAS);
}

const spanningTree = ({ name }: MadeBridge): Difference => ({
	object: `link ${name}`,
	field: "spanning tree",
	wanted: false,
	found: true,
	message: `${name}: spanning tree is on, was made off`,
});
