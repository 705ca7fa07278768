/**
 * Default routers that the host has learned from router advertisements, and forwarding of IPv6: with any switch of that the
 * kernel drops those of all links (rt6_purge_dflt_routers, net/ipv6/route.c), and a link that forwards takes no more
 * advertisements, but for links whose accept_ra is 2 (ipv6_accept_ra, include/net/ipv6.h).
 */
import type { Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readSetting } from "../kernel/read.js";

/** Forwarding of IPv6 on all interfaces. */
export const IPV6_FORWARDING = "net/ipv6/conf/all/forwarding";

const acceptRa = (link: string): string => `net/ipv6/conf/${link}/accept_ra`;
const ACCEPTED = "1";
/** Also on a link that forwards. */
const ACCEPTED_BY_ROUTER = "2";

const write = (link: string, value: string, only: string): Action => ({
	via: "sysctl",
	path: acceptRa(link),
	value,
	only,
});

/** The links, but this one, whose learned routers would be dropped. Reads all routes of IPv6. */
export const keepRouters = (kernel: Kernel, but?: string): string[] =>
	kernel
		.readLearnedLinks()
		.filter((link) => link !== but && readSetting(kernel, acceptRa(link)) === ACCEPTED);

/** Let these links keep their routers, whatever forwards. */
export const keepAll = (links: readonly string[]): Step[] =>
	links.map((link) => ({
		label: `let ${link} keep the routers that it has learned`,
		phase: "option",
		do: write(link, ACCEPTED_BY_ROUTER, ACCEPTED),
		undo: [write(link, ACCEPTED, ACCEPTED_BY_ROUTER)],
	}));

/** Let these links accept advertisements as they did before, when forwarding is off again. */
export const acceptAsBefore = (links: readonly string[]): Step[] =>
	links.map((link) => ({
		label: `let ${link} accept router advertisements as before`,
		phase: "option",
		do: write(link, ACCEPTED, ACCEPTED_BY_ROUTER),
		undo: [write(link, ACCEPTED_BY_ROUTER, ACCEPTED)],
		bestEffort: true,
	}));

/** A step that switches on forwarding of one link, at which these others keep their routers and are as before then. */
export const forwardIpv6 = (on: Step, links: readonly string[]): Step[] => [
	...keepAll(links),
	on,
	// Undone with the first of these steps.
	...acceptAsBefore(links).map((step) => ({ ...step, undo: [] })),
];
