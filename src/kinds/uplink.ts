import { ConflictError } from "../engine/error.js";
import type { Kind, Loss, PlanContext, Step, Warning } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readLink, readLinkByName, readLinks } from "../kernel/read.js";
import { SpecError } from "../spec/error.js";
import { IFF_UP } from "../uapi/if.js";
import { absent, linkGone, noPort } from "./difference.js";
import { chainsNaming } from "./foreign-rules.js";
import { markedLinks } from "./link.js";
import { isAlias, noted } from "./mark.js";
import { type Held, type Holding, heldBy } from "./migration/holding.js";
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
	withoutOurs,
	withoutOwn,
} from "./migration/index.js";
import { enslave, forwardingKey, release, uplinkKey } from "./port.js";
import { isSameLink, macOfLink } from "./same-link.js";
import { isLinkIndex, isLinkName, isMac, isMapOf, isOptional } from "./shape.js";
import { isIpv6On, isIpv6TurnedOn, settingsBack, turnsIpv6Off } from "./uplink-setting.js";
import { uplinkWarnings } from "./warning.js";

/** An interface of the host that becomes a port of our bridge. Its addresses and routes move to the bridge. */
export interface Uplink {
	readonly link: string;
	readonly bridge: string;
}
/** Includes what has moved, in its latest known state. */
export interface MadeUplink extends Uplink, LinkConfig {
	readonly index: number;
	readonly master: number;
	readonly mac?: string | undefined;
	/** Where that was read: on the uplink, or on the bridge if a later `up` has read it again. */
	readonly at?: Endpoint | undefined;
}

const asUplink = ({ link, index }: MadeUplink): Endpoint => ({ link, index });
const asBridge = ({ bridge, master }: MadeUplink): Endpoint => ({ link: bridge, index: master });
const kept = (made: MadeUplink): Holding => ({ config: made, at: made.at ?? asUplink(made) });
const inAddressPhase = (step: Step): Step => ({ ...step, phase: "address" });

/** A link can only have one receiver (netdev_rx_handler_register). If it has another one, the kernel answers EBUSY. */
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
	// The kernel would refuse this with ELOOP, but only after everything else was done.
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

/** A port has no packets of its own to forward, so a network of ours whose uplink it is would be cut off. */
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
 * The present state of an uplink: each of the two links if it is still the same, and the configuration of the bridge.
 */
interface Look extends Held {
	readonly link: Link | undefined;
	readonly bridge: Link | undefined;
}

function look(made: MadeUplink, kernel: Kernel): Look {
	const [member, master] = readLinks(kernel, [made.index, made.master]);
	const bridge = master !== undefined && isOurBridge(master, made) ? master : undefined;
	const isMember = bridge !== undefined && member?.IFLA_MASTER === made.master;
	const link = member && (isMember || isSameLink(member, made)) ? member : undefined;
	return { link, bridge, ...heldBy(kernel, bridge, asBridge(made), kept(made)) };
}

/** Somebody may have deleted the bridge, and made another link with its index. */
const isOurBridge = ({ IFLA_LINKINFO, IFLA_IFNAME, IFLA_IFALIAS }: Link, made: MadeUplink) =>
	IFLA_LINKINFO?.IFLA_INFO_KIND === "bridge" &&
	(IFLA_IFNAME === made.bridge || isAlias(IFLA_IFALIAS));

/**
 * What must go back to the uplink, and what of it the uplink cannot take at present: everything on the bridge that we
 * have not made, whether it moved there or was added later, and what the kernel has removed from the bridge.
 */
