import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type Step } from "../engine/kind.js";
import { readLink } from "../kernel/read.js";
import { noPort } from "./difference.js";
import { setLink } from "./link.js";
import { isLinkIndex, isLinkName, isMapOf } from "./shape.js";

export interface Port {
	readonly link: string;
	readonly bridge: string;
}
export interface MadePort extends Port {
	readonly index: number;
	readonly master: number;
}

/** The key of an interface of the host that becomes a port of a bridge of ours. */
export const uplinkKey = (link: string): string => `uplink:${link}`;

/** The key of what the host does with packets of one interface. */
export const forwardingKey = (link: string): string => `forwarding:${link}`;

/** BR_MAX_PORTS, net/bridge/br_private.h: port numbers have ten bits, and there is no port 0. */
const MAX_PORTS = 1023;

/** The step that makes a link a port of a bridge. The kernel would silently take it from another bridge. */
export const enslave = ({ link, bridge, index, master }: MadePort): Step => ({
	label: `add ${link} to bridge ${bridge}`,
	phase: "configure",
	effect: "create",
	do: setLink({ ifi_index: index, IFLA_MASTER: master }),
	undo: [setLink({ ifi_index: index, IFLA_MASTER: 0 }, { index, name: link, master })],
	advice: {
		EXFULL: `a bridge has ${MAX_PORTS} ports at most: a network without one (mode nat or routed) has no such limit`,
	},
});

/** The step that takes it out again, if it is still a port of that bridge. */
export const release = ({ link, bridge, index, master }: MadePort): Step => ({
	label: `take ${link} out of bridge ${bridge}`,
	phase: "configure",
	effect: "delete",
	do: setLink({ ifi_index: index, IFLA_MASTER: 0 }, { index, name: link, master }),
	undo: [setLink({ ifi_index: index, IFLA_MASTER: master }, { index, name: link, master: 0 })],
});

/** A tap's membership of a bridge. A link that is in another bridge stays there. */
export const port: Kind<Port, MadePort> = {
	kind: "port",
	key: ({ link }) => `port:${link}`,
	resolve: (want, context) => ({
		index: context.indexOf(want.link),
		master: context.indexOf(want.bridge),
		...want,
	}),
	reconcile: (made, want, context) => ({ ...made, ...want, master: context.indexOf(want.bridge) }),
	create: (made) => [enslave(made)],
	remove: (made) => [release(made)],
	drift(made, kernel) {
		const master = readLink(kernel, made.index)?.IFLA_MASTER;
		if (master === made.master) return [];
		const found = master === undefined ? undefined : readLink(kernel, master)?.IFLA_IFNAME;
		return [noPort(made, found)];
	},
	change(made, next, kernel) {
		const master = readLink(kernel, made.index)?.IFLA_MASTER;
		if (master === next.master) return [];
		if (master !== undefined && master !== made.master)
			throw new ConflictError(
				`link ${next.link}`,
				`a port of ${readLink(kernel, master)?.IFLA_IFNAME ?? `link ${master}`}`,
				`a port of ${next.bridge}`,
				{ hint: `take it out there first: ip link set ${next.link} nomaster` },
			);
		const back =
			master === undefined
				? enslave(next).undo
				: [setLink({ ifi_index: next.index, IFLA_MASTER: master })];
		return [{ ...enslave(next), undo: back }];
	},
	isMade: isMapOf({
		link: isLinkName,
		bridge: isLinkName,
		index: isLinkIndex,
		master: isLinkIndex,
	}),
	parentKey: ({ link }) => linkKey(link),
};
