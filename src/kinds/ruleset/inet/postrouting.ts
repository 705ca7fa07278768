import type { StatementJson } from "../../../nftables/index.js";
import { ipv6Masqueraded } from "../set/ipv6-masqueraded.js";
import { ipv6SnatTo } from "../set/ipv6-snat-to.js";
import { masqueraded } from "../set/masqueraded.js";
import { snatTo } from "../set/snat-to.js";
import type { Chain } from "../table.js";

const segmentAndUplink = {
	concat: [{ meta: { key: "iifname" } }, { meta: { key: "oifname" } }],
} as const;

const isOf = (family: "ipv4" | "ipv6"): StatementJson => ({
	match: { op: "==", left: { meta: { key: "nfproto" } }, right: family },
});
const isIn = ({ name }: { readonly name: string }): StatementJson => ({
	match: { op: "==", left: segmentAndUplink, right: `@${name}` },
});
const snat = (family: "ip" | "ip6", { name }: { readonly name: string }): StatementJson => ({
	snat: { family, addr: { map: { key: segmentAndUplink, data: `@${name}` } } },
});

/** Source NAT: the first rule that knows the family, the segment and the uplink of a packet decides. */
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
		[isOf("ipv4"), isIn(masqueraded.set), { masquerade: null }],
		[isOf("ipv4"), snat("ip", snatTo.map)],
		[isOf("ipv6"), isIn(ipv6Masqueraded.set), { masquerade: null }],
		[isOf("ipv6"), snat("ip6", ipv6SnatTo.map)],
	],
};
