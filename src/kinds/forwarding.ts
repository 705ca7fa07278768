import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type PlanContext, type Step } from "../engine/kind.js";
import type { Identity } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readNetconf } from "../kernel/read.js";
import { IPV4_DEVCONF_FORWARDING, IPV4_DEVCONF_PROXY_ARP } from "../uapi/ip.js";
import { refuseElsewhere } from "./elsewhere.js";
import { notedLinks, setLink } from "./link.js";
import type { Setting } from "./migration/setting.js";
import { findIpForward, IP_FORWARD, optionKey } from "./option.js";
import { forwardingKey, type MadePort, uplinkKey } from "./port.js";
import { findLink, indexNow, macOfLink, nameNow } from "./same-link.js";
import { isFlag, isLinkIndex, isLinkName, isMac, isMapOf, isOptional, isWhole } from "./shape.js";
import { uplinkWarnings } from "./warning.js";

/** What the host does with packets that arrive on one interface: 1, 0, or undefined to leave it alone. */
interface Switches {
	readonly forwarding: number | undefined;
	readonly proxyArp: number | undefined;
}
export interface Forwarding extends Switches {
	readonly link: string;
}
export interface MadeForwarding extends Forwarding {
	readonly index: number;
	/** The MAC of a link of the host, to recognise it later. */
	readonly mac?: string | undefined;
	/** The values before us. */
	readonly before: Switches;
	/** For a link of the host: whether the whole host forwarded before us (net.ipv4.ip_forward). */
	readonly globally?: boolean | undefined;
}

const set = (made: MadeForwarding, to: Switches, only?: Identity) =>
	setLink(
		{
			ifi_index: made.index,
			IFLA_AF_SPEC: {
				AF_INET: {
					IFLA_INET_CONF: {
						IPV4_DEVCONF_FORWARDING: made.forwarding === undefined ? undefined : to.forwarding,
						IPV4_DEVCONF_PROXY_ARP: made.proxyArp === undefined ? undefined : to.proxyArp,
					},
				},
			},
		},
		only,
	);

/** What the host does with packets of an interface at present; undefined if there is none. @throws KernelError */
export function readForwarding(kernel: Kernel, index: number): Switches | undefined {
	const conf = readNetconf(kernel, index);
	// For IPv4, NETCONFA_PROXY_NEIGH is proxy_arp (inet_netconf_fill_devconf, net/ipv4/devinet.c).
	return conf && { forwarding: conf.NETCONFA_FORWARDING, proxyArp: conf.NETCONFA_PROXY_NEIGH };
}

/** The same, from the attributes of a link. */
function switchesOf({ IFLA_AF_SPEC }: Link): Switches {
	const conf = IFLA_AF_SPEC?.AF_INET?.IFLA_INET_CONF;
	return {
		forwarding: conf?.[IPV4_DEVCONF_FORWARDING - 1],
		proxyArp: conf?.[IPV4_DEVCONF_PROXY_ARP - 1],
	};
}

type Look = Required<Pick<MadeForwarding, "index" | "mac" | "before">>;

/**
 * The present values of a link of the host. They are read once for a plan, because the note on a tap needs them as
 * well. @throws KernelError
 */
const look = (index: number, context: PlanContext): Look | undefined => {
	const link = findLink(index, context);
	return link && { index, mac: macOfLink(link), before: switchesOf(link) };
};

export const findForwarding = (index: number, context: PlanContext): Switches | undefined =>
	look(index, context)?.before;

/** Whether a network of ours has switched on this setting of an interface. */
export const isSwitchedBy = (
	{ forwarding, proxyArp }: Partial<Switches>,
	[directory, name]: Setting,
): boolean =>
	directory === "ipv4/conf" &&
	((name === "forwarding" && forwarding !== undefined) ||
		(name === "proxy_arp" && proxyArp !== undefined));

const SWITCHES = { forwarding: isOptional(isWhole(0, 1)), proxyArp: isOptional(isWhole(0, 1)) };

const OFF: Switches = { forwarding: 0, proxyArp: 0 };

const words = ({ link, forwarding, proxyArp }: Forwarding): string => {
	const names = [forwarding !== undefined && "forwarding", proxyArp !== undefined && "proxy_arp"];
	return `${names.filter(Boolean).join(" and ")} of ${link}`;
};

const holds = (made: Switches, now: Switches | undefined): boolean =>
	(made.forwarding === undefined || now?.forwarding === made.forwarding) &&
	(made.proxyArp === undefined || now?.proxyArp === made.proxyArp);

/**
 * Forwarding and proxy ARP of one interface, set by rtnetlink. If the guest's segment and the uplink both forward,
 * packets get out and replies get back in. ip_forward is not changed, because changing it would overwrite these
 * settings.
 */
