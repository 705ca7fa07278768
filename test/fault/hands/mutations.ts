import type { Mutation } from "./mutation.js";
import { ADDRESSES, ROUTES } from "./on-belongings.js";
import { FILTERS, SETTINGS } from "./on-host.js";
import { BRIDGES, TAPS, THEIRS } from "./on-ours.js";
import { UPLINK } from "./on-uplink.js";

/** All mutations. */
export const MUTATIONS: readonly Mutation[] = [
	...UPLINK,
	...ADDRESSES,
	...ROUTES,
	...SETTINGS,
	...FILTERS,
	...TAPS,
	...BRIDGES,
	...THEIRS,
];
