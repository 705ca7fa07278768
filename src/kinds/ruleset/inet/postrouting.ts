import { ipv6Masqueraded } from "../set/ipv6-masqueraded.js";
import { masqueraded } from "../set/masqueraded.js";
import { snatTo } from "../set/snat-to.js";
import type { Chain } from "../table.js";

const segmentAndUplink = {
	concat: [{ meta: { key: "iifname" } }, { meta: { key: "oifname" } }],
} as const;

/** Source NAT: the first rule that knows the segment and the uplink of a packet decides. */
export const postrouting: Chain = {
	create: {
		name: "postrouting",
		type: "nat",
		hook: "postrouting",
		prio: 100,
		policy: "accept",
		comment: "source NAT of guests",
	},
	rules: [
		[
			{ match: { op: "==", left: segmentAndUplink, right: `@${masqueraded.set.name}` } },
			{ masquerade: null },
		],
		[
			{ match: { op: "==", left: { meta: { key: "nfproto" } }, right: "ipv4" } },
			{
				snat: {
					family: "ip",
					addr: { map: { key: segmentAndUplink, data: `@${snatTo.map.name}` } },
				},
			},
		],
		[
			{ match: { op: "==", left: { meta: { key: "nfproto" } }, right: "ipv6" } },
			{ match: { op: "==", left: segmentAndUplink, right: `@${ipv6Masqueraded.set.name}` } },
			{ masquerade: null },
		],
	],
};