export const forwarding: Kind<Forwarding, MadeForwarding> = {
	kind: "forwarding",
	key: ({ link }) => forwardingKey(link),
	resolve(want, context) {
		refusePort(want, context);
		const index = context.indexOf(want.link);
		if (context.isBlank(want.link)) return { index, before: OFF, ...want };
		const globally = findIpForward(context) === "1";
		const found = look(index, context) ?? { index, before: OFF };
		// Forwarding is on for this interface only, perhaps because of another state directory, which will switch it off.
		if (found.before.forwarding === 1 && !globally)
			refuseElsewhere(`forwarding of ${want.link}`, `forwarding=${want.link}`, context);
		return { ...found, globally, ...want };
	},
	reconcile(made, wanted, context) {
		const want = withThoseOfOthers(made, wanted, context);
		const index = indexNow(made, want.link, context);
		if (index === made.index) return { ...made, ...want };
		return { ...made, ...want, ...(look(index, context) ?? { index, before: OFF }) };
	},
	warnings: ({ link, index, forwarding }, context) =>
		forwarding === undefined ? [] : uplinkWarnings(link, index, context, true),
	create(made) {
		if (holds(made, made.before)) return [];
		const guard = { index: made.index, name: made.link };
		return [
			{
				label: `switch on ${words(made)}`,
				phase: "configure",
				do: set(made, made),
				undo: [set(made, made.before, guard)],
			},
		];
	},
	remove(made, context) {
		// If somebody has switched it on for all interfaces in the meantime, it stays on for this one.
		const isTheirs =
			made.globally === false &&
			context.made(optionKey(IP_FORWARD)) === undefined &&
			findIpForward(context) === "1";
		return setBack(isTheirs ? { ...made, forwarding: undefined } : made, context.kernel);
	},
	drift(made, kernel) {
		const now = readForwarding(kernel, made.index);
		const parts = [
			["forwarding", { ...made, proxyArp: undefined }],
			["proxyArp", { ...made, forwarding: undefined }],
		] as const;
		return parts
			.filter(([, part]) => !holds(part, now))
			.map(([field, part]) => ({
				...{ object: `link ${made.link}`, field, wanted: true, found: false },
				message: `${words(part)} is off`,
			}));
	},
	change(made, next, kernel) {
		const now = readForwarding(kernel, next.index);
		// If the interface is gone, it is created again in this transaction, and everything has yet to be set.
		const on = holds(next, now) ? [] : this.create({ ...next, before: now ?? OFF });
		// The link was renamed and another one has its name now, so it is no longer the uplink.
		const isOther = next.index !== made.index;
		const dropped = {
			...made,
			forwarding: isOther || next.forwarding === undefined ? made.forwarding : undefined,
			proxyArp: isOther || next.proxyArp === undefined ? made.proxyArp : undefined,
		};
		return [...on, ...setBack(dropped, kernel)];
	},
	reapply(made, kernel) {
		// A link that this transaction creates does not exist yet. If another link has its index, it is left alone.
		const isThere = kernel.linkName(made.index) !== undefined;
		const name = isThere ? nameNow(kernel, made) : made.link;
		if (name === undefined) return [];
		return [
			{
				label: `switch on ${words(made)} again`,
				phase: "configure",
				do: set(made, made, { index: made.index, name }),
				undo: [],
			},
		];
	},
	isMade: isMapOf({
		link: isLinkName,
		index: isLinkIndex,
		mac: isOptional(isMac),
		...SWITCHES,
		before: isMapOf(SWITCHES),
		globally: isOptional(isFlag),
	}),
	strays(made, look) {
		const { kernel } = look;
		const known = new Set(made.map(({ link }) => link));
		return notedLinks(look, "forwarding")
			.filter(({ ifi_index, IFLA_IFNAME = "" }) => {
				return !known.has(IFLA_IFNAME) && readForwarding(kernel, ifi_index)?.forwarding === 1;
			})
			.map(({ ifi_index: index, IFLA_IFNAME: link = "" }) => {
				const [on, off] = [1, 0].map((forwarding) => ({ forwarding, proxyArp: undefined }));
				const stray = {
					link,
					index,
					...(on as Switches),
					before: off as Switches,
					globally: false,
				};
				return { what: `${words(stray)}, which was off before`, made: stray };
			});
	},
	parentKey: ({ link }) => linkKey(link),
};

/** If only some of the taps on a bridge need a setting, a request for the others keeps it. */
function withThoseOfOthers(
	{ forwarding, proxyArp }: MadeForwarding,
	want: Forwarding,
	context: PlanContext,
): Forwarding {
	if (context.others(forwardingKey(want.link)).length === 0) return want;
	return {
		...want,
		forwarding: want.forwarding ?? forwarding,
		proxyArp: want.proxyArp ?? proxyArp,
	};
}

function setBack(made: MadeForwarding, kernel: Kernel): Step[] {
	const { before } = made;
	if (holds(made, before)) return [];
	// A link with our index and marks is ours, whatever its present name.
	const name = nameNow(kernel, made);
	if (name === undefined) return [];
	const guard = { index: made.index, name };
	return [
		{
			label: `restore ${words({ ...made, link: name })}`,
			phase: "configure",
			do: set(made, before, guard),
			undo: [set(made, made, guard)],
		},
	];
}

/**
 * Packets that arrive on a port of a bridge count as packets of the bridge, so a network whose uplink is the port would
 * be cut off.
 */
function refusePort({ link }: Forwarding, context: PlanContext): void {
	if (!context.isWanted(uplinkKey(link))) return;
	const { bridge = "a bridge" } = (context.made(uplinkKey(link)) as MadePort | undefined) ?? {};
	const [tap] = context.others(uplinkKey(link));
	const found = `a port of ${bridge}${tap === undefined ? "" : `, for ${tap}`}`;
	throw new ConflictError(`uplink ${link}`, found, "one to route packets by", {
		hint: `name ${bridge} as the uplink: it has the addresses and routes of ${link}`,
	});
}
