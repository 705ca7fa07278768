/** What a person writes: the messages of a spec as YAML and JSON have them. Made from proto/ by `npm run proto`. */

export interface SpecMessage {
	/** Version of this schema: 1. Required. */
	readonly version: number;

	/** The networks, by name: 1 to 32 letters a to z, digits and '-', with no '-' in front. */
	readonly networks?: Readonly<Record<string, NetworkMessage>> | undefined;

	/** The taps, by the name of their interface on the host: 1 to 15 letters, digits, '_', '.' and '-', with no '-' or '.' in front. */
	readonly taps?: Readonly<Record<string, TapMessage>> | undefined;
}

/** How a group of guests is connected. */
export interface NetworkMessage {
	/** How the guests reach the rest of the world. Required. */
	readonly mode: Mode;

	/** The bridge that the taps are ports of. It is created if there is none of that name; one that is there already is used as it is. Required in mode bridged. Absent: every tap is an Ethernet segment of its own. */
	readonly bridge?: string | undefined;

	/** The interface of the host that leads to the world. In mode nat, where it is required, and in mode routed traffic of the guests leaves through it. In mode bridged it becomes a port of the bridge, and its addresses and routes move there. */
	readonly uplink?: string | undefined;

	/** The host's addresses in this network, each with the prefix length of its subnet: on the bridge if there is one, else on each tap. */
	readonly addresses?: readonly string[] | undefined;

	/** The addresses that guests are seen as beyond the uplink, in mode nat: one of each family at most. What a family has none for is seen as the uplink's own. A single one needs no list. Absent: the uplink's own (masquerade). */
	readonly snatTo?: string | readonly string[] | undefined;

	/** Whether the host answers ARP requests of the guests for every address that it can reach itself. */
	readonly proxyArp?: boolean | undefined;

	/** The largest packet in bytes, on the bridge and on every tap that does not say otherwise. Absent: that of the uplink, or of a bridge that is there already; without either 1500. */
	readonly mtu?: number | undefined;

	/** Whether guests are kept from each other: nothing of one reaches another, neither on their bridge nor by way of the host. */
	readonly isolation?: boolean | undefined;

	/** What its guests may send. Absent: basic. */
	readonly guard?: Guard | undefined;

	/** Which switch of the kernel lets the host forward packets. Absent: interface. */
	readonly forwarding?: Forwarding | undefined;

	/** Taps that are made ahead, for guests that do not mind the name of their tap. Only for programs that use the library: a pool is kept as long as they run. */
	readonly pool?: PoolMessage | undefined;

	/** How IPv6 leaves by the uplink. Absent: as the mode says of IPv4. */
	readonly ipv6?: Ipv6 | undefined;

	/** Whether the host answers on the uplink, to ARP requests and neighbour solicitations, for the addresses of these guests and for no others: then nobody needs a route to them. For addresses that are not translated: in mode routed, and for IPv6 with `ipv6: routed`. */
	readonly proxyNeighbours?: boolean | undefined;

	/** How much each of its guests may use. */
	readonly limits?: LimitsMessage | undefined;

	/** The networks whose guests the guests of this one may open connections to; what they open is answered. Absent: none but their own. */
	readonly reaches?: readonly string[] | undefined;

	/** Where guests may open connections to, besides guests: full, internet (what is globally reachable, and nothing private, link-local or reserved, nor the host), none, or a list of addresses and subnets, each with all ports or some: 192.0.2.7:443/tcp, [2001:db8::/32]:80-90. Ports without a protocol are those of TCP and UDP. A single one needs no list. Absent: full. */
	readonly egress?: string | readonly string[] | undefined;

	/** What may be opened to guests from beyond the uplink. Absent: published in mode nat, open in the others. */
	readonly inbound?: Inbound | undefined;

	/** What guests reach of the host itself. Absent: services where egress is internet, else open. */
	readonly host?: HostAccess | undefined;
}

/** How much a guest may use. */
export interface LimitsMessage {
	/** How fast the guest receives, as tc(8) writes rates: 100mbit. What comes faster waits on the tap, and is dropped where too much waits. Absent: as fast as the host can. */
	readonly download?: string | undefined;

	/** How fast the guest sends. What it sends faster waits on an interface of the host that is made for it, ifb-TAP. Absent: as fast as the host can. */
	readonly upload?: string | undefined;

	/** How many connections of the guest the host tracks at once, in both families together: more are not let through. Absent: as many as the host has room for. */
	readonly connections?: number | undefined;
}

