import type { StatementJson } from "../../../nftables/index.js";
import { ipv6Masqueraded } from "../set/ipv6-masqueraded.js";
import { ipv6SnatTo } from "../set/ipv6-snat-to.js";
import { masqueraded } from "../set/masqueraded.js";
import { publishing } from "../set/publishing.js";
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

const twice = (key: "iifname" | "oifname") =>
	({ concat: [{ meta: { key } }, { meta: { key } }] }) as const;
const published = `@${publishing.set.name}`;

/**
 * Published ports that are reached from the guest's own segment or from 127.0.0.1: without masquerading, the guest's
 * answer would not come back through the host, or go nowhere. In all other cases the guest sees the real source
 * address.
 */
const toPublished: readonly StatementJson[][] = [
	[
		{
			match: {
				op: "==",
				left: { payload: { protocol: "ip", field: "saddr" } },
				right: { prefix: { addr: "127.0.0.0", len: 8 } },
			},
		},
		{ match: { op: "==", left: twice("oifname"), right: published } },
		{ masquerade: null },
	],
	[
		{ match: { op: "in", left: { ct: { key: "status" } }, right: "dnat" } },
		{ match: { op: "==", left: segmentAndUplink, right: published } },
		{ masquerade: null },
	],
];

/** Source NAT: the first rule that matches the family, the segment and the uplink of a packet decides. */
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
		...toPublished,
		[isOf("ipv4"), isIn(masqueraded.set), { masquerade: null }],
		[isOf("ipv4"), snat("ip", snatTo.map)],
		[isOf("ipv6"), isIn(ipv6Masqueraded.set), { masquerade: null }],
		[isOf("ipv6"), snat("ip6", ipv6SnatTo.map)],
	],
};
