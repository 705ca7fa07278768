import { type Kind, linkKey, type PlanContext, type Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readSetting } from "../kernel/read.js";
import { refuseElsewhere } from "./elsewhere.js";
import { notedLinks } from "./link.js";
import type { Setting } from "./migration/setting.js";
import { findLink, macOfLink, nameNow } from "./same-link.js";
import { isFlag, isLinkIndex, isLinkName, isMac, isMapOf, isOptional, isWhole } from "./shape.js";
import { ipv6Off, notForwarded } from "./warning.js";

/** IPv6 packets that come in by one interface are forwarded. */
export interface Ipv6Forwarding {
	readonly link: string;
}
export interface MadeIpv6Forwarding extends Ipv6Forwarding {
	readonly index: number;
	/** Where the link is one of the host's, to know it again. */
	readonly mac?: string | undefined;
	/** What it was before us, 1 or 0; undefined where the interface has no such value: it has no IPv6, or the kernel is old. */
	readonly before?: number | undefined;
	/** Whether it was on for all interfaces before us, where the link is one of the host's and the kernel has it. */
	readonly globally?: boolean | undefined;
}

/** The key of it for one interface. */
export const ipv6ForwardingKey = (link: string): string => `ipv6-forwarding:${link}`;

const NAME = "force_forwarding";
const pathOf = (link: string): string => `net/ipv6/conf/${link}/${NAME}`;

/** Of one interface, or of `all`: 1, 0, or undefined where there is none. */
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

/** What there is of a link of the host, for a plan, in which the note on a tap needs it as well. @throws KernelError */
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
 * Forwarding of IPv6 for one interface. Its `forwarding` does nothing as long as that of `all` is off, and switching that
 * on makes a router of the host, which takes no advertisements any more: force_forwarding, from Linux 6.17 on, leaves all
 * that as it is (ip6_forward, net/ipv6/ip6_output.c). No rtnetlink message sets it. An older kernel is left as it is.
 */
export const ipv6Forwarding: Kind<Ipv6Forwarding, MadeIpv6Forwarding> = {
	kind: "ipv6-forwarding",
	key: ({ link }) => ipv6ForwardingKey(link),
	resolve(want, context) {
		const index = context.indexOf(want.link);
		if (context.isBlank(want.link))
			return { index, before: ofAll(context) === undefined ? undefined : 0, ...want };
		const found = look(want.link, index, context);
		// On for this interface alone: perhaps by another state directory, which will switch it off.
		if (found.before === 1 && !found.globally)
			refuseElsewhere(wordsOf(want.link), `${NAME}=${want.link}`, context);
		return { index, ...found, ...want };
	},
	reconcile(made, want, context) {
		// Asked by the name at a hundredth of the price of a look-up: only a link that was made anew is looked for.
		const isThere = context.kernel.linkName(made.index) === want.link;
		const index = isThere ? made.index : context.indexOf(want.link);
		if (index === made.index && made.before !== undefined) return { ...made, ...want };
		return { ...made, ...want, index, ...look(want.link, index, context) };
	},
	// Of a tap of ours nothing is said that is not said of its uplink.
	warnings: ({ link, before, globally }, context) =>
		before !== undefined || context.isBlank(link)
			? []
			: globally === undefined
				? notForwarded(context.kernel)
				: [ipv6Off(link)],
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
		// Somebody switched it on for all interfaces meanwhile: then this one is no exception.
		const isTheirs = made.globally === false && ofAll(context) === 1;
		return isTheirs ? [] : setBack(made, context.kernel);
	},
	drift(made, kernel) {
		const name = nameNow(kernel, made);
		const found = name === undefined ? 0 : read(kernel, name);
		// What has no IPv6 any more cannot be switched on: that is no drift that anybody mends.
		if (found !== 0) return [];
		return [
			{
				...{ object: `link ${made.link}`, field: "ipv6Forwarding", wanted: true, found: false },
				message: `${wordsOf(made.link)} is off`,
			},
		];
	},
	change(made, next, kernel) {
		// No interface there any more: it is made again in this transaction, with everything still to set.
		const isGone = kernel.linkName(next.index) === undefined;
		const on = this.create({ ...next, before: isGone ? next.before : read(kernel, next.link) });
		// One that was renamed, and another has its name: it is the uplink no more.
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
	// What is ours by its number is ours whatever it is called by now.
	const name = nameNow(kernel, made);
	if (name === undefined || read(kernel, name) !== 1) return [];
	return [
		{
			label: `set back ${wordsOf(name)}`,
			phase: "option",
			do: write(name, 0, 1),
			undo: [write(name, 1)],
		},
	];
}