/** Taps that wait for guests. */
export interface PoolMessage {
	/** How many taps wait when it is full. Required. */
	readonly size: number;

	/** It is filled up again when fewer than this many are left. Absent: a quarter of size. */
	readonly low?: number | undefined;

	/** The user who may open its taps, by id or name. Absent: the invoking user, if no group is named either. */
	readonly owner?: AccountMessage | undefined;

	/** The group that may open its taps, by id or name. */
	readonly group?: AccountMessage | undefined;

	/** Whether frames of its taps carry a virtio header, as for a tap. */
	readonly vnetHdr?: boolean | undefined;
}

/** How guests reach the rest of the world. */
export type Mode = "nat" | "bridged" | "routed" | "host-only";

/** Which switch of the kernel lets the host forward packets. */
export type Forwarding = "interface" | "global";

/** How IPv6 leaves by the uplink, where the host forwards. */
export type Ipv6 = "nat" | "routed";

/** What a guest may send. */
export type Guard = "basic" | "strict" | "none";

/** What may be opened to guests from beyond the uplink. */
export type Inbound = "published" | "open";

/** What guests reach of the host itself. */
export type HostAccess = "open" | "services" | "closed";

/** The host's end of one interface of one guest. */
export interface TapMessage {
	/** The network that it belongs to, one of `networks`. Required. */
	readonly network: string;

	/** The user who may open the tap, and so start the guest on it, by id or name. Absent: the invoking user (under sudo(8) who called it), if no group is named either. */
	readonly owner?: AccountMessage | undefined;

	/** The group that may open the tap, by id or name. */
	readonly group?: AccountMessage | undefined;

	/** The MAC address of the host's end; the guest's is `guest.mac`. Absent: one that the kernel draws. */
	readonly mac?: string | undefined;

	/** The largest packet in bytes. Absent: the network's. */
	readonly mtu?: number | undefined;

	/** How many packets may wait for the guest. Absent: 1000, as the kernel makes taps. */
	readonly txqueuelen?: number | undefined;

	/** Whether the tap can be opened once for each queue of the guest's interface (IFF_MULTI_QUEUE). */
	readonly multiQueue?: boolean | undefined;

	/** Whether frames carry a virtio header, which lets checksums and segmentation be left to the other side (IFF_VNET_HDR). */
	readonly vnetHdr?: boolean | undefined;

	/** The host's addresses on this tap, where the network has no bridge. Absent: those of the network. */
	readonly addresses?: readonly string[] | undefined;

	/** What the guest will use on its end. */
	readonly guest?: GuestMessage | undefined;

	/** What the guest may send. Absent: what those of its network may. */
	readonly guard?: Guard | undefined;

	/** Ports of the host that are forwarded to the guest: [ADDRESS:]HOSTPORT:GUESTPORT[/tcp|udp|sctp], tcp where it says none. Without an address they are those of all addresses of the host, in the families that the guest has an address of; an IPv6 address stands in brackets. Two ranges of one length are as many ports: 7000-7010:7000-7010/tcp. */
	readonly publish?: readonly string[] | undefined;

	/** How much the guest may use. What it does not say is as in the limits of the network. */
	readonly limits?: LimitsMessage | undefined;

	/** Where guests may open connections to, besides guests: full, internet (what is globally reachable, and nothing private, link-local or reserved, nor the host), none, or a list of addresses and subnets, each with all ports or some: 192.0.2.7:443/tcp, [2001:db8::/32]:80-90. Ports without a protocol are those of TCP and UDP. A single one needs no list. Absent: what the network says. */
	readonly egress?: string | readonly string[] | undefined;

	/** What the guest reaches of the host itself. Absent: what the network says. */
	readonly host?: HostAccess | undefined;
}

/** What a guest uses on its end of the wire. umlnet-nl does not set it, which only the guest can: it is checked against the host's side and printed as arguments for the guest's start. */
export interface GuestMessage {
	/** Its addresses, each with the prefix length of its subnet. They must be in a subnet of the host's addresses, and not be the host's own. A link-local address of IPv6 is one of the guest's own choice; where IPv6 is forwarded, the host is fe80::1 on every segment, a gateway for guests of any prefix. */
	readonly addresses?: readonly string[] | undefined;

	/** Its MAC address. */
	readonly mac?: string | undefined;
}

/** A user or a group. */
export type AccountMessage = number | string;
