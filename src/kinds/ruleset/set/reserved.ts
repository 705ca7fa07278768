import type { Declaration } from "../table.js";

const prefix = (text: string) => {
	const [addr, len] = text.split("/") as [string, string];
	return { prefix: { addr, len: Number(len) } };
};

/**
 * IPv4 that is not globally reachable (IANA's registry of special-purpose addresses, RFC 6890), multicast, and the one
 * address of a global block at which a cloud serves its machines (Azure).
 */
const RESERVED4 = [
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"168.63.129.16/32",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/3",
];

/** Of what is global unicast, 2000::/3: protocol assignments, documentation (RFC 3849, RFC 9637), 6to4. */
const RESERVED6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

export const reserved4 = {
	set: {
		name: "reserved4",
		type: "ipv4_addr",
		flags: ["interval"],
		comment: "not globally reachable",
		elem: RESERVED4.map(prefix),
	},
} as const satisfies Declaration;

export const reserved6 = {
	set: {
		name: "reserved6",
		type: "ipv6_addr",
		flags: ["interval"],
		comment: "not globally reachable, of 2000::/3",
		elem: RESERVED6.map(prefix),
	},
} as const satisfies Declaration;
