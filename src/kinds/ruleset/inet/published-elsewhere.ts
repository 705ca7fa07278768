import type { StatementJson } from "../../../nftables/index.js";
import { dropEgress } from "../guard/drop.js";
import { POLICIES } from "../set/policy.js";
import type { Chain } from "../table.js";
import { bySender } from "./by-policy.js";

const drop = { goto: { target: dropEgress.create.name } } as const;
const accept: StatementJson = { accept: null };

/**
 * A guest opens a published port of another network. It has sent to an address of the host, so that this is what its policy
 * is asked about: by now the packet has the address of the other guest, which may well be globally reachable, or listed.
 */
export const publishedElsewhere: Chain = {
	create: { name: "published_elsewhere", comment: "a published port of another network" },
	rules: bySender(POLICIES.egress, { full: accept, none: drop, internet: drop, list: drop }),
};
