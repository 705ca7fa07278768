import { dropEgress, dropIsolation } from "../guard/drop.js";
import { POLICIES } from "../set/policy.js";
import { publishing } from "../set/publishing.js";
import { reaches } from "../set/reaches.js";
import { siblings } from "../set/siblings.js";
import type { Chain } from "../table.js";
import { isIn, isPublished } from "./match.js";
import { publishedElsewhere } from "./published-elsewhere.js";

/** A new connection from one guest to another: in its own network, or in one that its network may reach. */
export const toGuest: Chain = {
	create: { name: "to_guest", comment: "a guest begins a connection to another guest" },
	rules: [
		// The guest itself, and others on its segment, by the host's address.
		[isPublished, isIn(["iifname", "oifname"], publishing.set), { accept: null }],
		[isIn(["iifgroup", "oifgroup"], reaches.set), { accept: null }],
		[
			isIn("iifname", POLICIES.egress.none.segments.set),
			{ goto: { target: dropEgress.create.name } },
		],
		[isIn(["iifgroup", "oifgroup"], siblings.set), { accept: null }],
		// To others than its own it is an address of the host.
		[isPublished, { goto: { target: publishedElsewhere.create.name } }],
		[{ goto: { target: dropIsolation.create.name } }],
	],
};
