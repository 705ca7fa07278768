import { type Kind, linkKey, type PlanContext, type Step } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import { formatAddress, parseAddress } from "../inet/address.js";
import { LINK_LOCAL_GATEWAY, linkLocalOf } from "../inet/link-local.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readAddresses } from "../kernel/read.js";
import type { Request } from "../netlink/request.js";
import { RT_SCOPE_LINK } from "../uapi/rtnetlink.js";
import type { MadeBridge } from "./bridge.js";
import { alreadyThere } from "./conflict.js";
import { absent } from "./difference.js";
import {
	type GuestElement,
	type GuestFacts,
	type GuestSet,
	guardElements,
	guardSets,
	type InSet,
} from "./guard-elements.js";
import { linksElsewhere, macBytes } from "./link.js";
import {
	type Check,
	isFlag,
	isLinkName,
	isListOf,
	isMac,
	isMapOf,
	isOptional,
	isParsedBy,
	isText,
} from "./shape.js";
import type { MadeTap } from "./tap.js";

/** What a guest may send: which MAC, which addresses, and never what only a router or a DHCP server sends. */
export interface Guard extends Omit<GuestFacts, "hostIpv6"> {
	/** The host is fe80::1 there. */
	readonly hasGateway?: true | undefined;
}
export interface MadeGuard extends Guard, GuestFacts {
	/** Nobody knows it: elements that were found, by the name of their table's family and set. */
	readonly found?: readonly FoundElement[] | undefined;
}
interface FoundElement {
	readonly family: string;
	readonly set: string;
	readonly key: readonly string[];
}

const words = ({ tap, level }: Guard): string => `guard of ${tap} (${level})`;

/** An element, and the set that it is in. */
interface Placed {
	readonly set: GuestSet;
	readonly element: GuestElement;
}
const placed = (all: readonly InSet[]): Placed[] =>
	all.flatMap(({ set, elements }) => elements.map((element) => ({ set, element })));
const idOf = ({ set, element }: Placed): string => [set.family, set.name, ...element.key].join(" ");

/** All that was made of it, set by set. */
function elementsOf(made: MadeGuard): InSet[] {
	if (made.found === undefined) return guardElements(made);
	return made.found.flatMap(({ family, set: name, key }) => {
		const set = guardSets.find((one) => one.family === family && one.name === name);
		return set === undefined ? [] : [{ set, elements: [{ key: key }] }];
	});
}

const putIn = (all: readonly InSet[]): Request[] =>
	all.map(({ set, elements }) => set.add(elements));
const takeOut = (all: readonly InSet[]): Request[] =>
	all.flatMap(({ set, elements }) => set.destroy(elements));
const batch = (...messages: readonly Request[]): Action => ({ via: "nftables", batch: messages });

/** Elements as one for each set. */
function grouped(all: readonly Placed[]): InSet[] {
	const sets = new Map<GuestSet, GuestElement[]>();
	for (const { set, element } of all) {
		const known = sets.get(set);
		if (known === undefined) sets.set(set, [element]);
		else known.push(element);
	}
	return [...sets].map(([set, elements]) => ({ set, elements }));
}

/**
 * Link-local addresses of the host on the segment of a guest, as far as they are known: those made of MACs we know, and
 * what a bridge of others has, whose MAC follows its ports.
 */
function hostsOwn({ tap, bridge, hasGateway }: Guard, context: PlanContext): string[] {
	const made = context.made(linkKey(bridge ?? tap)) as MadeBridge | MadeTap | undefined;
	if (made !== undefined && "foreign" in made && made.foreign)
		return context.once(`link-local addresses of ${made.name}`, () =>
			readAddresses(context.kernel, made.index)
				.filter(({ ifa_scope, IFA_ADDRESS }) => ifa_scope === RT_SCOPE_LINK && IFA_ADDRESS)
				.map(({ IFA_ADDRESS }) => formatAddress(IFA_ADDRESS as Uint8Array)),
		);
	const own = made?.mac === undefined ? [] : [formatAddress(linkLocalOf(macBytes(made.mac)))];
	return hasGateway ? [LINK_LOCAL_GATEWAY, ...own] : own;
}

const isThere = (kernel: Kernel, { set, element }: Placed): boolean =>
	set.read(kernel, element.key) !== undefined;

