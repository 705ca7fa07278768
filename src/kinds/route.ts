import { type Kind, linkKey } from "../engine/kind.js";
import { formatAddress } from "../inet/address.js";
import { network, parseCidr } from "../inet/cidr.js";
import type { Action } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { readRoutes, type Route as Seen } from "../kernel/read.js";
import { request } from "../netlink/request.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import {
	RT_SCOPE_LINK,
	RT_SCOPE_UNIVERSE,
	RT_TABLE_MAIN,
	RTM_DELROUTE,
	RTM_GETROUTE,
	RTM_NEWROUTE,
	RTN_UNICAST,
} from "../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { alreadyThere } from "./conflict.js";
import { absent } from "./difference.js";
import { addressFamily } from "./family.js";
import { linksElsewhere } from "./link.js";
import { PROTOCOL } from "./mark.js";
import { isCidr, isLinkIndex, isLinkName, isMapOf } from "./shape.js";

/** A route to a guest that is in none of the host's subnets. */
export interface Route {
	/** `10.0.0.5/32` */
	readonly to: string;
	readonly dev: string;
}
export interface MadeRoute extends Route {
	readonly index: number;
}

function message({ to, index }: MadeRoute) {
	const cidr = parseCidr(to);
	return {
		rtm_family: addressFamily(cidr),
		rtm_dst_len: cidr.prefix,
		rtm_table: RT_TABLE_MAIN,
		rtm_type: RTN_UNICAST,
		rtm_scope: cidr.family === 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		rtm_protocol: PROTOCOL,
		RTA_DST: network(cidr),
		RTA_OIF: index,
	};
}
const add = (made: MadeRoute): Action => ({
	via: "rtnetlink",
	request: request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, message(made)),
});
// RTM_DELROUTE compares rtm_protocol, so an equal route of somebody else stays.
const remove = (made: MadeRoute): Action => ({
	via: "rtnetlink",
	request: request(RTM_DELROUTE, 0, message(made)),
});

/** The route that was made, identified as the kernel identifies it. */
function find(made: MadeRoute, kernel: Kernel): Seen | undefined {
	const want = message(made);
	return readRoutes(kernel, want.rtm_family, made.index).find(
		(seen) =>
			seen.rtm_dst_len === want.rtm_dst_len &&
			seen.rtm_protocol === PROTOCOL &&
			Buffer.compare(seen.RTA_DST ?? new Uint8Array(), want.RTA_DST) === 0,
	);
}

/** A route to a guest through a link of ours. */
export const route: Kind<Route, MadeRoute> = {
	kind: "route",
	key: ({ to, dev }) => `route:${dev}:${to}`,
	resolve: (want, context) => ({ index: context.indexOf(want.dev), ...want }),
	create: (made) => [
		{
			label: `add route ${made.to} dev ${made.dev}`,
			phase: "route",
			effect: "create",
			do: add(made),
			undo: [remove(made)],
			conflict: alreadyThere(`route ${made.to} dev ${made.dev}`, "ip route show table all"),
		},
	],
	remove: (made) => [
		{
			label: `remove route ${made.to} dev ${made.dev}`,
			phase: "route",
			effect: "delete",
			do: remove(made),
			undo: [add(made)],
		},
	],
	drift: (made, kernel) => (find(made, kernel) === undefined ? [absent(objectOf(made))] : []),
	verify(made, kernel) {
		const seen = find(made, kernel);
		if (seen === undefined) return this.drift(made, kernel);
		const { rtm_table, rtm_type, rtm_scope } = message(made);
		const same =
			seen.rtm_table === rtm_table &&
			seen.rtm_type === rtm_type &&
			seen.rtm_scope === rtm_scope &&
			seen.RTA_GATEWAY === undefined;
		if (same) return [];
		return [absent(objectOf(made), `${objectOf(made)} is not the one that was made`)];
	},
	isMade: isMapOf({ to: isCidr, dev: isLinkName, index: isLinkIndex }),
	strays(made, look) {
		const { kernel, links } = look;
		const others = new Set(linksElsewhere(look).map(({ link }) => link.ifi_index));
		const keyOf = ({ rtm_family, rtm_dst_len, RTA_DST, RTA_OIF }: Partial<Seen>): string =>
			`${rtm_family} ${RTA_DST && formatAddress(RTA_DST)}/${rtm_dst_len} ${RTA_OIF}`;
		const ours = new Set(made.map((one) => keyOf(message(one))));
		return [AF_INET, AF_INET6]
			.flatMap((rtm_family) =>
				kernel.dump(RTM_GETROUTE, RTM_NEWROUTE, { rtm_family, rtm_protocol: PROTOCOL }),
			)
			.filter((seen) => seen.rtm_protocol === PROTOCOL && !others.has(seen.RTA_OIF ?? 0))
			.filter((seen) => !ours.has(keyOf(seen)))
			.map(({ rtm_family, RTA_DST, rtm_dst_len, RTA_OIF: index = 0 }) => {
				const any = rtm_family === AF_INET ? "0.0.0.0" : "::";
				const to = `${RTA_DST === undefined ? any : formatAddress(RTA_DST)}/${rtm_dst_len}`;
				const dev = links.find(({ ifi_index }) => ifi_index === index)?.IFLA_IFNAME ?? "";
				return { what: `route ${to} by ${dev || "none"}`, made: { to, dev, index } };
			});
	},
	change(_made, next, kernel) {
		return this.drift(next, kernel).length === 0 ? [] : this.create(next);
	},
	parentKey: ({ dev }) => linkKey(dev),
};

const objectOf = ({ to, dev }: Route): string => `route ${to} dev ${dev}`;
