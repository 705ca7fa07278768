import type { Kind, Step } from "../engine/kind.js";
import { parseAddress } from "../inet/address.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { alreadyThere } from "./conflict.js";
import { absent, unwanted } from "./difference.js";
import { ElementSet } from "./element.js";
import { linksElsewhere } from "./link.js";
import { TABLE } from "./mark.js";
import { ipv6Masqueraded } from "./ruleset/set/ipv6-masqueraded.js";
import { masqueraded } from "./ruleset/set/masqueraded.js";
import { snatTo } from "./ruleset/set/snat-to.js";
import { isFlag, isLinkName, isMapOf, isOptional, isParsedBy, isText } from "./shape.js";
import { natWarnings } from "./warning.js";

/** A segment of guests that leaves an uplink under another source address. */
export interface Nat {
	/** Where the guests' packets come in: their tap, or their bridge. */
	readonly segment: string;
	readonly uplink: string;
	/** The address they get outside; without it the uplink's own. */
	readonly snatTo: string | undefined;
	readonly network: string;
	/** Packets of IPv6 alone: those of a segment whose IPv4 has an address of its own outside. */
	readonly isIpv6?: true | undefined;
}

const inet = { family: "inet", name: TABLE } as const;
const MASQUERADED = new ElementSet(inet, masqueraded.set);
const SNAT_TO = new ElementSet(inet, snatTo.map);
const IPV6_MASQUERADED = new ElementSet(inet, ipv6Masqueraded.set);

const keyOf = ({ segment, uplink }: Nat) => [segment, uplink] as const;

/** Putting the element in, and taking it out. */
function actions(nat: Nat): { readonly add: Action; readonly remove: Action } {
	const { snatTo: address, network: comment, isIpv6 } = nat;
	if (isIpv6) return IPV6_MASQUERADED.actions({ key: keyOf(nat), comment });
	return address === undefined
		? MASQUERADED.actions({ key: keyOf(nat), comment })
		: SNAT_TO.actions({ key: keyOf(nat), data: [address], comment });
}

const words = ({ segment, uplink, snatTo, isIpv6 }: Nat): string => {
	const how = snatTo === undefined ? "masquerade" : `as ${snatTo}`;
	return `source NAT of ${segment} to ${uplink} (${isIpv6 ? `IPv6, ${how}` : how})`;
};
function addStep(nat: Nat): Step {
	const { add, remove } = actions(nat);
	const conflict = alreadyThere(words(nat), "nft list ruleset");
	return {
		label: `add ${words(nat)}`,
		phase: "filter",
		effect: "create",
		do: add,
		undo: [remove],
		conflict,
	};
}
function removeStep(nat: Nat): Step {
	const { add, remove } = actions(nat);
	return {
		label: `remove ${words(nat)}`,
		phase: "filter",
		effect: "delete",
		do: remove,
		undo: [add],
	};
}

const strayOf = (
	[segment, uplink]: readonly [string, string] = ["", ""],
	snatTo?: string,
	isIpv6?: true,
): Nat => ({ segment, uplink, snatTo, network: "", isIpv6 });

function setOf({ snatTo, isIpv6 }: Nat) {
	if (isIpv6) return IPV6_MASQUERADED;
	return snatTo === undefined ? MASQUERADED : SNAT_TO;
}

/** It as the kernel has it, with the address it has there; undefined where its set has no such element. */
function read(kernel: Kernel, nat: Nat): Nat | undefined {
	const found = setOf(nat).read(kernel, keyOf(nat));
	return found && { ...nat, snatTo: found.data?.[0] };
}
function isThere(kernel: Kernel, nat: Nat): boolean {
	const found = read(kernel, nat);
	return found !== undefined && found.snatTo === nat.snatTo;
}

/** Source NAT of one segment: one element of a set or map, never a rule. */
export const nat: Kind<Nat, Nat> = {
	kind: "nat",
	key: ({ segment, uplink, isIpv6 }) => `nat:${segment}:${uplink}${isIpv6 ? ":ipv6" : ""}`,
	resolve: (want) => want,
	warnings: natWarnings,
	create: (made) => [addStep(made)],
	remove: (made) => [removeStep(made)],
	drift: (made, kernel) =>
		isThere(kernel, made) ? [] : [absent(words(made), `${words(made)} is not in place`)],
	verify(made, kernel) {
		if (made.isIpv6) return this.drift(made, kernel);
		// An address that is mapped cannot be in the other set as well: the first rule would win.
		const other = made.snatTo === undefined ? SNAT_TO : MASQUERADED;
		const isInBoth = other.read(kernel, keyOf(made)) !== undefined;
		return [
			...this.drift(made, kernel),
			...(isInBoth
				? [
						unwanted(
							`${words(made)} in set ${other.name}`,
							`${words(made)} is in set ${other.name} too`,
						),
					]
				: []),
		];
	},
	isMade: isMapOf({
		segment: isLinkName,
		uplink: isLinkName,
		snatTo: isOptional(isParsedBy(parseAddress)),
		network: isText,
		isIpv6: isOptional(isFlag),
	}),
	strays(made, look) {
		const { kernel } = look;
		const others = new Set(linksElsewhere(look).map(({ name }) => name));
		const known = made.filter(({ isIpv6 }) => !isIpv6).map(keyOf);
		const knownIpv6 = made.filter(({ isIpv6 }) => isIpv6).map(keyOf);
		const all = [
			...IPV6_MASQUERADED.strays(kernel, knownIpv6).map(({ what, key }) => ({
				what,
				made: strayOf(key, undefined, true),
			})),
			...MASQUERADED.strays(kernel, known).map(({ what, key }) => ({ what, made: strayOf(key) })),
			...SNAT_TO.strays(kernel, known).map(({ what, key, data }) => ({
				what,
				made: strayOf(key, data?.[0]),
			})),
		];
		return all.filter((stray) => !others.has(stray.made.segment));
	},
	change(made, next, kernel) {
		const found = read(kernel, made);
		const stays = made.snatTo === next.snatTo && found?.snatTo === next.snatTo;
		if (found !== undefined && stays) return [];
		return [...(found === undefined ? [] : [removeStep(found)]), addStep(next)];
	},
};