const isFound: Check = isMapOf({ family: isText, set: isText, key: isListOf(isText) });

/** How the frames of a guest are held to what is known of it: elements of sets, never a rule. */
export const guard: Kind<Guard, MadeGuard> = {
	kind: "guard",
	key: ({ tap }) => `guard:${tap}`,
	resolve: (want, context) => ({ ...want, hostIpv6: hostsOwn(want, context) }),
	reconcile: (_made, want, context) => ({ ...want, hostIpv6: hostsOwn(want, context) }),
	create(made) {
		const all = elementsOf(made);
		return [
			{
				label: `add ${words(made)}`,
				phase: "filter",
				effect: "create",
				do: batch(...putIn(all)),
				undo: [batch(...takeOut(all))],
				conflict: alreadyThere(words(made), "nft list ruleset"),
			},
		];
	},
	remove(made) {
		const all = elementsOf(made);
		return [
			{
				label: `remove ${words(made)}`,
				phase: "filter",
				effect: "delete",
				do: batch(...takeOut(all)),
				undo: [batch(...putIn(all))],
			},
		];
	},
	drift: (made, kernel) =>
		placed(elementsOf(made))
			.filter((one) => !isThere(kernel, one))
			.map((one) => missing(made, one)),
	isMade: isMapOf({
		tap: isLinkName,
		network: isText,
		bridge: isOptional(isLinkName),
		level: (value) => value === "basic" || value === "strict",
		mac: isOptional(isMac),
		addresses: isListOf(isParsedBy(parseAddress)),
		hasGateway: isOptional(isFlag),
		hostIpv6: isOptional(isListOf(isParsedBy(parseAddress))),
		found: isOptional(isListOf(isFound)),
	}),
	strays(made, look) {
		const ours = made.flatMap((one) => placed(elementsOf(one)));
		const others = new Set(linksElsewhere(look).map(({ name }) => name));
		const found = new Map<string, { what: string; element: FoundElement }[]>();
		for (const set of guardSets) {
			const keys = ours.filter((one) => one.set === set).map(({ element }) => element.key);
			for (const { what, key } of set.strays(look.kernel, keys)) {
				const tap = key?.[0];
				if (key === undefined || tap === undefined || others.has(tap)) continue;
				const element = { family: set.family, set: set.name, key };
				found.set(tap, [...(found.get(tap) ?? []), { what, element }]);
			}
		}
		return [...found].map(([tap, all]) => ({
			what: all.map(({ what }) => what).join(", "),
			made: {
				tap,
				network: "",
				level: "basic" as const,
				addresses: [],
				found: all.map(({ element }) => element),
			},
		}));
	},
	change(made, next, kernel) {
		const [were, wanted] = [made, next].map((one) => placed(elementsOf(one))) as [
			Placed[],
			Placed[],
		];
		// What is written beside them names the network.
		const keep = new Set(made.network === next.network ? wanted.map(idOf) : []);
		const gone = were.filter((one) => !keep.has(idOf(one)) && isThere(kernel, one));
		const free = new Set(gone.map(idOf));
		const fresh = wanted.filter((one) => free.has(idOf(one)) || !isThere(kernel, one));
		if (gone.length + fresh.length === 0) return [];
		const [old, added] = [grouped(gone), grouped(fresh)];
		return [changeStep(next, old, added)];
	},
};

/**
 * All in one batch: no frame is looked at in between. What undoes it are actions of their own, because some of it may be
 * so already: a table that goes with the old elements was perhaps not deleted yet.
 */
const changeStep = (next: MadeGuard, old: readonly InSet[], added: readonly InSet[]): Step => ({
	label: `change ${words(next)}`,
	phase: "filter",
	do: batch(...takeOut(old), ...putIn(added)),
	undo: [
		...added.map(({ set, elements }) => batch(...set.destroy(elements))),
		...old.map(({ set, elements }) => batch(set.add(elements))),
	],
});

function missing(made: MadeGuard, { set, element }: Placed): Difference {
	const what = `${element.key.join(" . ")} in nft set ${set.family} ${set.name}`;
	return absent(`${words(made)}: ${what}`, `${words(made)} lacks ${what}`);
}
