import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey } from "../engine/kind.js";
import type { Identity } from "../kernel/action.js";
import { readLink, readLinkByName } from "../kernel/read.js";
import { request } from "../netlink/request.js";
import { RTM_NEWLINK } from "../uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import { nameTaken } from "./conflict.js";
import {
	DEFAULT_MTU,
	linkDrift,
	macBytes,
	macOf,
	macText,
	mtuAfter,
	setLink,
	strayLinks,
	UP,
} from "./link.js";
import { aliasOf } from "./mark.js";

export interface Bridge {
	readonly name: string;
	readonly network: string;
	readonly mtu: number | undefined;
	/** The link whose MAC the bridge takes over, so that neighbours and leases stay valid. */
	readonly uplink: string | undefined;
}
export interface MadeBridge extends Bridge {
	readonly index: number;
	readonly mac: string;
}

const identity = (made: MadeBridge): Identity => ({
	index: made.index,
	name: made.name,
	alias: aliasOf(made.network),
});

/**
 * A bridge whose MTU was never set follows its ports. Setting the value it already has does not count
 * (dev_set_mtu_ext, net/core/dev.c), so a wanted 1500 is created as 1499 and then set.
 */
const mtuAtCreation = (mtu: number | undefined): number | undefined =>
	mtu === DEFAULT_MTU ? DEFAULT_MTU - 1 : undefined;

/** A bridge without spanning tree whose MAC stays: left to itself it follows the lowest port's. */
export const bridge: Kind<Bridge, MadeBridge> = {
	kind: "bridge",
	key: ({ name }) => linkKey(name),
	resolve(want, { kernel }) {
		const index = kernel.chooseIndex();
		const uplink = want.uplink === undefined ? undefined : readLinkByName(kernel, want.uplink);
		return { ...want, index, mac: uplink ? macText(uplink.IFLA_ADDRESS) : macOf(index) };
	},
	reconcile(made, want, context) {
		const [other] = context.others(linkKey(want.name));
		if (other === undefined) return { ...made, ...want };
		if (made.network !== want.network)
			throw new ConflictError(
				`bridge ${want.name}`,
				`network ${made.network}'s, with ${other} on it`,
				`network ${want.network}'s`,
				{ hint: `name another bridge, or put the tap into network ${made.network}` },
			);
		// A request that names no MTU or uplink does not take it from the taps that are on the bridge already.
		return { ...made, ...want, mtu: want.mtu ?? made.mtu, uplink: want.uplink ?? made.uplink };
	},
	create(made) {
		const { name, index, mac, mtu } = made;
		return [
			{
				label: `create bridge ${name}`,
				phase: "link",
				do: {
					via: "rtnetlink",
					request: request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, {
						ifi_index: index,
						IFLA_IFNAME: name,
						IFLA_ADDRESS: macBytes(mac),
						IFLA_MTU: mtuAtCreation(mtu),
						IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge", IFLA_INFO_DATA: { IFLA_BR_STP_STATE: 0 } },
					}),
				},
				undo: [{ via: "unlink", link: identity(made) }],
				conflict: nameTaken("bridge", name),
			},
			{
				label: `bring up ${name}`,
				phase: "configure",
				// The first port's MTU replaces one given at creation, but not one that is set (br_change_mtu).
				do: setLink(index, { ...UP, IFLA_IFALIAS: aliasOf(made.network), IFLA_MTU: mtu }),
				undo: [],
			},
		];
	},
	remove: (made) => [
		{
			label: `delete bridge ${made.name}`,
			phase: "link",
			do: { via: "unlink", link: identity(made) },
			undo: [],
		},
	],
	drift(made, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return [`${made.name} is gone`];
		return linkDrift(link, { ...made, alias: aliasOf(made.network) });
	},
	verify(made, kernel) {
		const link = readLink(kernel, made.index);
		const info = link?.IFLA_LINKINFO;
		if (link === undefined) return this.drift(made, kernel);
		const stp = info?.IFLA_INFO_KIND === "bridge" ? info.IFLA_INFO_DATA?.IFLA_BR_STP_STATE : 0;
		return [
			...this.drift(made, kernel),
			...(stp ? [`${made.name}: spanning tree is on, was made off`] : []),
		];
	},
	strays: (made, kernel) => strayLinks(kernel, "bridge", made),
	change(made, next, kernel) {
		const link = readLink(kernel, made.index);
		if (link === undefined) return this.create(next);
		const want = {
			...next,
			mtu: mtuAfter(made.mtu, next.mtu),
			alias: aliasOf(next.network),
		};
		if (link.IFLA_IFNAME !== next.name)
			throw new ConflictError(
				`bridge ${next.name}`,
				`it was renamed to ${link.IFLA_IFNAME}`,
				next.name,
			);
		if (linkDrift(link, want).length === 0) return [];
		const { IFLA_ADDRESS, IFLA_MTU, IFLA_IFALIAS, ifi_flags } = link;
		return [
			{
				label: `change ${next.name}`,
				phase: "configure",
				do: setLink(next.index, {
					...UP,
					IFLA_IFALIAS: want.alias,
					IFLA_ADDRESS: macBytes(next.mac),
					IFLA_MTU: want.mtu,
				}),
				undo: [
					setLink(next.index, {
						IFLA_ADDRESS,
						// Not set back where it was not changed: once set, it would no longer follow the ports'.
						IFLA_MTU: want.mtu === undefined ? undefined : IFLA_MTU,
						IFLA_IFALIAS: IFLA_IFALIAS ?? "",
						ifi_flags: ifi_flags & UP.ifi_flags,
						ifi_change: UP.ifi_change,
					}),
				],
			},
		];
	},
};
