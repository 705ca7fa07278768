import { publishing } from "../set/publishing.js";
import type { Chain } from "../table.js";

const iifname = { meta: { key: "iifname" } } as const;
const loopback = { prefix: { addr: "127.0.0.0", len: 8 } } as const;
const ofLoopback = (field: "saddr" | "daddr") => [
	{
		match: { op: "==", left: { concat: [iifname, iifname] }, right: `@${publishing.set.name}` },
	} as const,
	{
		match: { op: "==", left: { payload: { protocol: "ip", field } }, right: loopback },
	} as const,
	{ drop: null } as const,
];

/**
 * With route_localnet, which the host needs to reach published ports at 127.0.0.1, the kernel would let guests reach
 * what listens there. This chain comes before all address translation, where answers of guests still have other
 * addresses of the host as their destination.
 */
export const loopbackOnly: Chain = {
	create: {
		name: "loopback",
		type: "filter",
		hook: "prerouting",
		prio: -300,
		policy: "accept",
		comment: "no guest reaches 127.0.0.1 of the host",
	},
	rules: [ofLoopback("daddr"), ofLoopback("saddr")],
};
