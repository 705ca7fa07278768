import { concat, iifname } from "../expression.js";
import { drops } from "../set/drops.js";
import type { Chain } from "../table.js";
import type { Reason } from "./reason.js";

/**
 * Where packets end that are dropped for a reason. That they are is a rule of its own: counting fails where there is no
 * memory left, and a rule ends with what fails in it (nft_dynset_eval, net/netfilter/nft_dynset.c).
 */
export const dropFor = (reason: Reason): Chain => ({
	create: { name: `drop_${reason}` },
	rules: [
		[{ set: { op: "add", elem: concat(iifname, reason), set: `@${drops.set.name}` } }],
		[{ drop: null }],
	],
});

export const dropMac = dropFor("mac");
export const dropAddress = dropFor("address");
export const dropProtocol = dropFor("protocol");
export const dropRogue = dropFor("rogue");
export const dropIsolation = dropFor("isolation");
export const dropEgress = dropFor("egress");
export const dropHost = dropFor("host");
export const dropLimit = dropFor("limit");
