import { ConflictError } from "../engine/error.js";
import type { Kind, Loss, PlanContext, Step, Warning } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readLink, readLinkByName, readSetting } from "../kernel/read.js";
import { SpecError } from "../spec/error.js";
import { IFF_UP } from "../uapi/if.js";
import { AF_INET6 } from "../uapi/socket.js";
import { absent, linkGone, noPort } from "./difference.js";
import { chainsNaming } from "./foreign-rules.js";
import { markedLinks } from "./link.js";
import { noted } from "./mark.js";
import {
	type Endpoint,
	isConfig,
	type LinkConfig,
	missingFrom,
	moveSteps,
	putSteps,
	readConfig,
	sift,
	takeSteps,
	textsOf,
	withoutLeased,
	withoutOurs,
	withoutOwn,
} from "./migration/index.js";
import { enslave, forwardingKey, release, uplinkKey } from "./port.js";
import { isLinkIndex, isLinkName, isMapOf } from "./shape.js";
import { uplinkWarnings } from "./warning.js";

/** A host interface that becomes a port of our bridge; its addresses and routes move to the bridge. */
export interface Uplink {
	readonly link: string;
	readonly bridge: string;
}
/** With what moves, as it was on the uplink. */
export interface MadeUplink extends Uplink, LinkConfig {
	readonly index: number;
	readonly master: number;
}

const asUplink = ({ link, index }: MadeUplink): Endpoint => ({ link, index });
const asBridge = ({ bridge, master }: MadeUplink): Endpoint => ({ link: bridge, index: master });
const inAddressPhase = (step: Step): Step => ({ ...step, phase: "address" });

/** A link has one receiver alone (netdev_rx_handler_register): one that has another is refused as busy. */
const becomePort = (made: MadeUplink): Step => ({
	...inAddressPhase(enslave(made)),
	conflict: {
		subject: `uplink ${made.link}`,
		found: "in use by others",
		wanted: `a port of ${made.bridge}`,
		hint: "a link with a macvlan on it, or in Open vSwitch, can be no port of a bridge: ip -d link; or use mode nat",
	},
});
const isUp = (link: Link | undefined): boolean => ((link?.ifi_flags ?? 0) & IFF_UP) !== 0;

function refuse(link: Link, want: Uplink, kernel: Kernel): void {
	// The kernel says ELOOP to that, when everything else has been done.
	if (link.IFLA_LINKINFO?.IFLA_INFO_KIND === "bridge")
		throw new ConflictError(`uplink ${want.link}`, "a bridge", `a port of ${want.bridge}`, {
			hint: `a bridge is no port of another: name one of ${want.link}'s own ports, or use mode nat`,
		});
	if (link.IFLA_MASTER === undefined) return;
	const other = readLink(kernel, link.IFLA_MASTER)?.IFLA_IFNAME ?? `link ${link.IFLA_MASTER}`;
	throw new ConflictError(`uplink ${want.link}`, `a port of ${other}`, `a port of ${want.bridge}`, {
		hint: `take it out there first: ip link set ${want.link} nomaster; or name ${other} as the bridge's uplink`,
	});
}

/** A port has no packets to forward of its own: a network of ours that leaves by this link would be cut off. */
function refuseSecondRole({ link, bridge }: Uplink, context: PlanContext): void {
	if (!context.isWanted(forwardingKey(link))) return;
	const [tap = "another network"] = context.others(forwardingKey(link));
	throw new ConflictError(
		`uplink ${link}`,
		`that by which ${tap} is routed`,
		`a port of ${bridge}`,
		{
			hint: `take ${tap} down first, or let its network leave by ${bridge}`,
		},
	);
}

/**
 * What is to go back to the uplink: all that is on the bridge now and was not made by us, whether it moved there or
 * somebody put it there since. A bridge that is gone or down has lost it all: then it is what there was.
 */
function returning(made: MadeUplink, kernel: Kernel): LinkConfig {
	const bridge = asBridge(made);
	if (!isUp(readLink(kernel, made.master))) return made;
	return withoutOurs(readConfig(kernel, bridge));
}

/** What of it the uplink can take as it is now, and what it cannot. */
function givingBack(made: MadeUplink, kernel: Kernel) {
	const link = readLink(kernel, made.index);
	const name = link?.IFLA_IFNAME ?? made.link;
	const hasIpv6 = link !== undefined && isIpv6On(name, kernel);
	const { possible, lost } = sift(withoutOwn(returning(made, kernel)), (sort, packed) => {
		if (link === undefined) return `${name} is gone`;
		if (sort.needsUp(packed) && !isUp(link)) return `${name} is down`;
		if (sort.family(packed) === AF_INET6 && !hasIpv6) return `IPv6 is off on ${name}`;
		return undefined;
	});
	return { link, name, possible, lost };
}

const isIpv6On = (name: string, kernel: Kernel): boolean =>
	readSetting(kernel, `net/ipv6/conf/${name}/disable_ipv6`) === "0";

const count = (rules: number): string => (rules === 1 ? "a rule" : `${rules} rules`);

/** The host's own packets are the bridge's from then on: a firewall that goes by the uplink lets none of them through, or all. */
function warningsOf({ link, bridge, index }: MadeUplink, kernel: Kernel): readonly Warning[] {
	const chains = chainsNaming({ name: link, index }, kernel);
	if (chains.length === 0) return [];
	const places = chains.map(
		({ family, table, chain, rules }) => `${count(rules)} of ${family} ${table} ${chain}`,
	);
	return [
		{
			code: "WARN_UPLINK_IN_RULES",
			message: `rules of others name ${link}, whose packets are those of ${bridge} once it is a port: ${places.join(", ")}; let them name ${bridge} as well`,
		},
	];
}

