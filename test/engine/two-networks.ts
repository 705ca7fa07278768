import type { Spec } from "../../src/spec/model.js";
import { checkSpec } from "../../src/spec/spec.js";

export type Said = Readonly<Record<string, unknown>>;

const NETWORKS = {
	lab: { mode: "nat", uplink: "eth1", addresses: ["10.7.0.1/32", "fd07::1/128"] },
	db: { mode: "nat", uplink: "eth1", bridge: "br0", addresses: ["10.8.0.1/24", "fd08::1/64"] },
};
export const TAPS = {
	a: { network: "lab", guest: { addresses: ["10.7.0.2/32", "fd07::2/128"] } },
	b: { network: "lab", guest: { addresses: ["10.7.0.3/32", "fd07::3/128"] } },
	c: { network: "db", guest: { addresses: ["10.8.0.2/24", "fd08::2/64"] } },
	d: { network: "db", guest: { addresses: ["10.8.0.3/24", "fd08::3/64"] } },
};

const with_ = (base: Readonly<Record<string, object>>, more: Readonly<Record<string, Said>>) =>
	Object.fromEntries(Object.entries(base).map(([key, one]) => [key, { ...one, ...more[key] }]));

/** Guests on taps of their own and guests on a bridge, two of each, of whom more may be said by network and by tap. */
export const twoNetworks = (
	networks: Readonly<Record<string, Said>> = {},
	taps: Readonly<Record<string, Said>> = {},
): Spec =>
	checkSpec({ version: 1, networks: with_(NETWORKS, networks), taps: with_(TAPS, taps) } as never);
