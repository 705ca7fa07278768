import { type Kind, linkKey, type PlanContext, type Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readSetting } from "../kernel/read.js";
import { refuseElsewhere } from "./elsewhere.js";
import { notedLinks } from "./link.js";
import type { Setting } from "./migration/setting.js";
import { findLink, indexNow, macOfLink, nameNow } from "./same-link.js";
import { isFlag, isLinkIndex, isLinkName, isMac, isMapOf, isOptional, isWhole } from "./shape.js";
import { ipv6Off } from "./warning.js";

/** IPv6 packets that arrive on one interface are forwarded. */
export interface Ipv6Forwarding {
	readonly link: string;
}
export interface MadeIpv6Forwarding extends Ipv6Forwarding {
	readonly index: number;
	/** The MAC of a link of the host, to recognise it later. */
	readonly mac?: string | undefined;
	/**
	 * The value before us, 1 or 0; undefined if the interface has no such setting, because it has no IPv6 or the kernel
	 * is too old.
	 */
	readonly before?: number | undefined;
	/** For a link of the host with this setting: whether it was on for all interfaces before us. */
	readonly globally?: boolean | undefined;
}

/** The key of the resource for one interface. */
export const ipv6ForwardingKey = (link: string): string => `ipv6-forwarding:${link}`;

const NAME = "force_forwarding";
const pathOf = (link: string): string => `net/ipv6/conf/${link}/${NAME}`;

/** The value for one interface, or for `all`: 1, 0, or undefined if there is none. */
function read(kernel: Kernel, link: string): number | undefined {
	const value = readSetting(kernel, pathOf(link));
	return value === undefined ? undefined : Number(value);
}

const write = (link: string, value: number, only?: number): Action => ({
	via: "sysctl",
	path: pathOf(link),
	value: `${value}`,
	...(only !== undefined && { only: `${only}` }),
});

type Look = Pick<MadeIpv6Forwarding, "mac" | "before" | "globally">;

/**
 * The present values of a link of the host. They are read once for a plan, because the note on a tap needs them as
 * well. @throws KernelError
 */
const look = (link: string, index: number, context: PlanContext): Look =>
	context.once(`IPv6 forwarding ${index}`, () => {
		const all = ofAll(context);
		const found = findLink(index, context);
		return {
			mac: found && macOfLink(found),
			before: read(context.kernel, link),
			globally: all === undefined ? undefined : all === 1,
		};
	});

const ofAll = (context: PlanContext): number | undefined =>
	context.once(pathOf("all"), () => read(context.kernel, "all"));

/** Whether it was off on a link of the host before us. @throws KernelError */
export function wasIpv6Off(link: string, context: PlanContext): boolean {
	const made = context.made(ipv6ForwardingKey(link)) as MadeIpv6Forwarding | undefined;
	return (made ?? look(link, context.indexOf(link), context)).before === 0;
}

/** Whether a setting of an interface is the one that is switched on here. */
export const isForceForwarding = ([directory, name]: Setting): boolean =>
	directory === "ipv6/conf" && name === NAME;

const wordsOf = (link: string): string => `IPv6 forwarding of ${link}`;

/**
 * Forwarding of IPv6 for one interface. The setting `forwarding` of an interface has no effect while that of `all` is
 * off, and switching that on turns the host into a router, which ignores router advertisements. force_forwarding, which
 * Linux has since 6.17, avoids that (ip6_forward, net/ipv6/ip6_output.c). No rtnetlink message can set it. On older
 * kernels ipv6-router.ts takes its place.
 */
export const ipv6Forwarding: Kind<Ipv6Forwarding, MadeIpv6Forwarding> = {
	kind: "ipv6-forwarding",
	key: ({ link }) => ipv6ForwardingKey(link),
	resolve(want, context) {
		const index = context.indexOf(want.link);
		if (context.isBlank(want.link))
			return { index, before: ofAll(context) === undefined ? undefined : 0, ...want };
		const found = look(want.link, index, context);
		// It is on for this interface only, perhaps because of another state directory, which will switch it off.
		if (found.before === 1 && !found.globally)
			refuseElsewhere(wordsOf(want.link), `${NAME}=${want.link}`, context);
		return { index, ...found, ...want };
	},
	reconcile(made, want, context) {
		const index = indexNow(made, want.link, context);
		if (index === made.index && made.before !== undefined) return { ...made, ...want };
		return { ...made, ...want, index, ...look(want.link, index, context) };
	},
	// For a tap of ours there is no warning, because its uplink has the same one.
	warnings: ({ link, before }, context) =>
		before !== undefined || context.isBlank(link) ? [] : [ipv6Off(link)],
	create: ({ link, before }) =>
		before !== 0
			? []
			: [
					{
						label: `switch on ${wordsOf(link)}`,
						phase: "option",
						do: write(link, 1),
						undo: [write(link, 0, 1)],
					},
				],
	remove(made, context) {
		// If somebody has switched it on for all interfaces in the meantime, it stays on for this one.
		const isTheirs = made.globally === false && ofAll(context) === 1;
		return isTheirs ? [] : setBack(made, context.kernel);
	},
	drift(made, kernel) {
		const name = nameNow(kernel, made);
		const found = name === undefined ? 0 : read(kernel, name);
		// A link that has lost IPv6 cannot be switched on, so that is not drift which could be repaired.
		if (found !== 0) return [];
		return [
			{
				...{ object: `link ${made.link}`, field: "ipv6Forwarding", wanted: true, found: false },
				message: `${wordsOf(made.link)} is off`,
			},
		];
	},
	change(made, next, kernel) {
		// If the interface is gone, it is created again in this transaction, and everything has yet to be set.
		const isGone = kernel.linkName(next.index) === undefined;
		const on = this.create({ ...next, before: isGone ? next.before : read(kernel, next.link) });
		// The link was renamed and another one has its name now, so it is no longer the uplink.
		return next.index === made.index ? on : [...on, ...setBack(made, kernel)];
	},
	isMade: isMapOf({
		link: isLinkName,
		index: isLinkIndex,
		mac: isOptional(isMac),
		before: isOptional(isWhole(0, 1)),
		globally: isOptional(isFlag),
	}),
	strays(made, look) {
		const { kernel } = look;
		const known = new Set(made.map(({ link }) => link));
		return notedLinks(look, NAME)
			.map(({ ifi_index: index, IFLA_IFNAME: link = "" }) => ({ link, index }))
			.filter(({ link }) => !known.has(link) && read(kernel, link) === 1)
			.map((found) => ({
				what: `${wordsOf(found.link)}, which was off before`,
				made: { ...found, before: 0, globally: false },
			}));
	},
	parentKey: ({ link }) => linkKey(link),
};

function setBack(made: MadeIpv6Forwarding, kernel: Kernel): Step[] {
	if (made.before !== 0) return [];
	// A link with our index and marks is ours, whatever its present name.
	const name = nameNow(kernel, made);
	if (name === undefined || read(kernel, name) !== 1) return [];
	return [
		{
			label: `restore ${wordsOf(name)}`,
			phase: "option",
			do: write(name, 0, 1),
			undo: [write(name, 1)],
		},
	];
}
