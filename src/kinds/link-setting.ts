import { type Kind, linkKey, type PlanContext, type Step } from "../engine/kind.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readSetting } from "../kernel/read.js";
import { forwardIpv6, IPV6_FORWARDING, keepRouters } from "./learned-router.js";
import { markedLinks } from "./link.js";
import { noted } from "./mark.js";
import { pathOf, type Setting } from "./migration/setting.js";
import { ALL_PROXYING, type NeededSetting } from "./proxying.js";
import { findLink, indexNow, macOfLink, nameNow } from "./same-link.js";
import { isSettingPath } from "./setting-path.js";
import { isLine, isLinkIndex, isLinkName, isListOf, isMac, isMapOf, isOptional } from "./shape.js";

/** A setting of one interface below /proc/sys/net that networks need. */
export interface LinkSetting extends NeededSetting {
	readonly link: string;
}
export interface MadeLinkSetting extends LinkSetting {
	readonly index: number;
	/** Where the link is one of the host's, to know it again. */
	readonly mac?: string | undefined;
	/** What it was before us; undefined where the interface has no such setting, as without IPv6. */
	readonly before?: string | undefined;
	/** The other links whose learned routers must outlive it, where it switches on forwarding of IPv6. */
	readonly learned?: readonly string[] | undefined;
}

/** The key of a setting of a link. */
export const linkSettingKey = (link: string, directory: string, name: string): string =>
	`setting:${link}:${directory}/${name}`;

/** Whether a setting of a link is one that networks of ours have set there. */
export function isOfNetworks(
	context: PlanContext,
	link: string,
	[directory, name, value]: Setting,
) {
	const made = context.made(linkSettingKey(link, directory, name)) as LinkSetting | undefined;
	return made?.value === value;
}

const at = ({ directory, name, value }: LinkSetting, link: string): string =>
	pathOf([directory, name, value], link);
const words = ({ name }: LinkSetting, link: string): string => `${name} of ${link}`;
const isForwarding = ({ directory, name, value }: LinkSetting): boolean =>
	directory === "ipv6/conf" && name === "forwarding" && value !== "0";

const write = (path: string, value: string, only?: string): Action => ({
	via: "sysctl",
	path,
	value,
	...(only !== undefined && { only }),
});

type Look = Pick<MadeLinkSetting, "mac" | "before" | "learned">;

/** What a link that is made in this transaction will have. Of neighbours only the first namespace shows the defaults. */
const usual = (want: LinkSetting, kernel: Kernel): string | undefined =>
	readSetting(kernel, at(want, "default")) ?? readSetting(kernel, at(want, "lo"));

function look(want: LinkSetting, index: number, context: PlanContext): Look {
	const { kernel } = context;
	if (context.isBlank(want.link)) return { before: usual(want, kernel) };
	const found = findLink(index, context);
	const before = readSetting(kernel, at(want, want.link));
	const learned = isForwarding(want) && before === "0" ? keepRouters(kernel, want.link) : [];
	return {
		mac: found && macOfLink(found),
		before,
		...(learned.length > 0 && { learned }),
	};
}

/** Whether it was otherwise before us, and in the way that matters. */
const isOurs = ({ value, instead, before }: MadeLinkSetting): boolean =>
	before !== undefined && before !== value && (instead === undefined || before === instead);

/** Whether the networks depend on it. */
const isNeeded = ({ value, instead, before }: MadeLinkSetting): boolean =>
	before !== undefined && (instead === undefined || before === instead || before === value);

/** Setting it: with forwarding of IPv6 the kernel forgets its routers on all links that are not told to keep them. */
function setTo(made: MadeLinkSetting): Step[] {
	const { link, value, before, learned = [] } = made;
	const step: Step = {
		label: `set ${words(made, link)} to ${value}`,
		phase: "option",
		do: write(at(made, link), value),
		undo: before === undefined ? [] : [write(at(made, link), before, value)],
	};
	return isForwarding(made) ? forwardIpv6(step, learned) : [step];
}

