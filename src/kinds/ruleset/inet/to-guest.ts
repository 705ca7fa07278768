import { reaches } from "../set/reaches.js";
import { siblings } from "../set/siblings.js";
import type { Chain } from "../table.js";
import { isIn, isPublished } from "./match.js";

/** A guest begins a connection to another: of its own network, or of one that its own may reach. */
export const toGuest: Chain = {
	create: { name: "to_guest", comment: "a guest begins a connection to another guest" },
	rules: [
		// What is published is so to everybody.
		[isPublished, { accept: null }],
		[isIn(["iifgroup", "oifgroup"], reaches.set), { accept: null }],
		[isIn(["iifgroup", "oifgroup"], siblings.set), { accept: null }],
		[{ drop: null }],
	],
};
