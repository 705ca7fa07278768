import { reaches } from "../set/reaches.js";
import { siblings } from "../set/siblings.js";
import type { Chain } from "../table.js";
import { isIn, isPublished } from "./match.js";

/** A new connection from one guest to another: in its own network, or in one that its network may reach. */
export const toGuest: Chain = {
	create: { name: "to_guest", comment: "a guest begins a connection to another guest" },
	rules: [
		// A published port may be reached by everybody.
		[isPublished, { accept: null }],
		[isIn(["iifgroup", "oifgroup"], reaches.set), { accept: null }],
		[isIn(["iifgroup", "oifgroup"], siblings.set), { accept: null }],
		[{ drop: null }],
	],
};
