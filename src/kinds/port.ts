import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type Step } from "../engine/kind.js";
import type { Difference } from "../engine/report.js";
import type { Action } from "../kernel/action.js";
import { type Link, readLink } from "../kernel/read.js";
import { request } from "../netlink/request.js";
import { PF_BRIDGE_RTM_SETLINK } from "../uapi/if_link.js";
import { AF_BRIDGE } from "../uapi/socket.js";
import { noPort } from "./difference.js";
import { setLink } from "./link.js";
import { isFlag, isLinkIndex, isLinkName, isMapOf, isOptional } from "./shape.js";

export interface Port {
	readonly link: string;
	readonly bridge: string;
	/** Nothing of it goes to another port like this. */
	readonly isolated?: true | undefined;
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

/**
 * Keep a port from others that are kept as well, or do so no more. By AF_BRIDGE, for what is said in the same message as
 * the bridge is taken for an option of the bridge before (rtnl_changelink, net/core/rtnetlink.c).
 */
const isolate = ({ index }: Pick<MadePort, "index">, isolated: boolean): Action => ({
	via: "rtnetlink",
	request: request(PF_BRIDGE_RTM_SETLINK, 0, {
		ifi_family: AF_BRIDGE,
		ifi_index: index,
		IFLA_PROTINFO: { IFLA_BRPORT_ISOLATED: isolated ? 1 : 0 },
	}),
});

/** The step that does so. That a port is no longer one undoes it. */
const isolateStep = (made: MadePort, undo: readonly Action[]): Step => ({
	label: made.isolated
		? `isolate port ${made.link} of bridge ${made.bridge}`
		: `let port ${made.link} of bridge ${made.bridge} be isolated no more`,
	phase: "configure",
	do: isolate(made, made.isolated === true),
	undo,
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
	reconcile: (made, want, context) => ({
		...made,
		...want,
		isolated: want.isolated,
		master: context.indexOf(want.bridge),
	}),
	create: (made) => [enslave(made), ...(made.isolated ? [isolateStep(made, [])] : [])],
	remove(made) {
		const step = release(made);
		// Who leaves a bridge is isolated no more.
		return [made.isolated ? { ...step, undo: [...step.undo, isolate(made, true)] } : step];
	},
	drift(made, kernel) {
		const link = readLink(kernel, made.index);
		const master = link?.IFLA_MASTER;
		if (link !== undefined && master === made.master) return isolationDrift(made, link);
		const found = master === undefined ? undefined : readLink(kernel, master)?.IFLA_IFNAME;
		return [noPort(made, found)];
	},
	change(made, next, kernel) {
		const link = readLink(kernel, made.index);
		const master = link?.IFLA_MASTER;
		if (link !== undefined && master === next.master) {
			// What was never asked for is whoever's.
			if (next.isolated === undefined && made.isolated === undefined) return [];
			const found = isIsolated(link);
			return found === (next.isolated === true) ? [] : [isolateStep(next, [isolate(next, found)])];
		}
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
		const isBefore = link !== undefined && isIsolated(link);
		const undo = isBefore ? [...back, isolate(next, true)] : back;
		return [{ ...enslave(next), undo }, ...(next.isolated ? [isolateStep(next, [])] : [])];
	},
	isMade: isMapOf({
		link: isLinkName,
		bridge: isLinkName,
		index: isLinkIndex,
		master: isLinkIndex,
		isolated: isOptional(isFlag),
	}),
	parentKey: ({ link }) => linkKey(link),
};

function isIsolated({ IFLA_LINKINFO: info }: Link): boolean {
	const data = info?.IFLA_INFO_SLAVE_KIND === "bridge" ? info.IFLA_INFO_SLAVE_DATA : undefined;
	return data?.IFLA_BRPORT_ISOLATED === 1;
}

function isolationDrift({ link: name, bridge, isolated }: MadePort, link: Link): Difference[] {
	if (!isolated || isIsolated(link)) return [];
	const message = `port ${name} of bridge ${bridge} is not isolated`;
	return [{ object: `link ${name}`, field: "isolated", wanted: true, found: false, message }];
}
