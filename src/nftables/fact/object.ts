import * as obj from "../../uapi/nf_tables_obj.js";

/** NFT_OBJECT_* by their names in JSON. */
export const objectTypes = {
	counter: obj.NFT_OBJECT_COUNTER,
	quota: obj.NFT_OBJECT_QUOTA,
	"ct helper": obj.NFT_OBJECT_CT_HELPER,
	limit: obj.NFT_OBJECT_LIMIT,
	"ct timeout": obj.NFT_OBJECT_CT_TIMEOUT,
	secmark: obj.NFT_OBJECT_SECMARK,
	"ct expectation": obj.NFT_OBJECT_CT_EXPECT,
	synproxy: obj.NFT_OBJECT_SYNPROXY,
} as const;
/** The type of a named object, as nft names it. */
export type ObjectName = keyof typeof objectTypes;
