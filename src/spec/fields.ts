import {
	addresses,
	egress,
	type Field,
	type Fields,
	group,
	guests,
	hosts,
	limits,
	link,
	mac,
	names,
	needed,
	number,
	otherwise,
	ports,
	rate,
	text,
	toggle,
	user,
	word,
} from "./field.js";
import type { FieldName } from "./schema.js";

/** The limit of tun_net_init(): 65535 minus an Ethernet header. The minimum is ETH_MIN_MTU. */
export const MAX_TAP_MTU = 65_521;
const mtu = number(68, MAX_TAP_MTU);

/** The settings of a tap itself. */
export const tapSettings = {
	/** At least one of owner and group is set, because anybody could open a tap with neither. */
	owner: [user, "--owner <USER>", "who may open it, id or name (default: the invoking user)"],
	group: [group, "--group <GROUP>", "group that may open it, id or name"],
	mac: [mac, "--mac <MAC>", "MAC address of the host's side"],
	mtu: [mtu, "--mtu <N>", "largest packet in bytes (default: the uplink's, or 1500)"],
	/**
	 * With 0 all packets for the guest would be dropped; with a greater number the tap could not be opened (ptr_ring.h).
	 */
	txqueuelen: [number(1, 524_288), "--txqueuelen <N>", "longest queue in packets (default: 1000)"],
	multiQueue: [toggle, "--multi-queue", "let it be opened once per queue"],
	vnetHdr: [
		toggle,
		"--vnet-hdr",
		"frames carry a virtio header, for checksum and segmentation offload",
	],
} as const;

const guardWord = word("basic", "strict", "none");

export const tapFields = {
	/** A key of `Spec.networks`. */
	network: [needed(text, "the name of one of the networks")],
	...tapSettings,
	/** The host's addresses on this tap, which are its own or its network's. Empty if the tap is a port of a bridge. */
	addresses: [hosts],
	/** Absent: as its network says. */
	guard: [guardWord, "--guard <LEVEL>", "what the guest may send: basic (default), strict or none"],
	publish: [
		ports,
		"--publish <PORTS>",
		"[ADDRESS:]HOSTPORT:GUESTPORT[/tcp|udp|sctp], forwarded to the guest",
	],
	/** Its own, or else what its network says. */
	egress: [
		egress,
		"--egress <WHERE>",
		"where the guest may send: full (default), internet, none, or ADDRESS[/LENGTH][:PORTS[/PROTOCOL]]",
	],
	host: [
		word("open", "services", "closed"),
		"--host-access <WHAT>",
		"what of the host the guest may reach: open (default), services or closed",
	],
	limits: [
		limits,
		"--limit <LIMIT>",
		"download=100mbit, upload=20mbit (units of tc(8)) or connections=500",
	],
} as const satisfies Record<Exclude<FieldName<"Tap">, "guest">, Field>;

export const guestFields = {
	addresses: [
		guests,
		"--guest-address <CIDR>",
		"address the guest will use: checked, and printed for it",
	],
	mac: [mac, "--guest-mac <MAC>", "MAC address the guest will use"],
} as const satisfies Record<FieldName<"Guest">, Field>;

export const networkFields = {
	/** The host's addresses on the bridge. Without a bridge, each tap of the network has them in `Tap.addresses`. */
	addresses: [hosts, "--address <CIDR>", "host-side address, on the bridge if there is one"],
	/** How its guests are connected. The flag `--nat` sets this together with the uplink. */
	mode: [
		needed(word("nat", "bridged", "routed", "host-only"), "nat, bridged, routed or host-only"),
		"--nat <UPLINK>",
		"forward the guest to this interface behind source NAT",
	],
	/** Packets of a family without an address are masqueraded. */
	snatTo: [
		addresses,
		"--snat-to <IP>",
		"the address it is seen as there, one of each family (default: the uplink's own)",
	],
	ipv6: [word("nat", "routed"), "--ipv6 <HOW>", "how IPv6 leaves: nat, or routed untranslated"],
	proxyNeighbours: [
		toggle,
		"--proxy-neighbours",
		"answer on the uplink for the guest's addresses that are seen there",
	],
	bridge: [link, "--bridge <NAME>", "make it a port of this bridge, created if absent"],
	uplink: [
		link,
		"--uplink <IFNAME>",
		"port of the bridge too; its addresses and routes move to the bridge",
	],
	proxyArp: [toggle, "--proxy-arp", "answer the guest's ARP requests for whom the host can reach"],
	/** The MTU of the bridge, and of every tap without one of its own. */
	mtu: [mtu],
	guard: [otherwise(guardWord, "basic")],
	isolation: [toggle, "--isolation", "keep its guests from each other"],
	forwarding: [otherwise(word("interface", "global"), "interface")],
	/** Of every tap; what a tap says itself goes before it. */
	limits: [limits],
	reaches: [names],
	egress: [egress],
	inbound: [
		word("published", "open"),
		"--inbound <WHAT>",
		"what may be opened to the guest from beyond the uplink: published ports (default with --nat), or open",
	],
	host: [word("open", "services", "closed")],
} as const satisfies Record<Exclude<FieldName<"Network">, "pool">, Field>;

export const limitFields = {
	download: [rate],
	upload: [rate],
	connections: [number(1, 4_294_967_295)],
} as const satisfies Record<FieldName<"Limits">, Field>;

export const poolFields = {
	/** How many parked taps it is filled up to. Each of them is another link for everybody who lists links. */
	size: [needed(number(1, 10_000), "how many taps wait")],
	/** The pool is refilled when fewer than this many are left. */
	low: [number()],
	/** At least one of owner and group is set. */
	owner: [user],
	group: [group],
	vnetHdr: [toggle],
} as const satisfies Record<FieldName<"Pool">, Field>;

/** The fields of each message, by its name. */
export const FIELDS: Readonly<Record<string, Fields>> = {
	Network: networkFields,
	Pool: poolFields,
	Tap: tapFields,
	Guest: guestFields,
	Limits: limitFields,
};
