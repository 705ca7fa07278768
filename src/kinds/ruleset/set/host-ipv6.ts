import { iifname, raw } from "../expression.js";
import type { Declaration } from "../table.js";

/** Link-local addresses that the host has on the segment of a guest which may have any other. */
export const hostIpv6 = {
	set: {
		name: "host_ipv6",
		type: { typeof: { concat: [iifname, raw("th", 64, 128)] } },
		comment: "tap . address of the host there",
	},
} as const satisfies Declaration;