/** An index that no link has. */
const NO_LINK = 0x7fff_ffff;

/** The uplink of a bridged network. Its way to the world is moved in one rtnetlink send. */
export const uplink: Kind<Uplink, MadeUplink> = {
	kind: "uplink",
	key: ({ link }) => uplinkKey(link),
	resolve(want, context) {
		const { kernel } = context;
		const link = readLinkByName(kernel, want.link);
		if (link === undefined) throw missingUplink(want.link);
		refuse(link, want, kernel);
		refuseSecondRole(want, context);
		const index = link.ifi_index;
		const master = context.indexOf(want.bridge);
		return { index, master, ...readConfig(kernel, { link: want.link, index }), ...want };
	},
	reconcile(made, want, { kernel }) {
		if (readLink(kernel, made.index) !== undefined) return { ...made, ...want };
		const again = readLinkByName(kernel, want.link);
		if (again === undefined) throw missingUplink(want.link);
		return { ...made, ...want, index: again.ifi_index };
	},
	warnings: (made, context) => [
		...uplinkWarnings(made.link, made.index, context, false),
		...warningsOf(made, context.kernel),
	],
	create: (made) => [becomePort(made), ...moveSteps(made, asUplink(made), asBridge(made))],
	remove(made, { kernel }) {
		const { link, name, possible } = givingBack(made, kernel);
		// Gone, and what was on the bridge goes with the bridge.
		if (link === undefined) return [];
		const [from, to] = [asBridge(made), { link: name, index: made.index }];
		const missing = missingFrom(possible, from, readConfig(kernel, to), to);
		return [
			...putSteps(missing, from, to).map((step): Step => ({ ...step, bestEffort: true })),
			...takeSteps(withoutOurs(readConfig(kernel, from)), from, to),
			// Last: the kernel waits for every CPU to let go of a port (del_nbp), and the host has its way again by now.
			inAddressPhase(release({ ...made, link: name })),
		];
	},
	losses: (made, { kernel }): readonly Loss[] => givingBack(made, kernel).lost,
	drift(made, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return [linkGone(made.link)];
		const { IFLA_MASTER: master } = link;
		const { addresses = [] } = missing(made, kernel);
		const found = master === undefined ? undefined : readLink(kernel, master)?.IFLA_IFNAME;
		return [
			...(master === made.master ? [] : [noPort(made, found)]),
			...textsOf({ addresses }).map((text) => isMissing(text, made)),
		];
	},
	verify(made, kernel) {
		const { addresses, ...others } = missing(made, kernel);
		return [...this.drift(made, kernel), ...textsOf(others).map((text) => isMissing(text, made))];
	},
	strays(made, look) {
		const { links, kernel } = look;
		const known = new Set(made.map(({ master }) => master));
		return markedLinks(look).flatMap(({ link: { ifi_index: master }, name: bridge, notes }) => {
			const link = noted("uplink", notes);
			if (link === undefined || known.has(master)) return [];
			const found = links.find(({ IFLA_IFNAME }) => IFLA_IFNAME === link);
			const index = found?.ifi_index ?? NO_LINK;
			const rest = withoutOurs(readConfig(kernel, { link: bridge, index: master }));
			// The bridge may be known, and may have lost its uplink in proper order since.
			if (found?.IFLA_MASTER !== master && textsOf(rest).length === 0) return [];
			return [
				{
					what: `${link} in ${bridge}, which has its addresses`,
					made: { link, bridge, index, master },
				},
			];
		});
	},
	isMade: isMapOf({
		link: isLinkName,
		bridge: isLinkName,
		index: isLinkIndex,
		master: isLinkIndex,
		...isConfig,
	}),
	change(made, next, kernel) {
		if (next.bridge !== made.bridge)
			throw new ConflictError(
				`uplink ${made.link}`,
				`ours in ${made.bridge}`,
				`a port of ${next.bridge}`,
				{
					hint: "take the taps of that network down first",
				},
			);
		const link = readLink(kernel, next.index);
		if (link === undefined) throw missingUplink(made.link);
		const [from, to] = [asUplink(next), asBridge(next)];
		const lost = putSteps(missing(made, kernel), asUplink(made), to);
		if (link.IFLA_MASTER === made.master) return lost;
		refuse(link, next, kernel);
		// Plugged in anew, or taken out of the bridge: what it has been given since moves as well.
		const has = readConfig(kernel, from);
		const fresh = missingFrom(has, from, readConfig(kernel, to), to);
		return [becomePort(next), ...putSteps(fresh, from, to), ...lost, ...takeSteps(has, from, to)];
	},
};

const isMissing = (text: string, { link, bridge }: MadeUplink): Difference =>
	absent(`${text} on ${bridge}`, `${text} of ${link} is missing on ${bridge}`);

/** What moved to the bridge and should be there yet. */
function missing(made: MadeUplink, kernel: Kernel): LinkConfig {
	const bridge = asBridge(made);
	return missingFrom(
		withoutOwn(withoutLeased(made)),
		asUplink(made),
		readConfig(kernel, bridge),
		bridge,
	);
}

/** An uplink that is not there: the spec cannot be meant for this host. */
export const missingUplink = (link: string): SpecError =>
	new SpecError([{ path: "uplink", message: `there is no interface ${link} on this host` }], {
		hint: "the interfaces there are: ip -br link",
	});
