import type { Spec } from "../../../src/spec/model.js";
import { checkSpec } from "../../../src/spec/spec.js";
import { labSpec, S1, S2, S3, VARIANTS } from "../../kernel/specs.js";
import type { Need } from "./mutation.js";

/** A spec that is up while somebody else changes the host. */
export interface Scenario {
	readonly name: string;
	readonly spec: Spec;
	/** The objects that it has, which others may change. */
	readonly has: readonly Need[];
	/** The name of our bridge. */
	readonly bridge?: string;
}

const HOST = ["192.168.33.33/24"];
const nat = { mode: "nat", uplink: "eth1", addresses: HOST };

/** Two networks with the same uplink. */
const TWO = checkSpec({
	version: 1,
	networks: {
		lab: nat,
		more: { mode: "routed", uplink: "eth1", bridge: "br0", addresses: ["192.168.34.33/24"] },
	},
	taps: {
		tap0: { network: "lab", owner: 500 },
		tap1: { network: "more", owner: 500 },
	},
});

export const SCENARIOS: readonly Scenario[] = [
	{ name: "host only", spec: S1, has: ["tap", "address", "no member", "no switch", "no proxy"] },
	{
		name: "masquerade",
		spec: labSpec(nat, { tap0: {} }),
		has: ["uplink", "tap", "nat", "address", "no member", "forwarded", "no switch", "no proxy"],
	},
	{
		name: "source NAT",
		spec: S3,
		has: ["uplink", "tap", "nat", "address", "no member", "forwarded", "no switch", "no proxy"],
	},
	{
		name: "bridged",
		spec: S2,
		bridge: "br0",
		has: ["uplink", "bridge", "tap", "member", "no switch", "no proxy"],
	},
	{
		name: "bridged, two taps and an address",
		spec: labSpec(
			{ mode: "bridged", bridge: "br0", uplink: "eth1", addresses: HOST, proxyArp: true },
			{ tap0: {}, tap1: {} },
		),
		bridge: "br0",
		has: ["uplink", "bridge", "tap", "member", "address", "no switch"],
	},
	{
		name: "a bridge without uplink",
		spec: VARIANTS["a bridge without uplink"] as Spec,
		bridge: "br0",
		has: ["bridge", "tap", "address", "no member", "no switch", "no proxy"],
	},
	{
		name: "routed",
		spec: labSpec(
			{ mode: "routed", uplink: "eth1", addresses: ["192.168.33.33/32"] },
			{ tap0: { guest: { addresses: ["172.16.0.5/32"] } } },
		),
		has: ["uplink", "tap", "address", "no member", "forwarded", "no switch", "no proxy"],
	},
	{
		name: "two networks of one uplink",
		spec: TWO,
		has: ["uplink", "tap", "nat", "address", "no member", "forwarded", "no switch", "no proxy"],
	},
	{
		name: "NAT of a bridge",
		spec: labSpec({ ...nat, bridge: "br0" }, { tap0: {}, tap1: {}, tap2: {} }),
		bridge: "br0",
		has: [
			"uplink",
			"bridge",
			"tap",
			"nat",
			"address",
			"no member",
			"forwarded",
			"no switch",
			"no proxy",
		],
	},
	{
		name: "forwarding for the whole host",
		spec: labSpec({ ...nat, forwarding: "global" }, { tap0: {} }),
		has: ["uplink", "tap", "nat", "address", "no member", "forwarded", "no proxy"],
	},
];
