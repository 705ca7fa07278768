import type { Declaration } from "../table.js";

/** Ports of single IPv4 addresses of the host, and where they lead. */
export const publish4 = {
	map: {
		name: "publish4",
		type: ["inet_proto", "ipv4_addr", "inet_service"],
		map: ["ipv4_addr", "inet_service"],
		comment: "protocol . host address . port : guest address . port",
	},
} as const satisfies Declaration;

/** Ports of single IPv6 addresses of the host, and where they lead. */
export const publish6 = {
	map: {
		name: "publish6",
		type: ["inet_proto", "ipv6_addr", "inet_service"],
		map: ["ipv6_addr", "inet_service"],
		comment: "protocol . host address . port : guest address . port",
	},
} as const satisfies Declaration;

/** Ports of all IPv4 addresses of the host, and where they lead. */
export const publishAny4 = {
	map: {
		name: "publish_any4",
		type: ["inet_proto", "inet_service"],
		map: ["ipv4_addr", "inet_service"],
		comment: "protocol . port : guest address . port",
	},
} as const satisfies Declaration;

/** Ports of all IPv6 addresses of the host, and where they lead. */
export const publishAny6 = {
	map: {
		name: "publish_any6",
		type: ["inet_proto", "inet_service"],
		map: ["ipv6_addr", "inet_service"],
		comment: "protocol . port : guest address . port",
	},
} as const satisfies Declaration;
