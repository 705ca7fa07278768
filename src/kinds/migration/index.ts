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
 * All that can move from one link to another, in the order in which it is put on the new one: addresses make gateways
 * reachable, nexthops what goes by them, and the kernel forgets neighbours with the last address of their link. Routes
 * that somebody deleted go last: gateways are looked for by them when a route or a nexthop comes, and never again.
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

/** What a link has: of each sort the things, as the kernel told them. A sort that is missing is empty. */
export type LinkConfig = { readonly [name in SortName]?: readonly string[] };

/** Of each sort, whether what came out of the journal is a list of such things. */
export const isConfig: Readonly<Record<SortName, Check>> = Object.fromEntries(
	NAMES.map((name) => [
		name,
		isOptional(isListOf(isParsedBy((packed) => SORTS[name].text(packed)))),
	]),
) as Record<SortName, Check>;

/** What of a link can be moved to another. Reads. */
export const readConfig = (kernel: Kernel, at: Endpoint): LinkConfig =>
	Object.fromEntries(NAMES.map((name) => [name, SORTS[name].read(kernel, at)]));

/** Those things of a configuration of which `isIn` says so. */
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

/** What one link has and another has not; each configuration as it was read of its link. */
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

/** What of a configuration we made ourselves, by our marks, is left out: it comes and goes with its own kinds. */
export const withoutOurs = (config: LinkConfig): LinkConfig =>
	filterConfig(config, (sort, packed) => sort.protocol(packed) !== PROTOCOL);

/** What of a configuration the kernel made for the link itself is left out: each link has its own. */
export const withoutOwn = (config: LinkConfig): LinkConfig =>
	filterConfig(config, (sort, packed) => sort.isOfLink?.(packed) !== true);

/**
 * What of a configuration the kernel takes from a link that is set down: its routes and what goes by them, and the addresses
 * of IPv6 (fib_disable_ip, net/ipv4/fib_frontend.c; addrconf_ifdown, net/ipv6/addrconf.c). Rules go by names, and stay.
 */
export const takenWhenDown = (config: LinkConfig): LinkConfig =>
	filterConfig(config, (sort, packed) => sort.needsUp(packed) || sort.needsIpv6(packed));

/** What can be put on a link as it is now, and with the reason in words what cannot. */
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

/** All of it in words. */
export const textsOf = (config: LinkConfig): string[] =>
	NAMES.flatMap((name) => (config[name] ?? []).map((packed) => SORTS[name].text(packed)));

function itemsOf(config: LinkConfig, from: Endpoint, to: Endpoint, there: LinkConfig = {}): Item[] {
	// Routes to subnets that somebody deleted are left out when all else has come.
	const way = byGateways([{ ...config, deletedRoutes: [] }, there], from, to);
	return NAMES.flatMap((name) =>
		(config[name] ?? []).map((packed, _, all) =>
			way(name, packed, SORTS[name].item(packed, from, to, all)),
		),
	);
}

const stepsOf = (changes: readonly Change[]): Step[] => changes.map(stepOf);

/** Steps that put on `to` what is on `from`. `there`: what is on `to` already, as far as gateways may be reached by it. */
export function putSteps(
	config: LinkConfig,
	from: Endpoint,
	to: Endpoint,
	there?: LinkConfig,
): Step[] {
	const [first, ...changes] = itemsOf(config, from, to, there).flatMap(({ put }) => put);
	if (first === undefined) return [];
	const last = changes.flatMap(({ afterUndo }) => afterUndo ?? []);
	// Undone is the first step last.
	return stepsOf([{ ...first, undo: [...first.undo, ...last] }, ...changes]);
}

/** Steps that take off `from` what is on `to` by now, the last first. */
export function takeSteps(config: LinkConfig, from: Endpoint, to: Endpoint): Step[] {
	const changes = itemsOf(config, from, to)
		.toReversed()
		.flatMap(({ take }) => take);
	const first = changes.flatMap(({ beforeUndo }) => beforeUndo ?? []);
	const last = changes.pop();
	// Undone is the last step first.
	return stepsOf(
		last === undefined ? [] : [...changes, { ...last, undo: [...first, ...last.undo] }],
	);
}

/** Steps that move all of it from one link to another. */
export const moveSteps = (config: LinkConfig, from: Endpoint, to: Endpoint): Step[] => [
	...putSteps(config, from, to),
	...takeSteps(config, from, to),
];
