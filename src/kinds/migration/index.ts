import type { Loss, Step } from "../../engine/kind.js";
import type { Kernel } from "../../kernel/kernel.js";
import { PROTOCOL } from "../mark.js";
import { type Check, isListOf, isOptional, isParsedBy } from "../shape.js";
import { addresses } from "./address.js";
import { defaultRouters } from "./default-router.js";
import { deletedRoutes } from "./deleted-route.js";
import { byGateways } from "./gateway.js";
import { type Change, type Endpoint, type Item, type Sort, stepOf } from "./item.js";
import { neighbours } from "./neighbour.js";
import { nexthops } from "./nexthop.js";
import { routes } from "./route.js";
import { rules } from "./rule.js";

export type { Endpoint } from "./item.js";

/**
 * Everything that can move from one link to another, in the order in which it is added to the new one: addresses make
 * gateways reachable, routes need nexthops, and the kernel forgets neighbours with the last address of their link.
 * Routes that somebody has deleted come last, because gateways are looked up through them when a route or a nexthop is
 * added, and never again.
 */
const SORTS = {
	addresses,
	routes,
	defaultRouters,
	nexthops,
	neighbours,
	rules,
	deletedRoutes,
} as const satisfies Record<string, Sort>;
type SortName = keyof typeof SORTS;
const NAMES = Object.keys(SORTS) as SortName[];

/** The configuration of a link: for each type the objects, as the kernel reported them. A missing type is empty. */
export type LinkConfig = { readonly [name in SortName]?: readonly string[] };

/** For each type, whether a value from the journal is a list of such objects. */
export const isConfig: Readonly<Record<SortName, Check>> = Object.fromEntries(
	NAMES.map((name) => [
		name,
		isOptional(isListOf(isParsedBy((packed) => SORTS[name].text(packed)))),
	]),
) as Record<SortName, Check>;

/** The configuration of a link that can be moved to another one. Reads the kernel. */
export const readConfig = (kernel: Kernel, at: Endpoint): LinkConfig =>
	Object.fromEntries(NAMES.map((name) => [name, SORTS[name].read(kernel, at)]));

/** The objects of a configuration for which `isIn` is true. */
const filterConfig = (
	config: LinkConfig,
	isIn: (sort: Sort, packed: string, name: SortName) => boolean,
): LinkConfig =>
	Object.fromEntries(
		NAMES.map((name) => [
			name,
			(config[name] ?? []).filter((packed) => isIn(SORTS[name], packed, name)),
		]),
	);

/** What one link has and another one has not. Each configuration was read from its link. */
export function missingFrom(
	config: LinkConfig,
	at: Endpoint,
	other: LinkConfig,
	there: Endpoint,
): LinkConfig {
	const known = new Set(
		NAMES.flatMap((name) =>
			(other[name] ?? []).map((packed) => `${name} ${SORTS[name].key(packed, there)}`),
		),
	);
	return filterConfig(
		config,
		(sort, packed, name) => !known.has(`${name} ${sort.key(packed, at)}`),
	);
}

/** A configuration without what we have made ourselves according to its marks: kinds of their own take care of that. */
export const withoutOurs = (config: LinkConfig): LinkConfig =>
	filterConfig(config, (sort, packed) => sort.protocol(packed) !== PROTOCOL);

/** A configuration without what the kernel has made for the link itself: every link has its own. */
export const withoutOwn = (config: LinkConfig): LinkConfig =>
	filterConfig(config, (sort, packed) => sort.isOfLink?.(packed) !== true);

/**
 * The part of a configuration that the kernel removes when a link is set down: its routes and what depends on them, and
 * its IPv6 addresses (fib_disable_ip, net/ipv4/fib_frontend.c; addrconf_ifdown, net/ipv6/addrconf.c). Rules refer to
 * names, and stay.
 */
export const takenWhenDown = (config: LinkConfig): LinkConfig =>
	filterConfig(config, (sort, packed) => sort.needsUp(packed) || sort.needsIpv6(packed));

/** What can be added to a link in its present state, and the rest with the reason in words. */
export function sift(
	config: LinkConfig,
	obstacle: (sort: Sort, packed: string) => string | undefined,
): { readonly possible: LinkConfig; readonly lost: readonly Loss[] } {
	const lost: Loss[] = [];
	const possible = filterConfig(config, (sort, packed) => {
		const reason = obstacle(sort, packed);
		if (reason !== undefined) lost.push({ subject: sort.text(packed), reason });
		return reason === undefined;
	});
	return { possible, lost };
}

/** A configuration in words. */
export const textsOf = (config: LinkConfig): string[] =>
	NAMES.flatMap((name) => (config[name] ?? []).map((packed) => SORTS[name].text(packed)));

function itemsOf(config: LinkConfig, from: Endpoint, to: Endpoint, there: LinkConfig = {}): Item[] {
	// Routes to subnets that somebody has deleted are deleted after everything else was added.
	const way = byGateways([{ ...config, deletedRoutes: [] }, there], from, to);
	return NAMES.flatMap((name) =>
		(config[name] ?? []).map((packed, _, all) =>
			way(name, packed, SORTS[name].item(packed, from, to, all)),
		),
	);
}

const stepsOf = (changes: readonly Change[]): Step[] => changes.map(stepOf);

/**
 * The steps that add to `to` what is on `from`. `there` is what `to` has already, through which gateways may be
 * reachable.
 */
export function putSteps(
	config: LinkConfig,
	from: Endpoint,
	to: Endpoint,
	there?: LinkConfig,
): Step[] {
	const [first, ...changes] = itemsOf(config, from, to, there).flatMap(({ put }) => put);
	if (first === undefined) return [];
	const last = changes.flatMap(({ afterUndo }) => afterUndo ?? []);
	// The undo of the first step runs last.
	return stepsOf([{ ...first, undo: [...first.undo, ...last] }, ...changes]);
}

/** The steps that remove from `from` what is on `to` by now, the last object first. */
export function takeSteps(config: LinkConfig, from: Endpoint, to: Endpoint): Step[] {
	const changes = itemsOf(config, from, to)
		.toReversed()
		.flatMap(({ take }) => take);
	const first = changes.flatMap(({ beforeUndo }) => beforeUndo ?? []);
	const last = changes.pop();
	// The undo of the last step runs first.
	return stepsOf(
		last === undefined ? [] : [...changes, { ...last, undo: [...first, ...last.undo] }],
	);
}

/** The steps that move everything from one link to another. */
export const moveSteps = (config: LinkConfig, from: Endpoint, to: Endpoint): Step[] => [
	...putSteps(config, from, to),
	...takeSteps(config, from, to),
];
