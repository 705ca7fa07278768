import { type Kind, linkKey, type PlanContext, type Step } from "../engine/kind.js";
import type { Identity } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readSetting } from "../kernel/read.js";
import { IPV4_DEVCONF_ROUTE_LOCALNET } from "../uapi/ip.js";
import { setLink } from "./link.js";
import type { Setting } from "./migration/setting.js";
import { findLink, macOfLink, nameNow } from "./same-link.js";
import { isLinkIndex, isLinkName, isMac, isMapOf, isOptional, isWhole } from "./shape.js";

/** Packets of 127.0.0.0/8 are routed to and from one interface. */
export interface RouteLocalnet {
	readonly link: string;
}
export interface MadeRouteLocalnet extends RouteLocalnet {
	readonly index: number;
	/** Where the link is one of the host's, to know it again. */
	readonly mac?: string | undefined;
	/** What it was before us. */
	readonly before: number;
}

/** The key of it for one interface. */
export const routeLocalnetKey = (link: string): string => `route-localnet:${link}`;

/** Whether a setting of an interface is the one that is switched on here. */
export const isRouteLocalnet = ([directory, name]: Setting): boolean =>
	directory === "ipv4/conf" && name === "route_localnet";

const switchTo = ({ index }: MadeRouteLocalnet, value: number, only?: Identity) =>
	setLink(
		{
			ifi_index: index,
			IFLA_AF_SPEC: { AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_ROUTE_LOCALNET: value } } },
		},
		only,
	);

const wordsOf = (link: string): string => `route_localnet of ${link}`;

const settingOf = ({ IFLA_AF_SPEC }: Link): number | undefined =>
	IFLA_AF_SPEC?.AF_INET?.IFLA_INET_CONF?.[IPV4_DEVCONF_ROUTE_LOCALNET - 1];

function look(index: number, context: PlanContext): Pick<MadeRouteLocalnet, "mac" | "before"> {
	const link = findLink(index, context);
	return { mac: link && macOfLink(link), before: (link && settingOf(link)) ?? 0 };
}

/** The present value of the link, whatever its name; undefined if it is gone. */
function read(kernel: Kernel, made: MadeRouteLocalnet): number | undefined {
	const name = nameNow(kernel, made);
	const value = name && readSetting(kernel, `net/ipv4/conf/${name}/route_localnet`);
	return value === undefined ? undefined : Number(value);
}

/**
 * Without route_localnet the kernel drops packets from 127.0.0.1 of the host to a guest, and the answers, as martians
 * (ip_route_input_slow, net/ipv4/route.c). With it alone, guests could reach everything that listens on 127.0.0.1 of
 * the host. The nft table drops such packets from a segment of guests, so the table must come first and be removed
 * last.
 */
export const routeLocalnet: Kind<RouteLocalnet, MadeRouteLocalnet> = {
	kind: "route-localnet",
	key: ({ link }) => routeLocalnetKey(link),
	resolve(want, context) {
		const index = context.indexOf(want.link);
		if (context.isBlank(want.link)) return { index, before: 0, ...want };
		return { index, ...look(index, context), ...want };
	},
	reconcile(made, want, context) {
		if (context.kernel.linkName(made.index) === want.link) return { ...made, ...want };
		const index = context.indexOf(want.link);
		return index === made.index
			? { ...made, ...want }
			: { ...made, ...want, index, ...look(index, context) };
	},
	create: (made) => (made.before === 1 ? [] : [on(made)]),
	remove: (made, { kernel }) => setBack(made, kernel),
	drift(made, kernel) {
		if (read(kernel, made) === 1) return [];
		return [
			{
				...{ object: `link ${made.link}`, field: "routeLocalnet", wanted: true, found: false },
				message: `${wordsOf(made.link)} is off`,
			},
		];
	},
	change(made, next, kernel) {
		const isOther = next.index !== made.index;
		const steps = read(kernel, next) === 1 ? [] : [on({ ...next, before: 0 })];
		return isOther ? [...steps, ...setBack(made, kernel)] : steps;
	},
	isMade: isMapOf({
		link: isLinkName,
		index: isLinkIndex,
		mac: isOptional(isMac),
		before: isWhole(0, 1),
	}),
	parentKey: ({ link }) => linkKey(link),
};

const on = (made: MadeRouteLocalnet): Step => ({
	label: `switch on ${wordsOf(made.link)}`,
	phase: "configure",
	do: switchTo(made, 1),
	undo: [switchTo(made, made.before, { index: made.index, name: made.link })],
});

function setBack(made: MadeRouteLocalnet, kernel: Kernel): Step[] {
	if (made.before === 1) return [];
	const name = nameNow(kernel, made);
	if (name === undefined || read(kernel, made) !== 1) return [];
	const guard = { index: made.index, name };
	return [
		{
			label: `restore ${wordsOf(name)}`,
			// Phases are reversed for removal, so this is removed first, before the filter that protects the host.
			phase: "persist",
			do: switchTo(made, made.before, guard),
			undo: [switchTo(made, 1, guard)],
		},
	];
}