function givingBack(made: MadeUplink, context: PlanContext) {
	const { kernel } = context;
	const { link, bridge, now, taken } = look(made, kernel);
	const name = link?.IFLA_IFNAME ?? made.link;
	const hasIpv6 =
		isIpv6On(name, kernel) || isIpv6TurnedOn({ ...made, master: bridge, link: name }, context);
	const sifted = [
		{ config: withoutOwn(withoutOurs(now)), at: asBridge(made) },
		{ ...kept(made), config: taken },
	].map(({ config, at }) => ({
		at,
		...sift(config, (sort, packed) => {
			if (link === undefined) return `${name} is gone`;
			if (sort.needsUp(packed) && !isUp(link)) return `${name} is down`;
			if (sort.needsIpv6(packed) && !hasIpv6) return `IPv6 is off on ${name}`;
			return undefined;
		}),
	}));
	return { link, bridge, name, now, sifted, lost: sifted.flatMap(({ lost }) => lost) };
}

/**
 * The configuration that moves to the bridge. If IPv6 is off, what needs it could be added neither to the bridge, which
 * has the same setting, nor to the uplink again, so it stays on the uplink. But the kernel deletes IPv4 routes of a
 * link with its last address (fib_inetaddr_event, net/ipv4/fib_frontend.c), and routes through a nexthop object that
 * stays would lead out of a port.
 * @throws ConflictError if a route would be lost or misdirected by that
 */
function movableOf(at: Endpoint, bridge: string, kernel: Kernel): LinkConfig {
	const config = readConfig(kernel, at);
	if (isIpv6On(at.link, kernel)) return config;
	const { possible } = sift(config, (sort, packed) =>
		sort.needsIpv6(packed) ? `IPv6 is off on ${at.link}` : undefined,
	);
	const isStuck = (name: "routes" | "nexthops") =>
		config[name]?.filter((one) => !possible[name]?.includes(one)) ?? [];
	const [stuck] = textsOf({ routes: isStuck("routes"), nexthops: isStuck("nexthops") });
	if (stuck === undefined) return possible;
	throw new ConflictError(
		`uplink ${at.link}`,
		`without IPv6, and ${stuck} goes by IPv6`,
		`a port of ${bridge}`,
		{
			hint: `the kernel moves no such thing: turn IPv6 on first (sysctl -w net.ipv6.conf.${at.link}.disable_ipv6=0), or take it away`,
		},
	);
}

const count = (rules: number): string => (rules === 1 ? "a rule" : `${rules} rules`);

/**
 * The host's own packets then leave through the bridge, so a firewall that matches the uplink lets none of them
 * through, or all.
 */
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

