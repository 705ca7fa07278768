import { ConflictError } from "../engine/error.js";
import { type Kind, linkKey, type Step } from "../engine/kind.js";
import { formatAddress, parseAddress } from "../inet/address.js";
import type { Action, Identity } from "../kernel/action.js";
import type { Kernel } from "../kernel/kernel.js";
import { type Neighbour, readProxied, readProxies } from "../kernel/read.js";
import { request } from "../netlink/request.js";
import { NTF_PROXY, NUD_PERMANENT, RTM_DELNEIGH, RTM_NEWNEIGH } from "../uapi/neighbour.js";
import { NLM_F_CREATE } from "../uapi/netlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { absent } from "./difference.js";
import { linksElsewhere } from "./link.js";
import { PROTOCOL } from "./mark.js";
import { findLink, macOfLink, nameNow } from "./same-link.js";
import { isLinkIndex, isLinkName, isMac, isMapOf, isOptional, isParsedBy } from "./shape.js";

/** An address that the host answers for on a link where its owner is not. */
export interface ProxyNeighbour {
	readonly link: string;
	/** `192.0.2.110` */
	readonly address: string;
}
export interface MadeProxyNeighbour extends ProxyNeighbour {
	readonly index: number;
	/** Where the link is one of the host's, to know it again. */
	readonly mac?: string | undefined;
}

const objectOf = ({ address, link }: ProxyNeighbour): string =>
	`proxy neighbour ${address} on ${link}`;

function entry({ address, index }: MadeProxyNeighbour) {
	const NDA_DST = parseAddress(address);
	return {
		ndm_family: NDA_DST.length === 4 ? AF_INET : AF_INET6,
		ndm_ifindex: index,
		ndm_flags: NTF_PROXY,
		NDA_DST,
	};
}

/** Permanent ones outlive a cable that is pulled, though not a link that is set down (pneigh_ifdown, net/core/neighbour.c). */
const add = (made: MadeProxyNeighbour, only?: Identity): Action => ({
	via: "rtnetlink",
	request: request(RTM_NEWNEIGH, NLM_F_CREATE, {
		...entry(made),
		ndm_state: NUD_PERMANENT,
		NDA_PROTOCOL: PROTOCOL,
	}),
	...(only !== undefined && { only }),
});
const remove = (made: MadeProxyNeighbour, only?: Identity): Action => ({
	via: "rtnetlink",
	request: request(RTM_DELNEIGH, 0, entry(made)),
	...(only !== undefined && { only }),
});

const isMarked = ({ NDA_PROTOCOL }: Neighbour): boolean => NDA_PROTOCOL === PROTOCOL;

const read = (made: MadeProxyNeighbour, kernel: Kernel): Neighbour | undefined =>
	readProxied(kernel, [entry(made)])[0];

/**
 * An address for which the host answers ARP or neighbour solicitations on a link, and no other: a proxy neighbour, which
 * the kernel looks for in both families, and without proxy_arp (arp_process, net/ipv4/arp.c; ndisc_recv_ns, net/ipv6/ndisc.c).
 */
export const proxyNeighbour: Kind<ProxyNeighbour, MadeProxyNeighbour> = {
	kind: "proxy-neighbour",
	key: ({ link, address }) => `proxy-neighbour:${link}:${address}`,
	resolve(want, context) {
		const index = context.indexOf(want.link);
		const found = context.isBlank(want.link) ? undefined : findLink(index, context);
		return { index, mac: found && macOfLink(found), ...want };
	},
	reconcile(made, want, context) {
		if (context.kernel.linkName(made.index) === want.link) return { ...made, ...want };
		return this.resolve(want, context);
	},
	validateAll(made, context) {
		// The kernel would make somebody else's ours without a word.
		const found = readProxied(context.kernel, made.map(entry));
		return made.map((one, i) => (found[i] === undefined ? undefined : taken(one)));
	},
	create: (made) => [
		{
			label: `answer for ${made.address} on ${made.link}`,
			phase: "route",
			effect: "create",
			do: add(made),
			undo: [remove(made, { index: made.index, name: made.link })],
		},
	],
	remove: (made, { kernel }) => endOf(made, kernel),
	drift: (made, kernel) => (read(made, kernel) === undefined ? [absent(objectOf(made))] : []),
	verify(made, kernel) {
		const seen = read(made, kernel);
		if (seen === undefined) return this.drift(made, kernel);
		return isMarked(seen)
			? []
			: [absent(objectOf(made), `${objectOf(made)} is not the one that was made`)];
	},
	change(made, next, kernel) {
		const on = read(next, kernel) === undefined ? this.create(next) : [];
		// One that was renamed, and another has its name: it is the uplink no more.
		return next.index === made.index ? on : [...on, ...endOf(made, kernel)];
	},
	isMade: isMapOf({
		link: isLinkName,
		address: isParsedBy(parseAddress),
		index: isLinkIndex,
		mac: isOptional(isMac),
	}),
	strays(made, look) {
		const { kernel, links } = look;
		if (linksElsewhere(look).length > 0) return [];
		const ours = new Set(made.map((one) => `${one.index} ${one.address}`));
		return readProxies(kernel)
			.filter(isMarked)
			.map(({ ndm_ifindex: index, NDA_DST = new Uint8Array(4) }) => ({
				index,
				address: formatAddress(NDA_DST),
				link: links.find(({ ifi_index }) => ifi_index === index)?.IFLA_IFNAME ?? "",
			}))
			.filter(({ index, address }) => !ours.has(`${index} ${address}`))
			.map((stray) => ({ what: objectOf(stray), made: stray }));
	},
	parentKey: ({ link }) => linkKey(link),
};

/** Taking it away, from the link that it was made on, whatever that is called by now. */
function endOf(made: MadeProxyNeighbour, kernel: Kernel): Step[] {
	const name = nameNow(kernel, made);
	if (name === undefined) return [];
	const only = { index: made.index, name };
	return [
		{
			label: `answer for ${made.address} on ${name} no more`,
			phase: "route",
			effect: "delete",
			do: remove(made, only),
			undo: [add(made, only)],
			removes: true,
		},
	];
}

const taken = (made: ProxyNeighbour): ConflictError =>
	new ConflictError(objectOf(made), "one that is not ours", "a new one", {
		hint: `remove it first if nobody needs it: ip neighbour delete proxy ${made.address} dev ${made.link}`,
	});
