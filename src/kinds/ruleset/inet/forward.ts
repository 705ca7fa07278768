import { bridged } from "../set/bridged.js";
import { guests4 } from "../set/guests4.js";
import { guests6 } from "../set/guests6.js";
import { POLICIES } from "../set/policy.js";
import { segments } from "../set/segments.js";
import type { Chain } from "../table.js";
import { fromGuest } from "./from-guest.js";
import { isAnswer, isIn } from "./match.js";
import { toPublished } from "./to-published.js";

const { published } = POLICIES.inbound;
const inside = { goto: { target: toPublished.create.name } } as const;
const goto = { goto: { target: fromGuest.create.name } } as const;

/** Packets that the host forwards: answers pass, and new connections are judged by where they come from. */
export const forward: Chain = {
	create: {
		name: "forward",
		type: "filter",
		hook: "forward",
		prio: 0,
		policy: "accept",
		comment: "connections between guests, and to the world",
	},
	rules: [
		[isAnswer, { accept: null }],
		[isIn(["iifname", "oifname"], bridged.set), { accept: null }],
		[isIn("iifname", segments.set), goto],
		[isIn(["iifname", "ip saddr"], guests4.set), goto],
		[isIn(["iifname", "ip6 saddr"], guests6.set), goto],
		[isIn("oifgroup", published.networks.set), inside],
		[isIn(["oifname", "ip daddr"], published.guests4.set), inside],
		[isIn(["oifname", "ip6 daddr"], published.guests6.set), inside],
	],
};