/** The uplink of a bridged network. Its configuration moves in one rtnetlink send. */
export const uplink: Kind<Uplink, MadeUplink> = {
	kind: "uplink",
	decides: "segment",
	key: ({ link }) => uplinkKey(link),
	resolve(want, context) {
		const { kernel } = context;
		const link = readLinkByName(kernel, want.link);
		if (link === undefined) throw missingUplink(want.link);
		refuse(link, want, kernel);
		refuseSecondRole(want, context);
		const index = link.ifi_index;
		const master = context.indexOf(want.bridge);
		const at = { link: want.link, index };
		const config = movableOf(at, want.bridge, kernel);
		return { index, master, mac: macOfLink(link), ...config, at, ...want };
	},
	reconcile(made, want, { kernel }) {
		const seen = look(made, kernel);
		const link = seen.link ?? readLinkByName(kernel, want.link);
		if (link === undefined) throw missingUplink(want.link);
		const { config, at } = standing(made, seen);
		const next = { ...made, ...config, ...want, index: link.ifi_index, mac: macOfLink(link), at };
		if (link === seen.link) LOOKS.set(next, seen);
		return next;
	},
	warnings: (made, context) => [
		...uplinkWarnings(made.link, made.index, context, false),
		...warningsOf(made, context.kernel),
	],
	create: (made) => [becomePort(made), ...moveSteps(made, asUplink(made), asBridge(made))],
	remove(made, context) {
		const { kernel } = context;
		const { link, bridge, name, now, sifted } = givingBack(made, context);
		// The uplink is gone, and what was on the bridge disappears with the bridge.
		if (link === undefined) return [];
		// Rules refer to the name that they were made for, whichever link has it now.
		const [to, byName] = [{ link: name, index: made.index }, asUplink(made)];
		const has = readConfig(kernel, to);
		const rulesThere = name === made.link ? has : readConfig(kernel, byName);
		const back = sifted.flatMap(({ possible: { rules = [], ...others }, at }) => [
			...putSteps(missingFrom(others, at, has, to), at, to, has),
			...putSteps(missingFrom({ rules }, at, rulesThere, byName), at, byName),
		]);
		const settings = settingsBack({ ...made, master: bridge, link: name }, context);
		return [
			...settings.filter((step) => !turnsIpv6Off(step)),
			...back.map(bestEffort),
			...takeSteps(withoutOurs(now), asBridge(made), to),
			// What has an IPv6 gateway is accepted only while IPv6 is on, and then stays.
			...settings.filter(turnsIpv6Off).map(inAddressPhase),
			// This comes last, because the kernel waits for all CPUs to release a port (del_nbp), and the host is reachable
			// again by now.
			...(bridge === undefined ? [] : [inAddressPhase(release({ ...made, link: name }))]),
		];
	},
	losses: (made, context): readonly Loss[] => givingBack(made, context).lost,
	drift(made, kernel) {
		const { link, taken } = look(made, kernel);
		if (link === undefined) return [linkGone(made.link)];
		const { IFLA_MASTER: master } = link;
		const found = master === undefined ? undefined : readLink(kernel, master)?.IFLA_IFNAME;
		return [
			...(master === made.master ? [] : [noPort(made, found)]),
			...textsOf(taken).map((text) => isMissing(text, made)),
		];
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
			// The bridge may be known, and its uplink may have left it properly since.
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
		mac: isOptional(isMac),
		at: isOptional(isMapOf({ link: isLinkName, index: isLinkIndex })),
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
		const { link, now, taken } = LOOKS.get(next) ?? look(next, kernel);
		if (link === undefined) throw missingUplink(made.link);
		const [from, to] = [asUplink(next), asBridge(next)];
		const lost = putSteps(taken, kept(made).at, to, now).map(bestEffort);
		if (link.IFLA_MASTER === made.master) return lost;
		refuse(link, next, kernel);
		// The uplink was plugged in again or taken out of the bridge: its new configuration moves as well.
		const has = movableOf(from, next.bridge, kernel);
		const fresh = missingFrom(has, from, now, to);
		return [
			becomePort(next),
			...putSteps(fresh, from, to, now),
			...lost,
			...takeSteps(has, from, to),
		];
	},
};

const isMissing = (text: string, { link, bridge }: MadeUplink): Difference =>
	absent(`${text} on ${bridge}`, `${text} of ${link} is missing on ${bridge}`);

const bestEffort = (step: Step): Step => ({ ...step, bestEffort: true });

/** Results of looking at an uplink while its new state was determined, so that one plan does not look twice. */
const LOOKS = new WeakMap<MadeUplink, Look>();

/**
 * The configuration that is expected from now on: with what others have added to the bridge, and without what they have
 * removed. If nothing has changed, the stored one is kept, because lifetimes alone are no change.
 */
function standing(made: MadeUplink, { now, isWhole }: Look): Holding {
	const has = { config: withoutOwn(withoutOurs(now)), at: asBridge(made) };
	const had = { ...kept(made), config: withoutOwn(made) };
	const isOther = (one: Holding, other: Holding): boolean =>
		textsOf(missingFrom(one.config, one.at, other.config, other.at)).length > 0;
	return isWhole && (isOther(had, has) || isOther(has, had)) ? has : kept(made);
}

/** An uplink that does not exist: the spec cannot be meant for this host. */
export const missingUplink = (link: string): SpecError =>
	new SpecError([{ path: "uplink", message: `there is no interface ${link} on this host` }], {
		hint: "the interfaces there are: ip -br link",
	});
