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
import { ipv6SnatTo } from "./ruleset/set/ipv6-snat-to.js";
import { masqueraded } from "./ruleset/set/masqueraded.js";
import { snatTo } from "./ruleset/set/snat-to.js";
import { isFlag, isLinkName, isMapOf, isOptional, isParsedBy, isText } from "./shape.js";
import { natWarnings } from "./warning.js";

/** A segment of guests whose packets of one family leave through an uplink with another source address. */
export interface Nat {
	/** The interface on which the guests' packets arrive: their tap, or their bridge. */
	readonly segment: string;
	readonly uplink: string;
	/** The address that they get outside; without it, the uplink's own. */
	readonly snatTo: string | undefined;
	readonly network: string;
	/** Set for IPv6; otherwise it is for IPv4. */
	readonly isIpv6?: true | undefined;
}

type SegmentAndUplink = readonly ["ifname", "ifname"];
type OutsideAddress = "ipv4_addr" | "ipv6_addr";
type Segments = ElementSet<SegmentAndUplink, OutsideAddress>;
const segments = (
	declared: ConstructorParameters<typeof ElementSet<SegmentAndUplink, OutsideAddress>>[1],
): Segments =>
	new ElementSet<SegmentAndUplink, OutsideAddress>({ family: "inet", name: TABLE }, declared);

/** For each family the set of masqueraded segments, and the map of segments with a source address of their own. */
const IPV4 = { masqueraded: segments(masqueraded.set), mapped: segments(snatTo.map) };
const IPV6 = { masqueraded: segments(ipv6Masqueraded.set), mapped: segments(ipv6SnatTo.map) };

const familyOf = ({ isIpv6 }: Pick<Nat, "isIpv6">) => (isIpv6 ? IPV6 : IPV4);
const setOf = (nat: Nat): Segments =>
	nat.snatTo === undefined ? familyOf(nat).masqueraded : familyOf(nat).mapped;

const keyOf = ({ segment, uplink }: Nat) => [segment, uplink] as const;

/** Adding the element, and deleting it. */
const actions = (nat: Nat): { readonly add: Action; readonly remove: Action } =>
	setOf(nat).actions({
		key: keyOf(nat),
		data: nat.snatTo === undefined ? undefined : [nat.snatTo],
		comment: nat.network,
	});

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

/** The state in the kernel, with the address that it has there; undefined if its set has no such element. */
function read(kernel: Kernel, nat: Nat): Nat | undefined {
	const found = setOf(nat).read(kernel, keyOf(nat));
	return found && { ...nat, snatTo: found.data?.[0] };
}
function isThere(kernel: Kernel, nat: Nat): boolean {
	const found = read(kernel, nat);
	return found !== undefined && found.snatTo === nat.snatTo;
}

/** Source NAT of one segment: an element of a set or map, never a rule. */
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
		// A segment that is mapped must not be in the other set as well, because the first rule would apply.
		const { masqueraded, mapped } = familyOf(made);
		const other = made.snatTo === undefined ? mapped : masqueraded;
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
		const all = [undefined, true as const].flatMap((isIpv6) => {
			const known = made.filter((one) => one.isIpv6 === isIpv6).map(keyOf);
			return Object.values(familyOf({ isIpv6 })).flatMap((set) =>
				set.strays(kernel, known).map(({ what, key: [segment, uplink] = ["", ""], data }) => ({
					what,
					made: { segment, uplink, snatTo: data?.[0], network: "", isIpv6 },
				})),
			);
		});
		return all.filter((stray) => !others.has(stray.made.segment));
	},
	change(made, next, kernel) {
		const found = read(kernel, made);
		const stays = made.snatTo === next.snatTo && found?.snatTo === next.snatTo;
		if (found !== undefined && stays) return [];
		return [...(found === undefined ? [] : [removeStep(found)]), addStep(next)];
	},
};
