import { type Kind, linkKey } from "../engine/kind.js";
import type { Identity } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readNetconf } from "../kernel/read.js";
import { setLink } from "./link.js";

/** What the host does with packets that come in on one interface: 1, 0, or undefined to leave it alone. */
interface Switches {
	readonly forwarding: number | undefined;
	readonly proxyArp: number | undefined;
}
export interface Forwarding extends Switches {
	readonly link: string;
}
export interface MadeForwarding extends Forwarding {
	readonly index: number;
	/** What it was before us. */
	readonly before: Switches;
}

const set = (made: MadeForwarding, to: Switches, only?: Identity) =>
	setLink(
		made.index,
		{
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

function read(kernel: Kernel, index: number): Switches | undefined {
	const conf = readNetconf(kernel, index);
	// IPv4's NETCONFA_PROXY_NEIGH is proxy_arp (inet_netconf_fill_devconf, net/ipv4/devinet.c).
	return conf && { forwarding: conf.NETCONFA_FORWARDING, proxyArp: conf.NETCONFA_PROXY_NEIGH };
}

const OFF: Switches = { forwarding: 0, proxyArp: 0 };

const words = ({ link, forwarding, proxyArp }: Forwarding): string => {
	const names = [forwarding !== undefined && "forwarding", proxyArp !== undefined && "proxy_arp"];
	return `${names.filter(Boolean).join(" and ")} of ${link}`;
};

const holds = (made: Switches, now: Switches | undefined): boolean =>
	(made.forwarding === undefined || now?.forwarding === made.forwarding) &&
	(made.proxyArp === undefined || now?.proxyArp === made.proxyArp);

/**
 * Forwarding and proxy ARP of one interface, set over rtnetlink: packets get out and their replies back in
 * once the guest's segment and the uplink have it. ip_forward stays as it is; toggling it would wipe these.
 */
export const forwarding: Kind<Forwarding, MadeForwarding> = {
	kind: "forwarding",
	key: ({ link }) => `forwarding:${link}`,
	resolve(want, context) {
		const index = context.indexOf(want.link);
		const before = context.isBlank(want.link) ? OFF : (read(context.kernel, index) ?? OFF);
		return { index, before, ...want };
	},
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
	remove(made) {
		const { before } = made;
		if (holds(made, before)) return [];
		const guard = { index: made.index, name: made.link };
		return [
			{
				label: `set back ${words(made)}`,
				phase: "configure",
				do: set(made, before, guard),
				undo: [set(made, made, guard)],
			},
		];
	},
	drift(made, kernel) {
		const now = read(kernel, made.index);
		const parts = [
			{ ...made, proxyArp: undefined },
			{ ...made, forwarding: undefined },
		];
		return parts.filter((part) => !holds(part, now)).map((part) => `${words(part)} is off`);
	},
	change(made, next, kernel) {
		const now = read(kernel, next.index);
		// No interface there any more: it is made again in this transaction, with everything still to set.
		const on = holds(next, now) ? [] : this.create({ ...next, before: now ?? OFF });
		const dropped = {
			...made,
			forwarding: next.forwarding === undefined ? made.forwarding : undefined,
			proxyArp: next.proxyArp === undefined ? made.proxyArp : undefined,
		};
		return [...on, ...this.remove(dropped)];
	},
	reapply: (made) => [
		{
			label: `switch on ${words(made)} again`,
			phase: "configure",
			do: set(made, made, { index: made.index, name: made.link }),
			undo: [],
		},
	],
	parentKey: ({ link }) => linkKey(link),
};
