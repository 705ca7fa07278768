/**
 * Warnings about what cannot work on this host in its present state, for the person who asked for it. It is done
 * nevertheless.
 */

import { Recent } from "../engine/fast/recent.js";
import type { PlanContext, Warning } from "../engine/kind.js";
import { linkKey } from "../engine/kind.js";
import { parseAddress } from "../inet/address.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Address, type Link, readAddresses, readLink, readRouteTo } from "../kernel/read.js";
import { IPV6_MIN_MTU } from "../spec/segments.js";
import { IFF_LOWER_UP, IFF_UP } from "../uapi/if.js";
import { RT_SCOPE_LINK, RTN_LOCAL } from "../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { forwardingKey } from "./port.js";
import { findLink } from "./same-link.js";

const isSet = ({ ifi_flags }: Link, flag: number): boolean => (ifi_flags & flag) !== 0;

/** Warnings about an interface of the host through which guests reach the world. A link of ours is set up by us. */
export function uplinkWarnings(
	name: string,
	index: number,
	context: PlanContext,
	isRouted: boolean,
): Warning[] {
	if (context.made(linkKey(name)) !== undefined) return [];
	const link = findLink(index, context);
	if (link === undefined) return [];
	const warnings: Warning[] = [];
	if (!isSet(link, IFF_UP))
		warnings.push({
			code: "WARN_UPLINK_DOWN",
			message: `uplink ${name} is down: nothing gets out through it until it is up: ip link set ${name} up`,
		});
	else if (!isSet(link, IFF_LOWER_UP))
		warnings.push({
			code: "WARN_UPLINK_NO_CARRIER",
			message: `uplink ${name} has no carrier: nothing gets out through it until its cable, or its peer, is there`,
		});
	// A port hands its packets to its master before they are routed (br_handle_frame, net/bridge/br_input.c).
	if (isRouted && link.IFLA_MASTER !== undefined) {
		const master = readLink(context.kernel, link.IFLA_MASTER)?.IFLA_IFNAME ?? "another link";
		warnings.push({
			code: "WARN_UPLINK_PORT",
			message: `uplink ${name} is a port of ${master}: its packets arrive there; name ${master} as the uplink`,
		});
	}
	return warnings;
}

/** A warning about an uplink without IPv6: the kernel removes it from a link whose MTU is below the minimum. */
export const ipv6Off = (uplink: string): Warning => ({
	code: "WARN_UPLINK_NO_IPV6",
	message: `uplink ${uplink} has no IPv6: no IPv6 packet gets out through it until its MTU is ${IPV6_MIN_MTU} at least`,
});

/** Whether a plan has not checked this yet: a network is checked once, however many segments it has. */
export function isFirst(context: PlanContext, what: string): boolean {
	let isNew = false;
	context.once(`warnings of ${what}`, () => {
		isNew = true;
	});
	return isNew;
}

interface NatWay {
	readonly uplink: string;
	readonly snatTo: string | undefined;
	readonly isIpv6?: true | undefined;
}

/**
 * Warnings about source NAT. They are looked for with the first segment of an uplink only, so that another guest costs
 * no look-up.
 */
export function natWarnings({ uplink, snatTo, isIpv6 }: NatWay, context: PlanContext): Warning[] {
	if (context.others(forwardingKey(uplink)).length > 0) return [];
	const family = isIpv6 ? AF_INET6 : AF_INET;
	if (!isFirst(context, `${uplink} ${family} ${snatTo}`)) return [];
	return snatTo === undefined
		? masqueradeWarnings(uplink, family, context)
		: snatWarnings(snatTo, context);
}

function masqueradeWarnings(uplink: string, family: number, context: PlanContext): Warning[] {
	// The addresses of a link of ours are added in the same transaction.
	if (context.made(linkKey(uplink)) !== undefined) return [];
	const found = readLately(context.indexOf(uplink), context.kernel);
	const of = found.filter(({ ifa_family }) => ifa_family === family);
	// If a link has no IPv6 at all, another warning says so and why.
	if (family === AF_INET6 && of.length === 0) return [];
	if (of.some(({ ifa_scope }) => family === AF_INET || ifa_scope < RT_SCOPE_LINK)) return [];
	const what = family === AF_INET ? "IPv4 address" : "IPv6 address that is good beyond its link";
	const message = `uplink ${uplink} has no ${what}: there is none for guests to appear as outside`;
	return [{ code: "WARN_UPLINK_NO_ADDRESS", message }];
}

/** Networks that come and go with each guest should not look at their uplink every time. */
const GOOD_FOR = 1_000;
const seen = new WeakMap<Kernel, Recent<readonly Address[]>>();

/** The addresses of a link, read a moment ago at the earliest. */
function readLately(index: number, kernel: Kernel): readonly Address[] {
	const known = seen.get(kernel) ?? new Recent();
	seen.set(kernel, known);
	return known.get(`${index}`, GOOD_FOR, () => readAddresses(kernel, index));
}

/** Whether packets to an address are for this host. */
function isLocal(text: string, { kernel }: PlanContext): boolean {
	const address = parseAddress(text);
	const family = address.length === 4 ? AF_INET : AF_INET6;
	return readRouteTo(kernel, { family, address })?.rtm_type === RTN_LOCAL;
}

/**
 * Warnings about an address whose ports are published. They are looked for once for a plan, however many ports there
 * are.
 */
export function hostAddressWarnings(host: string, context: PlanContext): Warning[] {
	if (!isFirst(context, `the ports of ${host}`) || isLocal(host, context)) return [];
	const message = `no interface of this host has the address ${host}: unless it is routed here, nothing comes for the ports of it that are published`;
	return [{ code: "WARN_PUBLISH_ADDRESS", message }];
}

function snatWarnings(snatTo: string, context: PlanContext): Warning[] {
	if (isLocal(snatTo, context)) return [];
	const message = `no interface of this host has the address ${snatTo}: unless it is routed here, answers to what guests send do not come back`;
	return [{ code: "WARN_SNAT_ADDRESS", message }];
}
