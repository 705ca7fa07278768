import { formatAddress } from "../engine/address.js";
import { ConflictError, SpecError } from "../engine/error.js";
import type { Kind, Step } from "../engine/kind.js";
import type { Kernel } from "../kernel/kernel.js";
import {
	type Address,
	type Link,
	type Route,
	readAddresses,
	readLink,
	readLinkByName,
	readRoutes,
} from "../kernel/read.js";
import { type Request, request } from "../netlink/request.js";
import {
	IFA_F_NODAD,
	IFA_F_PERMANENT,
	IFAPROT_KERNEL_LL,
	RTM_DELADDR,
	RTM_NEWADDR,
} from "../uapi/if_addr.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import {
	RT_SCOPE_LINK,
	RT_TABLE_LOCAL,
	RTM_DELROUTE,
	RTM_NEWROUTE,
	RTPROT_KERNEL,
	RTPROT_RA,
} from "../uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../uapi/socket.js";
import { addressText } from "./address.js";
import { enslave, release } from "./port.js";

/** A host interface that becomes a port of our bridge; its addresses and routes move to the bridge. */
export interface Uplink {
	readonly link: string;
	readonly bridge: string;
}
export interface MadeUplink extends Uplink {
	readonly index: number;
	readonly master: number;
	/** What moves, as it was on the uplink: messages in base64, in the kernel's order. */
	readonly addresses: readonly string[];
	readonly routes: readonly string[];
}

type GivenRoute = Parameters<typeof RTM_NEWROUTE.encode>[0];

const pack = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const unpack = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

/** The addresses somebody gave to the link; the kernel's own link-local one stays with it. */
const movable = (address: Address): boolean =>
	address.IFA_PROTO !== IFAPROT_KERNEL_LL &&
	!(address.ifa_family === AF_INET6 && address.ifa_scope === RT_SCOPE_LINK);

/** The routes somebody made; the kernel makes those of an address itself, and takes them along. */
const made = ({ rtm_protocol, rtm_table }: Route): boolean =>
	rtm_protocol !== RTPROT_KERNEL && rtm_protocol !== RTPROT_RA && rtm_table !== RT_TABLE_LOCAL;

function readMovable(kernel: Kernel, index: number): Pick<MadeUplink, "addresses" | "routes"> {
	const families = [AF_INET, AF_INET6];
	const routes = families.flatMap((family) => readRoutes(kernel, family, index).filter(made));
	return {
		addresses: readAddresses(kernel, index)
			.filter(movable)
			.map((address) => pack(RTM_NEWADDR.encode(address))),
		routes: routes.map(({ RTA_CACHEINFO, RTA_EXPIRES, $unknown, ...route }) =>
			pack(RTM_NEWROUTE.encode(route)),
		),
	};
}

/** An address as it can be given to a link: without what the kernel only tells. */
function addressOn(packed: string, { link, index, skipDad }: Side): Address {
	const {
		IFA_CACHEINFO,
		IFA_LABEL,
		IFA_FLAGS = 0,
		$unknown,
		...rest
	} = RTM_NEWADDR.decode(unpack(packed));
	const forEver = (IFA_FLAGS & IFA_F_PERMANENT) !== 0;
	return {
		...rest,
		ifa_index: index,
		ifa_flags: 0,
		// A label must begin with its link's name to make sense to ifconfig; the plain one is the name.
		...(rest.ifa_family === AF_INET && { IFA_LABEL: labelOn(IFA_LABEL, link) }),
		// The bridge has the uplink's MAC: nobody new claims the address, so its detection need not be waited for.
		IFA_FLAGS: (IFA_FLAGS & ~IFA_F_PERMANENT) | (skipDad ? IFA_F_NODAD : 0),
		...(!forEver && IFA_CACHEINFO && { IFA_CACHEINFO }),
	};
}
const labelOn = (label: string | undefined, link: string): string =>
	label?.includes(":") ? `${link}:${label.split(":")[1]}`.slice(0, 15) : link;

/** A route with every mention of one link replaced by another. */
function routeOver(packed: string, from: number, to: number): GivenRoute {
	const { RTA_EXPIRES, ...route } = RTM_NEWROUTE.decode(unpack(packed));
	const hops = route.RTA_MULTIPATH?.map((hop) =>
		hop.rtnh_ifindex === from ? { ...hop, rtnh_ifindex: to } : hop,
	);
	return {
		...route,
		RTA_OIF: route.RTA_OIF === from ? to : route.RTA_OIF,
		RTA_MULTIPATH: hops,
		rtm_flags: 0,
	};
}

interface Side {
	readonly link: string;
	readonly index: number;
	readonly skipDad: boolean;
}
type Move = Pick<Step, "label" | "do">;

const send = (label: string, one: Request): Move => ({
	label,
	do: { via: "rtnetlink", request: one },
});

