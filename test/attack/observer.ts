import type { LinuxKernel } from "../../src/kernel/linux.js";
import { NFT_MSG_GETOBJ, NFT_MSG_NEWOBJ } from "../../src/uapi/nf_tables.js";
import { NFT_OBJECT_COUNTER } from "../../src/uapi/nf_tables_obj.js";

/** How many packets the observer's counter in the table of this family has seen behind our rules. */
export function observed(kernel: LinuxKernel, family: number): number {
	const named = {
		nfgen_family: family,
		NFTA_OBJ_TABLE: "observer",
		NFTA_OBJ_NAME: "seen",
		NFTA_OBJ_TYPE: NFT_OBJECT_COUNTER,
	} as const;
	const [found] = kernel.readNftables(NFT_MSG_GETOBJ, NFT_MSG_NEWOBJ, named, false);
	const data = found?.NFTA_OBJ_DATA as { readonly NFTA_COUNTER_PACKETS?: bigint } | undefined;
	return Number(data?.NFTA_COUNTER_PACKETS ?? 0n);
}
