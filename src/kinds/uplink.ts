import { ConflictError } from "../engine/error.js";
import type { Kind, Step } from "../engine/kind.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Link, readLink, readLinkByName } from "../kernel/read.js";
import { SpecError } from "../spec/error.js";
import {
	type Belongings,
	missingAddresses,
	missingOn,
	putSteps,
	readBelongings,
	type Side,
	takeSteps,
	wayOf,
} from "./belongings.js";
import { enslave, release, uplinkKey } from "./port.js";

/** A host interface that becomes a port of our bridge; its addresses and routes move to the bridge. */
export interface Uplink {
	readonly link: string;
	readonly bridge: string;
}
/** With what moves, as it was on the uplink. */
export interface MadeUplink extends Uplink, Belongings {
	readonly index: number;
	readonly master: number;
}

const asUplink = ({ link, index }: MadeUplink): Side => ({ link, index, skipDad: false });
const asBridge = ({ bridge, master }: MadeUplink): Side => ({
	link: bridge,
	index: master,
	skipDad: true,
});
const inAddressPhase = (step: Step): Step => ({ ...step, phase: "address" });

/** Somebody else receives what comes in on the link: each has one receiver alone (netdev_rx_handler_register). */
const becomePort = (made: MadeUplink): Step => ({
	...inAddressPhase(enslave(made)),
	conflict: {
		subject: `uplink ${made.link}`,
		found: "in use by others",
		wanted: `a port of ${made.bridge}`,
		hint: "a link with a macvlan on it, or in Open vSwitch, can be no port of a bridge: ip -d link; or use mode nat",
	},
});

function refuse(link: Link, want: Uplink, kernel: Kernel): void {
	// The kernel says ELOOP to that, when everything else has been done.
	if (link.IFLA_LINKINFO?.IFLA_INFO_KIND === "bridge")
		throw new ConflictError(`uplink ${want.link}`, "a bridge", `a port of ${want.bridge}`, {
			hint: `a bridge is no port of another: name one of ${want.link}'s own ports, or use mode nat`,
		});
	if (link.IFLA_MASTER === undefined) return;
	const other = readLink(kernel, link.IFLA_MASTER)?.IFLA_IFNAME ?? `link ${link.IFLA_MASTER}`;
	throw new ConflictError(`uplink ${want.link}`, `a port of ${other}`, `a port of ${want.bridge}`, {
		hint: `take it out there first: ip link set ${want.link} nomaster; or name ${other} as the bridge's uplink`,
	});
}

/** The uplink of a bridged network. Its way to the world is moved in one rtnetlink send. */
export const uplink: Kind<Uplink, MadeUplink> = {
	kind: "uplink",
	key: ({ link }) => uplinkKey(link),
	resolve(want, context) {
		const { kernel } = context;
		const link = readLinkByName(kernel, want.link);
		if (link === undefined) throw missingUplink(want.link);
		refuse(link, want, kernel);
		const index = link.ifi_index;
		const master = context.indexOf(want.bridge);
		return { index, master, ...readBelongings(kernel, index), ...want };
	},
	create: (made) => [
		becomePort(made),
		...takeSteps(made, made.index, asUplink(made)),
		...putSteps(made, made.index, asBridge(made)),
	],
	remove: (made) => [
		...takeSteps(made, made.index, asBridge(made)),
		...putSteps(made, made.index, asUplink(made)),
		// Last: the kernel waits for every CPU to let go of a port (del_nbp), and the host has its way again by now.
		inAddressPhase(release(made)),
	],
	drift(made, kernel) {
		const out = readLink(kernel, made.index)?.IFLA_MASTER === made.master;
		const lost = missingAddresses(kernel, made, made.master);
		return [
			...(out ? [] : [`${made.link} is no port of ${made.bridge}`]),
			...lost.map((address) => `address ${address} of ${made.link} is missing on ${made.bridge}`),
		];
	},
	verify(made, kernel) {
		const { routes, neighbours } = missingOn(kernel, made, made.index, asBridge(made));
		return [
			...this.drift(made, kernel),
			...routes.map((packed) => `${wayOf(packed)} of ${made.link} is missing on ${made.bridge}`),
			...neighbours.map(() => `a neighbour of ${made.link} is missing on ${made.bridge}`),
		];
	},
	change(made, next, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) throw missingUplink(made.link);
		if (next.bridge !== made.bridge)
			throw new ConflictError(
				`uplink ${made.link}`,
				`ours in ${made.bridge}`,
				`a port of ${next.bridge}`,
				{
					hint: "take the taps of that network down first",
				},
			);
		const lost =
			missingAddresses(kernel, made, made.master).length === 0
				? []
				: putMissing(kernel, made, asBridge(made));
		if (link.IFLA_MASTER === made.master) return lost;
		refuse(link, next, kernel);
		return [becomePort(made), ...lost];
	},
};

const putMissing = (kernel: Kernel, made: MadeUplink, side: Side): Step[] =>
	putSteps(missingOn(kernel, made, made.index, side), made.index, side);

/** An uplink that is not there: the spec cannot be meant for this host. */
export const missingUplink = (link: string): SpecError =>
	new SpecError([{ path: "uplink", message: `there is no interface ${link} on this host` }], {
		hint: "the interfaces there are: ip -br link",
	});
