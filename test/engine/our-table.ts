import { request } from "../../src/netlink/request.js";
import { NFPROTO_INET } from "../../src/uapi/netfilter.js";
import { NFT_MSG_DELTABLE, NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE } from "../../src/uapi/nf_tables.js";
import type { Rig } from "./rig.js";

const TABLE = { nfgen_family: NFPROTO_INET, NFTA_TABLE_NAME: "umlnet-nl" };

/** Whether our nft table exists. */
export const hasTable = ({ kernel }: Rig): boolean =>
	kernel
		.aside(() => kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, {}, true))
		.some(({ NFTA_TABLE_NAME }) => NFTA_TABLE_NAME === TABLE.NFTA_TABLE_NAME);

/** Somebody deletes our nft table. */
export const dropTable = ({ kernel }: Rig) =>
	kernel.aside(() => kernel.nftables([request(NFT_MSG_DELTABLE, 0, TABLE)]));