function routeText({ RTA_DST, rtm_dst_len, rtm_family }: GivenRoute): string {
	if (RTA_DST === undefined) return "default route";
	return `route ${formatAddress(RTA_DST)}/${rtm_dst_len ?? (rtm_family === AF_INET ? 32 : 128)}`;
}

/** Take everything off one link. Secondary addresses go before their primary, which might take them along. */
function take(made: MadeUplink, side: Side): Move[] {
	const { link, index } = side;
	const routes = made.routes.map((packed) => routeOver(packed, made.index, index));
	const addresses = made.addresses.map((packed) => addressOn(packed, side));
	return [
		...addresses.map((one) => {
			const { ifa_family, ifa_prefixlen, ifa_index, IFA_LOCAL, IFA_ADDRESS } = one;
			const bare = { ifa_family, ifa_prefixlen, ifa_index, IFA_LOCAL, IFA_ADDRESS };
			return send(`take address ${addressText(one)} off ${link}`, request(RTM_DELADDR, 0, bare));
		}),
		...routes.map((route) =>
			send(`take ${routeText(route)} off ${link}`, request(RTM_DELROUTE, 0, route)),
		),
	].toReversed();
}

/** Put everything on one link: addresses first, they make the gateways reachable. */
function put(made: MadeUplink, side: Side): Move[] {
	const { link, index } = side;
	const routes = made.routes.map((packed) => routeOver(packed, made.index, index));
	const addresses = made.addresses.map((packed) => addressOn(packed, side));
	const create = NLM_F_CREATE | NLM_F_EXCL;
	return [
		...addresses.map((one) =>
			send(`put address ${addressText(one)} on ${link}`, request(RTM_NEWADDR, create, one)),
		),
		...routes.map((route) =>
			send(
				`put ${routeText(route)} on ${link}`,
				request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, route),
			),
		),
	];
}

/** Moves as steps; the undo of each is its mirror. `take` is in the reverse order of `put`. */
function stepsOf(moves: readonly Move[], mirror: readonly Move[]): Step[] {
	return moves.map((move, i) => ({
		...move,
		phase: "address",
		undo: [(mirror[moves.length - 1 - i] as Move).do],
	}));
}
const takeSteps = (made: MadeUplink, side: Side): Step[] =>
	stepsOf(take(made, side), put(made, side));
const putSteps = (made: MadeUplink, side: Side): Step[] =>
	stepsOf(put(made, side), take(made, side));

const asUplink = ({ link, index }: MadeUplink): Side => ({ link, index, skipDad: false });
const asBridge = ({ bridge, master }: MadeUplink): Side => ({
	link: bridge,
	index: master,
	skipDad: true,
});
const inAddressPhase = (step: Step): Step => ({ ...step, phase: "address" });

function refuse(link: Link, want: Uplink, kernel: Kernel): void {
	if (link.IFLA_MASTER === undefined) return;
	const other = readLink(kernel, link.IFLA_MASTER)?.IFLA_IFNAME ?? `link ${link.IFLA_MASTER}`;
	throw new ConflictError(`uplink ${want.link}`, `a port of ${other}`, `a port of ${want.bridge}`, {
		hint: `take it out there first: ip link set ${want.link} nomaster; or name ${other} as the bridge's uplink`,
	});
}

/** The uplink of a bridged network. Its way to the world is moved in one rtnetlink send. */
export const uplink: Kind<Uplink, MadeUplink> = {
	kind: "uplink",
	key: ({ link }) => `uplink:${link}`,
	resolve(want, { kernel, indexOf }) {
		const link = readLinkByName(kernel, want.link);
		if (link === undefined) throw missingUplink(want.link);
		refuse(link, want, kernel);
		const index = link.ifi_index;
		return { ...want, index, master: indexOf(want.bridge), ...readMovable(kernel, index) };
	},
	create: (made) => [
		inAddressPhase(enslave(made)),
		...takeSteps(made, asUplink(made)),
		...putSteps(made, asBridge(made)),
	],
	remove: (made) => [
		...takeSteps(made, asBridge(made)),
		inAddressPhase(release(made)),
		...putSteps(made, asUplink(made)),
	],
	drift(made, kernel) {
		const out = readLink(kernel, made.index)?.IFLA_MASTER === made.master;
		const there = readAddresses(kernel, made.master).map(addressText);
		const lost = made.addresses
			.map((packed) => addressText(RTM_NEWADDR.decode(unpack(packed))))
			.filter((address) => !there.includes(address));
		return [
			...(out ? [] : [`${made.link} is no port of ${made.bridge}`]),
			...lost.map((address) => `address ${address} of ${made.link} is missing on ${made.bridge}`),
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
		if (link.IFLA_MASTER === made.master) return [];
		refuse(link, next, kernel);
		return [inAddressPhase(enslave(made))];
	},
};

/** An uplink that is not there: the spec cannot be meant for this host. */
export const missingUplink = (link: string): SpecError =>
	new SpecError([{ path: "uplink", message: `there is no interface ${link} on this host` }], {
		hint: "the interfaces there are: ip -br link",
	});
