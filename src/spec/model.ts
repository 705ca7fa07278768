import type { Checked } from "./field.js";
import type { guestFields, networkFields, poolFields, tapFields, tapSettings } from "./fields.js";

/** A checked spec: every value is valid and canonical, and every name exists. It is deeply frozen. */
export interface Spec {
	/** The version of the schema. */
	readonly version: 1;
	/** The networks by name. */
	readonly networks: Readonly<Record<string, Network>>;
	/** The taps by the names of their interfaces on the host. */
	readonly taps: Readonly<Record<string, Tap>>;
}

/** A checked network. */
export interface Network extends Checked<typeof networkFields> {
	/** Its key in `Spec.networks`. */
	readonly name: string;
	/** Taps that are created ahead of time, by an engine that keeps running. */
	readonly pool?: NetworkPool;
}

/** The checked pool of a network. */
export interface NetworkPool extends Checked<typeof poolFields> {
	/** It is refilled when fewer than this many are idle. */
	readonly low: number;
}

/** The settings of a tap itself. */
export type TapSettings = Checked<typeof tapSettings>;

/** A checked tap. */
export interface Tap extends Checked<typeof tapFields> {
	/** Its key in `Spec.taps`: the name of its interface on the host. */
	readonly name: string;
	/** The addresses and the MAC that the guest should use. */
	readonly guest: Checked<typeof guestFields>;
}
