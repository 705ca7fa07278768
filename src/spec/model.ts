import type { Checked } from "./field.js";
import type { guestFields, networkFields, poolFields, tapFields, tapSettings } from "./fields.js";

/** What is wanted: every value good, every name known, in canonical form. Deeply frozen. */
export interface Spec {
	readonly version: 1;
	readonly networks: Readonly<Record<string, Network>>;
	readonly taps: Readonly<Record<string, Tap>>;
}

export interface Network extends Checked<typeof networkFields> {
	readonly name: string;
	/** Taps made ahead; for an engine that stays. */
	readonly pool?: NetworkPool;
}

export interface NetworkPool extends Checked<typeof poolFields> {
	readonly low: number;
}

/** What is said of a tap itself. */
export type TapSettings = Checked<typeof tapSettings>;

export interface Tap extends Checked<typeof tapFields> {
	readonly name: string;
	readonly guest: Checked<typeof guestFields>;
}
