import type { Kind, PlanContext, Resource, Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import { ifThere } from "../kernel/if-there.js";
import type { Kernel } from "../kernel/kernel.js";
import { readLinkNames, readSetting } from "../kernel/read.js";
import { refuseElsewhere } from "./elsewhere.js";
import { acceptAsBefore, IPV6_FORWARDING, keepAll, keepRouters } from "./learned-router.js";
import { markedLinks } from "./link.js";
import type { LinkSetting } from "./link-setting.js";
import { noted } from "./mark.js";
import { isSettingPath } from "./setting-path.js";
import { isLine, isLinkName, isListOf, isMapOf } from "./shape.js";

/** Nothing: there is one for the whole host. */
export type Ipv6Router = Readonly<Record<string, never>>;
export interface MadeIpv6Router {
	/** What forwarding of all interfaces was before us. */
	readonly before: string;
	/** The interfaces whose own forwarding was otherwise than that of all, and what it was. */
	readonly along: readonly (readonly [path: string, before: string])[];
	/** The links that had learned routers, and accept advertisements as a router does for as long. */
	readonly learned: readonly string[];
}

/** The key of the resource; there is one for the host. */
export const IPV6_ROUTER_KEY = "ipv6-router";
const NOTE = "ipv6_forwarding";
/** For each link that is told to keep its routers. */
const LEARNED = "accept_ra=";
const ON = "1";

const write = (path: string, value: string, only?: string): Action => ({
	via: "sysctl",
	path,
	value,
	...(only !== undefined && { only }),
});

/** Writing the switch of all overwrites that of every interface, and of new ones (addrconf_forward_change). */
function readAlong(kernel: Kernel, before: string): MadeIpv6Router["along"] {
	return ["default", ...readLinkNames(kernel)].flatMap((link) => {
		const path = `net/ipv6/conf/${link}/forwarding`;
		// The link may just be gone, because other processes delete theirs without the lock.
		const value = ifThere(() => kernel.readSysctl(path));
		return value === undefined || value === before ? [] : [[path, value] as const];
	});
}

const look = (kernel: Kernel): MadeIpv6Router => {
	const before = readSetting(kernel, IPV6_FORWARDING) ?? ON;
	if (before === ON) return { before, along: [], learned: [] };
	return { before, along: readAlong(kernel, before), learned: keepRouters(kernel) };
};

/** For the resource, and for the notes on links that need it. */
const lookOnce = (context: PlanContext): MadeIpv6Router =>
	context.once(NOTE, () => look(context.kernel));

const switchOn = ({ before, along, learned }: MadeIpv6Router): Step[] =>
	before === ON
		? []
		: [
				...keepAll(learned),
				{
					label: "switch on IPv6 forwarding of all interfaces",
					phase: "option",
					do: write(IPV6_FORWARDING, ON),
					undo: [
						write(IPV6_FORWARDING, before, ON),
						...along.map(([path, value]) => write(path, value)),
					],
				},
			];

/**
 * Forwarding of IPv6 on all interfaces, for kernels that have no switch for one (before Linux 6.17). It makes a router of the
 * host, so the links that learned routers from advertisements are told to go on with that. It is set for its first user,
 * and all of it is restored when the last one is gone.
 */
export const ipv6Router: Kind<Ipv6Router, MadeIpv6Router & Ipv6Router> = {
	kind: "ipv6-router",
	key: () => IPV6_ROUTER_KEY,
	resolve(_, context) {
		const found = lookOnce(context);
		if (found.before === ON) refuseElsewhere(IPV6_FORWARDING, `${NOTE}=0`, context);
		return found as MadeIpv6Router & Ipv6Router;
	},
	create: switchOn,
	remove({ before, along, learned }, { kernel }) {
		if (before === ON) return [];
		// If others have switched it off since, that is theirs.
		const isOn = readSetting(kernel, IPV6_FORWARDING) === ON;
		const back: Step[] = isOn
			? [
					{
						label: "restore IPv6 forwarding of all interfaces",
						phase: "option",
						do: write(IPV6_FORWARDING, before, ON),
						undo: [write(IPV6_FORWARDING, ON)],
					},
					...along.map(
						([path, value]): Step => ({
							label: `set ${path} back to ${value}`,
							phase: "option",
							do: write(path, value),
							undo: [],
							bestEffort: true,
						}),
					),
				]
			: [];
		return [...back, ...acceptAsBefore(learned)];
	},
	drift(_, kernel) {
		const found = readSetting(kernel, IPV6_FORWARDING);
		if (found === ON) return [];
		const message = `IPv6 forwarding of all interfaces is ${found ?? "gone"}, was switched on`;
		const values = { wanted: ON, found: found ?? null };
		return [{ object: `sysctl ${IPV6_FORWARDING}`, field: "value", ...values, message }];
	},
	change(_made, next, kernel) {
		return this.drift(next, kernel).length === 0 ? [] : switchOn(look(kernel));
	},
	isMade: isMapOf({
		before: isLine,
		along: isListOf((one) => Array.isArray(one) && isSettingPath(one[0]) && isLine(one[1])),
		learned: isListOf(isLinkName),
	}),
	strays(made, look) {
		const notes = markedLinks(look).flatMap((link) => link.notes);
		const isNoted = noted(NOTE, notes) === "0";
		if (made.length > 0 || !isNoted || readSetting(look.kernel, IPV6_FORWARDING) !== ON) return [];
		const links = notes.flatMap((note) =>
			note.startsWith(LEARNED) ? [note.slice(LEARNED.length)] : [],
		);
		const learned = [...new Set(links)].filter(isLinkName);
		const stray = { before: "0", along: [], learned } as MadeIpv6Router;
		return [
			{
				what: "IPv6 forwarding of all interfaces, which was off before",
				made: stray as MadeIpv6Router & Ipv6Router,
			},
		];
	},
};

/** A note for the alias of a link whose IPv6 is forwarded by this switch, if it was off before us. */
export function ipv6RouterNote(context: PlanContext): string[] {
	if (!context.isWanted(IPV6_ROUTER_KEY)) return [];
	const made = context.made(IPV6_ROUTER_KEY) as MadeIpv6Router | undefined;
	const { before, learned } = made ?? lookOnce(context);
	return before === "0" ? [`${NOTE}=0`, ...learned.map((link) => LEARNED + link)] : [];
}

/** Whether a kernel can switch on forwarding of IPv6 for one interface; one without IPv6 needs no other way. */
export const forcesIpv6 = (kernel: Kernel): boolean =>
	readSetting(kernel, "net/ipv6/conf/all/force_forwarding") !== undefined ||
	readSetting(kernel, IPV6_FORWARDING) === undefined;

const isOfOne = (resource: Resource): boolean => resource.kind === "ipv6-forwarding";

/** Settings of the uplink that go without saying where the host is a router. */
const isImplied = ({ kind, want }: Resource): boolean => {
	if (kind !== "link-setting") return false;
	const { directory, name } = want as LinkSetting;
	return directory === "ipv6/conf" && (name === "forwarding" || name === "accept_ra");
};

/** What a tap needs, with the one switch for all interfaces in place of those for one. */
export function withRouter(resources: readonly Resource[]): Resource[] {
	const first = resources.find(isOfOne);
	return resources.flatMap((one) => {
		if (one === first) return [{ kind: "ipv6-router", want: {}, path: one.path }];
		return isOfOne(one) || isImplied(one) ? [] : [one];
	});
}

/** Whether that is to be asked at all. */
export const needsIpv6 = (resources: readonly Resource[]): boolean => resources.some(isOfOne);
