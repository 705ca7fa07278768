import { dropEgress } from "../guard/drop.js";
import { POLICIES } from "../set/policy.js";
import { reserved4, reserved6 } from "../set/reserved.js";
import type { Chain } from "../table.js";
import { bySender } from "./by-policy.js";
import { egressListGuests, egressListNetworks } from "./egress-list.js";
import { isIn } from "./match.js";

const daddr6 = { payload: { protocol: "ip6", field: "daddr" } } as const;
const global6 = { prefix: { addr: "2000::", len: 3 } } as const;

const drop = { goto: { target: dropEgress.create.name } } as const;

/** Only what is globally reachable. */
export const egressInternet: Chain = {
	create: { name: "egress_internet", comment: "what is globally reachable" },
	rules: [
		[isIn("ip daddr", reserved4.set), drop],
		[{ match: { op: "!=", left: daddr6, right: global6 } }, drop],
		[isIn("ip6 daddr", reserved6.set), drop],
		[{ accept: null }],
	],
};

/** A guest begins a connection to somebody who is no guest, as far as its network lets it. */
export const egress: Chain = {
	create: { name: "egress", comment: "a guest begins a connection to the world" },
	rules: bySender(POLICIES.egress, {
		full: { accept: null },
		none: drop,
		internet: { goto: { target: egressInternet.create.name } },
		list: {
			guests: { goto: { target: egressListGuests.create.name } },
			networks: { goto: { target: egressListNetworks.create.name } },
		},
	}),
};
