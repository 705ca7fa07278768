import type { Checked } from "./field.js";
import type { guestFields, networkFields, poolFields, tapFields, tapSettings } from "./fields.js";

/** What is wanted: every value good, every name known, in canonical form. Deeply frozen. */
export interface Spec {
	/** The version of the schema. */
	readonly version: 1;
	/** By name. */
	readonly networks: Readonly<Record<string, Network>>;
	/** By the name of the tap's interface on the host. */
	readonly taps: Readonly<Record<string, Tap>>;
}

/** A network, checked. */
export interface Network extends Checked<typeof networkFields> {
	/** Its key in `Spec.networks`. */
	readonly name: string;
	/** Taps made ahead; for an engine that stays. */
	readonly pool?: NetworkPool;
}

/** The pool of a network, checked. */
export interface NetworkPool extends Checked<typeof poolFields> {
	/** It is refilled when fewer than this many are idle. */
	readonly low: number;
}

/** What is said of a tap itself. */
export type TapSettings = Checked<typeof tapSettings>;

/** A tap, checked. */
export interface Tap extends Checked<typeof tapFields> {
	/** Its key in `Spec.taps`: the name of its interface on the host. */
	readonly name: string;
	/** What the guest is to use. */
	readonly guest: Checked<typeof guestFields>;
}
