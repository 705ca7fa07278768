import type { Out } from "../../../netlink/schema.js";
import { NF_STOLEN } from "../../../uapi/netfilter.js";
import * as nft from "../../../uapi/nf_tables_const.js";
import type { dynsetAttrs, objrefAttrs } from "../../../uapi/nf_tables_expr.js";
import {
	NFT_OBJECT_CONNLIMIT,
	NFT_OBJECT_LIMIT,
	NFT_OBJECT_QUOTA,
	NFT_OBJECT_SYNPROXY,
} from "../../../uapi/nf_tables_obj.js";
import type { Evaluation, Run } from "../evaluation.js";
import { find } from "./lookup.js";
import { connlimit, limit, quota, stateful } from "./stateful.js";

/** The effect of a named object on a packet. Counters and the like have none. */
function use(type: number, name: string, on: Evaluation): void {
	const data = on.table.objects.get(`${type} ${name}`)?.NFTA_OBJ_DATA ?? {};
	if (type === NFT_OBJECT_LIMIT) limit(data, on);
	else if (type === NFT_OBJECT_QUOTA) quota(data, on);
	else if (type === NFT_OBJECT_CONNLIMIT) connlimit(data, on);
	else if (type === NFT_OBJECT_SYNPROXY) {
		on.code = NF_STOLEN;
		on.manner = "synproxy";
	}
}

/** nft_objref_eval(), nft_objref_map_eval(). */
export const objref: Run<Out<typeof objrefAttrs>> = (data, on) => {
	const { NFTA_OBJREF_IMM_NAME: name, NFTA_OBJREF_IMM_TYPE: type = 0 } = data;
	if (name !== undefined) {
		use(type, name, on);
		return;
	}
	const set = on.table.sets.get(data.NFTA_OBJREF_SET_NAME ?? "");
	const found = set && find(set, data.NFTA_OBJREF_SET_SREG ?? 0, on, true);
	if (set === undefined || found === undefined) {
		on.break();
		return;
	}
	use(set.attrs.NFTA_SET_OBJ_TYPE ?? 0, found.NFTA_SET_ELEM_OBJREF ?? "", on);
};

/** nft_dynset_eval(). The set most probably has room for the element, whose limit may be exceeded. */
export const dynset: Run<Out<typeof dynsetAttrs>> = (data, on) => {
	if (data.NFTA_DYNSET_OP === nft.NFT_DYNSET_OP_DELETE) return;
	const { NFTA_DYNSET_EXPR: one, NFTA_DYNSET_EXPRESSIONS: several } = data;
	for (const expression of several ?? (one === undefined ? [] : [one])) stateful(expression, on);
	if (((data.NFTA_DYNSET_FLAGS ?? 0) & nft.NFT_DYNSET_F_INV) !== 0) on.break();
};
