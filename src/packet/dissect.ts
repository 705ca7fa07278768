/** Takes a frame apart as far as its protocols are known. */
import { WireError } from "../netlink/error.js";
import { ETH_P_8021AD, ETH_P_8021Q, ETH_P_ARP, ETH_P_IP, ETH_P_IPV6 } from "../uapi/if_ether.js";
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from "../uapi/in.js";
import {
	IPPROTO_DSTOPTS,
	IPPROTO_FRAGMENT,
	IPPROTO_HOPOPTS,
	IPPROTO_ICMPV6,
	IPPROTO_ROUTING,
} from "../uapi/in6.js";
import { arp } from "./arp.js";
import { ethernet } from "./ethernet.js";
import { icmp } from "./icmp.js";
import { icmpv6 } from "./icmpv6.js";
import { IP_MF, IP_OFFMASK, ipv4 } from "./ipv4.js";
import { extension, fragment, ipv6 } from "./ipv6.js";
import type { AnyPacket } from "./packet.js";
import { tcp } from "./tcp.js";
import { udp } from "./udp.js";
import { vlan } from "./vlan.js";

const PROTOCOLS = {
	ethernet,
	vlan,
	arp,
	ipv4,
	ipv6,
	extension,
	fragment,
	icmp,
	icmpv6,
	tcp,
	udp,
} as const;
type Name = keyof typeof PROTOCOLS;
type Decoded<N extends Name> = ReturnType<(typeof PROTOCOLS)[N]["decode"]>;

/** One header of a frame, and what it carries. */
export type Layer = {
	[N in Name]: { readonly protocol: N; readonly value: Decoded<N> };
}[Name];

type Protocols = ReadonlyMap<number, Name>;
const LINK: Protocols = new Map<number, Name>([
	[ETH_P_ARP, "arp"],
	[ETH_P_IP, "ipv4"],
	[ETH_P_IPV6, "ipv6"],
	[ETH_P_8021Q, "vlan"],
	[ETH_P_8021AD, "vlan"],
]);
const IPV4: Protocols = new Map<number, Name>([
	[IPPROTO_ICMP, "icmp"],
	[IPPROTO_TCP, "tcp"],
	[IPPROTO_UDP, "udp"],
]);
const IPV6: Protocols = new Map<number, Name>([
	[IPPROTO_HOPOPTS, "extension"],
	[IPPROTO_ROUTING, "extension"],
	[IPPROTO_DSTOPTS, "extension"],
	[IPPROTO_FRAGMENT, "fragment"],
	[IPPROTO_ICMPV6, "icmpv6"],
	[IPPROTO_TCP, "tcp"],
	[IPPROTO_UDP, "udp"],
]);

/**
 * Which protocol follows a header. The inside of a fragment is not looked at: it may not be the beginning of the
 * packet.
 */
const NEXT: { readonly [N in Name]?: (value: Decoded<N>) => Name | undefined } = {
	ethernet: ({ h_proto }) => LINK.get(h_proto),
	vlan: ({ h_vlan_encapsulated_proto }) => LINK.get(h_vlan_encapsulated_proto),
	ipv4: ({ frag_off, protocol }) =>
		(frag_off & (IP_MF | IP_OFFMASK)) === 0 ? IPV4.get(protocol) : undefined,
	ipv6: ({ nexthdr }) => IPV6.get(nexthdr),
	extension: ({ nexthdr }) => IPV6.get(nexthdr),
	fragment: ({ offset, more, nexthdr }) =>
		offset === 0 && more === 0 ? IPV6.get(nexthdr) : undefined,
};

/** Real frames have few headers, but tags and extension headers can be stacked without end. */
const MOST = 32;

/**
 * The headers of a frame from the outside in, down to the first whose payload is of an unknown protocol. Headers that
 * were yielded before a WireError is thrown are complete.
 * @throws WireError
 */
export function* dissect(frame: Uint8Array): Generator<Layer, void, undefined> {
	let protocol: Name | undefined = "ethernet";
	let bytes = frame;
	for (let headers = 1; protocol !== undefined; headers++) {
		if (headers > MOST) throw new WireError(`more than ${MOST} headers`);
		const packet: AnyPacket = PROTOCOLS[protocol];
		const value = packet.decode(bytes);
		yield { protocol, value } as Layer;
		bytes = value.payload;
		protocol = (NEXT[protocol] as ((value: unknown) => Name | undefined) | undefined)?.(value);
	}
}
