import { guests4 } from "../set/guests4.js";
import { guests6 } from "../set/guests6.js";
import { segments } from "../set/segments.js";
import { uplinks } from "../set/uplinks.js";
import type { Chain } from "../table.js";
import { egress } from "./egress.js";
import { isIn } from "./match.js";
import { toGuest } from "./to-guest.js";

const goto = { goto: { target: toGuest.create.name } } as const;

const toWorld = { goto: { target: egress.create.name } } as const;

/** A new connection from a guest: to another guest, which it must be allowed to reach, or to anybody else. */
export const fromGuest: Chain = {
	create: { name: "from_guest", comment: "a guest begins a connection" },
	rules: [
		[isIn(["oifname", "ip daddr"], guests4.set), goto],
		[isIn(["oifname", "ip6 daddr"], guests6.set), goto],
		// An uplink may be a bridge that also has guests. Apart from those, everything beyond it is the world.
		[isIn("oifname", uplinks.set), toWorld],
		[isIn("oifname", segments.set), goto],
		[toWorld],
	],
};
