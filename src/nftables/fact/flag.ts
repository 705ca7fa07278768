import {
	NF_NAT_RANGE_NETMAP,
	NF_NAT_RANGE_PERSISTENT,
	NF_NAT_RANGE_PROTO_RANDOM,
	NF_NAT_RANGE_PROTO_RANDOM_FULLY,
} from "../../uapi/netfilter.js";
import {
	NFT_SET_CONSTANT,
	NFT_SET_EVAL,
	NFT_SET_INTERVAL,
	NFT_SET_POL_MEMORY,
	NFT_SET_POL_PERFORMANCE,
	NFT_SET_TIMEOUT,
	NFT_TABLE_F_DORMANT,
	NFT_TABLE_F_OWNER,
	NFT_TABLE_F_PERSIST,
} from "../../uapi/nf_tables_const.js";

/** NFT_TABLE_F_* by their names in nft. */
export const tableFlags = {
	dormant: NFT_TABLE_F_DORMANT,
	owner: NFT_TABLE_F_OWNER,
	persist: NFT_TABLE_F_PERSIST,
} as const;

/** The NFT_SET_* flags that a declaration may contain. */
export const setFlags = {
	constant: NFT_SET_CONSTANT,
	interval: NFT_SET_INTERVAL,
	timeout: NFT_SET_TIMEOUT,
	dynamic: NFT_SET_EVAL,
} as const;

/** What the kernel optimises a set for: speed or memory. */
export const setPolicies = {
	performance: NFT_SET_POL_PERFORMANCE,
	memory: NFT_SET_POL_MEMORY,
} as const;

/** The NF_NAT_RANGE_* flags that a rule may contain. */
export const natFlags = {
	random: NF_NAT_RANGE_PROTO_RANDOM,
	"fully-random": NF_NAT_RANGE_PROTO_RANDOM_FULLY,
	persistent: NF_NAT_RANGE_PERSISTENT,
	netmap: NF_NAT_RANGE_NETMAP,
} as const;
