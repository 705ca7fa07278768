import type { Spec } from "../../src/spec/model.js";
import { checkSpec, specFromFlags } from "../../src/spec/spec.js";

type Fields = Readonly<Record<string, unknown>>;

/** Taps of user 500 in one network, `lab`. */
export const labSpec = (network: Fields, taps: Readonly<Record<string, Fields>>): Spec =>
	checkSpec({
		version: 1,
		networks: { lab: network },
		taps: Object.fromEntries(
			Object.entries(taps).map(([name, tap]) => [name, { network: "lab", owner: 500, ...tap }]),
		),
	});

const HOST = "192.168.33.33/24";
const flags = { tap: "tap0", owner: 500 };

/** The usual scenarios, by flags: host-only, bridged and behind NAT. */
export const S1 = specFromFlags({ ...flags, address: [HOST] });
export const S2 = specFromFlags({ ...flags, bridge: "br0", uplink: "eth1" });
export const S3 = specFromFlags({
	...flags,
	address: [HOST],
	nat: "eth1",
	snatTo: ["10.33.33.34"],
});

const nat = { mode: "nat", uplink: "eth1", addresses: [HOST] };
const many = (count: number): Record<string, Fields> =>
	Object.fromEntries(Array.from({ length: count }, (_, i) => [`tap${i}`, {}]));

/** Other forms of networks and taps. */
export const VARIANTS: Readonly<Record<string, Spec>> = {
	"S1, host only": S1,
	"S2, bridged": S2,
	"S3, source NAT": S3,
	masquerade: labSpec(nat, { tap0: {} }),
	"NAT of a bridge with four taps": labSpec({ ...nat, bridge: "br0" }, many(4)),
	"routed guests": labSpec(
		{ mode: "routed", uplink: "eth1", addresses: ["192.168.33.33/32"] },
		{
			tap0: { guest: { addresses: ["172.16.0.5/32"] } },
			tap1: { guest: { addresses: ["172.16.0.6/32"] } },
		},
	),
	"published ports and limits": labSpec(
		{ ...nat, addresses: [HOST, "fd07::1/64"], limits: { connections: 500 } },
		{
			tap0: {
				guest: { addresses: ["192.168.33.34/24", "fd07::2/64"] },
				publish: ["8080:80", "10.33.33.34:2222:22/tcp", "7000-7010:7000-7010/udp", "99:99/sctp"],
				limits: { download: "100mbit", upload: "20mbit" },
			},
		},
	),
	"published ports and limits of a port of a bridge": labSpec(
		{ mode: "bridged", bridge: "br0", uplink: "eth1" },
		{
			tap0: {
				guest: { addresses: ["10.33.33.36/8"], mac: "52:54:00:12:34:56" },
				publish: ["8080:80"],
				limits: { upload: "20mbit", connections: 5 },
			},
			tap1: {},
		},
	),
	"a bridge without uplink": labSpec(
		{ mode: "host-only", bridge: "br0", addresses: [HOST] },
		many(3),
	),
	"a bridge with uplink and an address of its own": labSpec(
		{ mode: "bridged", bridge: "br0", uplink: "eth1", addresses: [HOST] },
		many(2),
	),
	"forwarding for the whole host": labSpec({ ...nat, forwarding: "global" }, { tap0: {} }),
	"proxy ARP": specFromFlags({ ...flags, address: [HOST], proxyArp: true }),
	"proxy ARP on a bridge with uplink": specFromFlags({
		...flags,
		bridge: "br0",
		uplink: "eth1",
		proxyArp: true,
	}),
	"fifty taps": labSpec({ ...nat, bridge: "br0" }, many(50)),
	"fifty taps without a bridge": labSpec(
		{ mode: "host-only" },
		Object.fromEntries(
			Object.keys(many(50)).map((name, i) => [name, { addresses: [`192.168.${i}.33/24`] }]),
		),
	),
	"many queues, offload headers": specFromFlags({ ...flags, multiQueue: true, vnetHdr: true }),
	"MTU and MAC": specFromFlags({ ...flags, mtu: 1400, mac: "02:00:00:00:00:01" }),
	"a short queue": specFromFlags({ ...flags, txqueuelen: 77 }),
	"MTU of a bridge": labSpec({ mode: "host-only", bridge: "br0", mtu: 9000 }, many(2)),
	"owner and group": specFromFlags({ ...flags, group: 36 }),
	"group alone": specFromFlags({ tap: "tap0", group: 36 }),
	"IPv6 addresses": labSpec(
		{ mode: "host-only", addresses: [HOST, "2001:db8:33::1/64"] },
		{ tap0: { guest: { addresses: ["2001:db8:33::2/64"] } } },
	),
	"a routed IPv6 guest": labSpec(
		{ mode: "routed", uplink: "eth1", addresses: ["192.168.33.33/32", "2001:db8:33::1/128"] },
		{ tap0: { guest: { addresses: ["2001:db8:77::2/128"] } } },
	),
	"NAT of both families": labSpec(
		{ ...nat, addresses: [HOST, "fd00:33::1/64"] },
		{ tap0: { guest: { addresses: ["192.168.33.34/24", "fd00:33::2/64"] } } },
	),
	"source NAT of IPv4, masquerade of IPv6": labSpec(
		{ ...nat, snatTo: "10.33.33.34", addresses: [HOST, "fd00:33::1/64"] },
		{ tap0: {} },
	),
	"source NAT of both families": labSpec(
		{ ...nat, snatTo: ["10.33.33.34", "2001:db8::34"], addresses: [HOST, "fd00:33::1/64"] },
		{ tap0: {} },
	),
	"source NAT of IPv6 on a bridge, masquerade of IPv4": labSpec(
		{ ...nat, bridge: "br0", snatTo: "2001:db8::34", addresses: [HOST, "fd00:33::1/64"] },
		many(2),
	),
	"IPv6 untranslated beside IPv4 behind NAT": labSpec(
		{ ...nat, ipv6: "routed", addresses: [HOST, "2001:db8:33::1/64"] },
		{ tap0: {} },
	),
	"guests of both families for which the uplink answers": labSpec(
		{ mode: "routed", uplink: "eth1", addresses: ["192.168.33.33/32"], proxyNeighbours: true },
		{
			tap0: { guest: { addresses: ["10.33.44.110/32", "2001:db8:1::110/128"] } },
			tap1: { guest: { addresses: ["10.33.44.111/32"] } },
		},
	),
	"IPv6 guests for which the uplink answers, IPv4 behind NAT": labSpec(
		{ ...nat, ipv6: "routed", proxyNeighbours: true },
		{ tap0: { guest: { addresses: ["192.168.33.34/24", "2001:db8:1::110/128"] } } },
	),
	"NAT of IPv6 alone": labSpec({ ...nat, addresses: ["fd00:33::1/64"] }, { tap0: {} }),
	"NAT of both families of a bridge": labSpec(
		{ ...nat, bridge: "br0", addresses: [HOST, "fd00:33::1/64"] },
		many(2),
	),
	"IPv6 addresses on a bridge": labSpec(
		{ mode: "host-only", bridge: "br0", addresses: [HOST, "2001:db8:33::1/64"] },
		many(2),
	),
};
