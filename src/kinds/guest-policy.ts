import type { PlanContext, Warning } from "../engine/kind.js";
import { parseAddress } from "../inet/address.js";
import { ElementSet } from "./element.js";
import { TABLE } from "./mark.js";
import { type Membership, type MembershipKind, member, membershipKind } from "./membership.js";
import { POLICIES, type PolicySets } from "./ruleset/set/policy.js";
import {
	type Check,
	isFlag,
	isLinkName,
	isMapOf,
	isOptional,
	isParsedBy,
	isText,
	isWhole,
} from "./shape.js";
import { isFirst } from "./warning.js";

type What = keyof typeof POLICIES;

/** Of whom something is said: a whole network, a segment of its own, or a guest on a bridge. */
export type Subject =
	| { readonly network: string; readonly group: number }
	| { readonly link: string; readonly address?: string | undefined };

/** What is said of where guests may send, what of the host they reach, or who reaches them. */
export interface GuestPolicy {
	readonly what: What;
	/** What is so already where nothing is said needs no element: `full`, of a network. */
	readonly is: string;
	readonly of: Subject;
	/** The network, for people. */
	readonly comment: string;
	/** It goes by an address, and the guard of its tap does not keep the guest to the addresses that are given. */
	readonly isUnheld?: true | undefined;
}

const inet = { family: "inet", name: TABLE } as const;
const elementSets = ({ networks, segments, guests4, guests6 }: PolicySets) => ({
	networks: new ElementSet(inet, networks.set),
	segments: new ElementSet(inet, segments.set),
	guests4: new ElementSet(inet, guests4.set),
	guests6: new ElementSet(inet, guests6.set),
});
type Sets = ReturnType<typeof elementSets>;

const SETS: ReadonlyMap<string, Sets> = new Map(
	Object.entries(POLICIES).flatMap(([what, policy]) =>
		Object.entries<PolicySets>(policy).map(
			([name, sets]) => [`${what} ${name}`, elementSets(sets)] as const,
		),
	),
);

/** What is so where nothing is said. */
export const USUAL: Readonly<Record<What, string>> = {
	egress: "full",
	host: "open",
	inbound: "open",
};

const subjectOf = (of: Subject): string => {
	if ("network" in of) return `network ${of.network}`;
	return of.address === undefined ? of.link : `${of.address} on ${of.link}`;
};
const WORDS: Readonly<Record<What, string>> = {
	egress: "egress",
	host: "host access",
	inbound: "inbound",
};

function members({ what, is, of, comment }: GuestPolicy): Membership[] {
	const sets = SETS.get(`${what} ${is}`);
	if (sets === undefined) return [];
	const words = `${WORDS[what]} ${is} of ${subjectOf(of)}`;
	if ("network" in of)
		return is === USUAL[what] ? [] : [member(sets.networks, [of.group], words, comment)];
	const { link, address } = of;
	if (address === undefined) return [member(sets.segments, [link], words, comment)];
	const set = address.includes(":") ? sets.guests6 : sets.guests4;
	return [member(set, [link, address], words, comment)];
}

/** Told once for each guest, whatever is said of it. */
function unheld({ of, isUnheld, comment }: GuestPolicy, context: PlanContext): Warning[] {
	if (isUnheld !== true || "network" in of) return [];
	const { link, address } = of;
	if (!isFirst(context, `addresses of ${address} on ${link}`)) return [];
	return [
		{
			code: "WARN_POLICY_BY_ADDRESS",
			message: `what is said of ${address} on ${link} (network ${comment}) goes by its address, and its guest may take another link-local one, or any of a family in which none is given: guard strict keeps it to its own`,
		},
	];
}

function keyOf({ what, of }: GuestPolicy): string {
	if ("network" in of) return `${what}:network:${of.network}`;
	return [what, of.link, ...(of.address === undefined ? [] : [of.address])].join(":");
}

const isSubject: Check = (value) =>
	isMapOf({ network: isText, group: isWhole(0, 0xffff_ffff) })(value) ||
	isMapOf({ link: isLinkName, address: isOptional(isParsedBy(parseAddress)) })(value);

const strayOf = (name: string, of: Subject): GuestPolicy => {
	const [what, is] = name.split(" ") as [What, string];
	return { what, is, of, comment: "" };
};
const sets = [...SETS].flatMap(([name, { networks, segments, guests4, guests6 }]) => {
	const guest = ([link, address]: readonly unknown[]): GuestPolicy =>
		strayOf(name, { link: link as string, address: address as string });
	const line: MembershipKind<GuestPolicy>["sets"] = [
		{
			set: networks,
			made: ([group]) => strayOf(name, { network: `${group}`, group: group as number }),
		},
		{ set: segments, made: ([link]) => strayOf(name, { link: link as string }) },
		{ set: guests4, made: guest },
		{ set: guests6, made: guest },
	];
	return line;
});

/** What is said of guests, as elements: it changes in place, from one set to another in one batch. */
export const guestPolicy = membershipKind<GuestPolicy>({
	kind: "policy",
	key: keyOf,
	members,
	governsFlows: true,
	warnings: unheld,
	isMade: isMapOf({
		what: (value) => typeof value === "string" && Object.hasOwn(POLICIES, value),
		is: isText,
		of: isSubject,
		comment: isText,
		isUnheld: isOptional(isFlag),
	}),
	sets,
});
