import type { Command } from "../nftables/index.js";
import { TABLE } from "./mark.js";

/** Guests' segments whose packets leave an uplink under the uplink's own address. */
export const MASQUERADED = "masqueraded";
/** Guests' segments whose packets leave an uplink under an address of the user's choice. */
export const SNAT_TO = "snat_to";

const inTable = { family: "inet", table: TABLE } as const;
const CHAIN = "postrouting";
const type = ["ifname", "ifname"] as const;
const segmentAndUplink = {
	concat: [{ meta: { key: "iifname" } }, { meta: { key: "oifname" } }],
} as const;

/**
 * Everything the engine puts into nf_tables, in the JSON of libnftables-json(5). It never grows: a guest is an
 * element of a set. Loading the compiler costs a run of the command line 6 to 10 ms, so `npm run build` compiles
 * this once, into ruleset-messages.ts.
 */
export const ruleset = {
	create: [
		{
			create: {
				table: {
					family: "inet",
					name: TABLE,
					comment: "networks of virtual machines, by umlnet-nl",
				},
			},
		},
		{ create: { set: { ...inTable, name: MASQUERADED, type, comment: "guest segment . uplink" } } },
		{
			create: {
				map: {
					...inTable,
					name: SNAT_TO,
					type,
					map: "ipv4_addr",
					comment: "guest segment . uplink : source address outside",
				},
			},
		},
		{
			create: {
				chain: {
					...inTable,
					name: CHAIN,
					type: "nat",
					hook: "postrouting",
					prio: 100,
					policy: "accept",
					comment: "source NAT of guests",
				},
			},
		},
	],
	rules: [
		{
			add: {
				rule: {
					...inTable,
					chain: CHAIN,
					expr: [
						{ match: { op: "==", left: segmentAndUplink, right: `@${MASQUERADED}` } },
						{ masquerade: null },
					],
				},
			},
		},
		{
			add: {
				rule: {
					...inTable,
					chain: CHAIN,
					expr: [
						{ match: { op: "==", left: { meta: { key: "nfproto" } }, right: "ipv4" } },
						{
							snat: { family: "ip", addr: { map: { key: segmentAndUplink, data: `@${SNAT_TO}` } } },
						},
					],
				},
			},
		},
	],
	flush: [{ flush: { chain: { ...inTable, name: CHAIN } } }],
	drop: [{ delete: { table: { family: "inet", name: TABLE } } }],
} as const satisfies Readonly<Record<string, readonly Command[]>>;
