/**
 * What is listed as egress, of networks and of guests. A hash set looks up but whole keys, so there is one for each length
 * of prefix that is used. Sets of intervals would take longer to change the more guests there are.
 */
import { PREFIX_LENGTHS } from "../../../spec/egress.js";

export type ListFamily = keyof typeof PREFIX_LENGTHS;
export type ListScope = "networks" | "guests";

interface ListSet {
	readonly name: string;
	readonly type: string | readonly string[];
	readonly comment: string;
}
/** The sets of one length of prefix: all ports of an address, and single ones. */
export interface ListSets {
	readonly scope: ListScope;
	readonly family: ListFamily;
	readonly length: number;
	readonly all: { readonly set: ListSet };
	readonly ports: { readonly set: ListSet };
}

function listSets(scope: ListScope, family: ListFamily, length: number): ListSets {
	const address = family === 4 ? "ipv4_addr" : "ipv6_addr";
	const from = scope === "networks" ? ["devgroup"] : ["ifname", address];
	const where = length === 0 ? from : [...from, address];
	const name = `egress_${scope}${family}_${length}`;
	const comment = `${scope === "networks" ? "network" : "link . guest"} . subnet of /${length}`;
	return {
		scope,
		family,
		length,
		all: { set: { name, type: where.length === 1 ? (where[0] as string) : where, comment } },
		ports: {
			set: {
				name: `${name}_ports`,
				type: [...where, "inet_proto", "inet_service"],
				comment: `${comment} . protocol . port`,
			},
		},
	};
}

export const LIST_SETS: readonly ListSets[] = (["guests", "networks"] as const).flatMap((scope) =>
	([4, 6] as const).flatMap((family) =>
		PREFIX_LENGTHS[family].map((length) => listSets(scope, family, length)),
	),
);

export const listDeclarations = LIST_SETS.flatMap(({ all, ports }) => [all, ports]);