/** A setting of one interface, kept in escrow: set for its first user, set back when the last one has gone. */
export const linkSetting: Kind<LinkSetting, MadeLinkSetting> = {
	kind: "link-setting",
	key: ({ link, directory, name }) => linkSettingKey(link, directory, name),
	resolve(want, context) {
		const index = context.indexOf(want.link);
		return { index, ...look(want, index, context), ...want };
	},
	reconcile(made, want, context) {
		const index = indexNow(made, want.link, context);
		if (index === made.index && made.before !== undefined) return { ...made, ...want };
		return { ...made, ...want, index, ...look(want, index, context) };
	},
	create: (made) => (isOurs(made) ? setTo(made) : []),
	remove: (made, { kernel }) => setBack(made, kernel),
	drift(made, kernel) {
		if (!isNeeded(made)) return [];
		const name = nameNow(kernel, made);
		const now = name === undefined ? undefined : readSetting(kernel, at(made, name));
		// What has no IPv6 any more has no such setting: that is no drift that anybody mends.
		if (now === made.value || (now === undefined && name !== undefined)) return [];
		const what = words(made, made.link);
		return [
			{
				...{ object: `link ${made.link}`, field: made.name, wanted: made.value },
				found: now ?? null,
				message: `${what} is ${now ?? "gone"}, was set to ${made.value}`,
			},
		];
	},
	change(made, next, kernel) {
		const isGone = kernel.linkName(next.index) === undefined;
		const now = isGone ? next.before : readSetting(kernel, at(next, next.link));
		const learned = isForwarding(next) && !isGone ? keepRouters(kernel, next.link) : next.learned;
		const wanted = { ...next, before: now, learned };
		const on = isNeeded(next) && now !== next.value && now !== undefined ? setTo(wanted) : [];
		// One that was renamed, and another has its name: it is the uplink no more.
		return next.index === made.index ? on : [...on, ...setBack(made, kernel)];
	},
	isMade: (made) =>
		isMapOf({
			link: isLinkName,
			index: isLinkIndex,
			mac: isOptional(isMac),
			value: isLine,
			instead: isOptional(isLine),
			before: isOptional(isLine),
			learned: isOptional(isListOf(isLinkName)),
		})(made) && isSettingPath(at(made as LinkSetting, "lo")),
	strays(made, look) {
		const { kernel, links } = look;
		const known = new Set(made.map((one) => this.key(one)));
		const found = markedLinks(look).flatMap(({ notes }) => readProxyingNote(notes));
		const strays = new Map(found.map((one) => [this.key(one), one]));
		return [...strays].flatMap(([key, { before, ...setting }]) => {
			const index = links.find(({ IFLA_IFNAME }) => IFLA_IFNAME === setting.link)?.ifi_index;
			if (index === undefined || known.has(key)) return [];
			if (readSetting(kernel, at(setting, setting.link)) !== setting.value) return [];
			const what = `${words(setting, setting.link)}, which was ${before} before`;
			return [{ what, made: { index, before, ...setting } }];
		});
	},
	parentKey: ({ link }) => linkKey(link),
};

const NOTE = "proxying";

/** What of a link that answers for guests was set by us, and what it was before: `proxying=eth1:80,80,1,0,0`. */
export function proxyingNote(link: string, context: PlanContext): string[] {
	const before = ALL_PROXYING.map(({ directory, name }) => {
		const key = linkSettingKey(link, directory, name);
		const made = context.made(key) as MadeLinkSetting | undefined;
		// What this very transaction sets back is noted no more.
		return made !== undefined && context.isWanted(key) && isOurs(made) ? made.before : "";
	});
	return before.some(Boolean) ? [`${NOTE}=${link}:${before.join(",")}`] : [];
}

function readProxyingNote(notes: readonly string[]): (LinkSetting & { readonly before: string })[] {
	const [, link, values = ""] = /^([^:]+):([0-9,]+)$/.exec(noted(NOTE, notes) ?? "") ?? [];
	if (link === undefined) return [];
	return values.split(",").flatMap((before, i) => {
		const setting = ALL_PROXYING[i];
		return before === "" || setting === undefined ? [] : [{ link, ...setting, before }];
	});
}

function setBack(made: MadeLinkSetting, kernel: Kernel): Step[] {
	const { before, value } = made;
	if (before === undefined || !isOurs(made)) return [];
	// What is ours by its number is ours whatever it is called by now.
	const link = nameNow(kernel, made);
	if (link === undefined || readSetting(kernel, at(made, link)) !== value) return [];
	// Somebody switched forwarding on for all interfaces meanwhile: then this one is no exception.
	if (isForwarding(made) && readSetting(kernel, IPV6_FORWARDING) === "1") return [];
	const on = { ...made, link, before, learned: [] };
	const again = isForwarding(made)
		? forwardIpv6(...([setTo(on)[0] as Step, keepRouters(kernel, link)] as const))
		: setTo(on);
	return [
		{
			label: `set ${words(made, link)} back to ${before}`,
			phase: "option",
			do: write(at(made, link), before, value),
			undo: again.map((step) => step.do),
		},
	];
}
