import type { Family } from "../inet/cidr.js";

/** A setting that a link must have, whichever link it is. */
export interface NeededSetting {
	/** `ipv6/conf` */
	readonly directory: string;
	readonly name: string;
	readonly value: string;
	/** It is needed only where it is this otherwise. */
	readonly instead?: string | undefined;
}

/** The sender waits for the answer: by default (proxy_delay) it would come after a random time of up to 0.8 seconds. */
const AT_ONCE = { name: "proxy_delay", value: "0" } as const;

/** What a link needs to answer for the addresses of others, by their family. */
export const PROXYING: { readonly [family in Family]: readonly NeededSetting[] } = {
	4: [{ directory: "ipv4/neigh", ...AT_ONCE }],
	6: [
		{ directory: "ipv6/neigh", ...AT_ONCE },
		// What the host learned of routers it shall go on learning, for only a router answers for others (ndisc_recv_ns).
		{ directory: "ipv6/conf", name: "accept_ra", value: "2", instead: "1" },
		{ directory: "ipv6/conf", name: "forwarding", value: "1" },
		{ directory: "ipv6/conf", name: "proxy_ndp", value: "1" },
	],
};

/** All of it, in the order in which notes tell what each was before. */
export const ALL_PROXYING: readonly NeededSetting[] = [...PROXYING[4], ...PROXYING[6]];
