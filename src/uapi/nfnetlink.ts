/** linux/netfilter/nfnetlink.h. */

import { attrs, be16, be32, message, struct, u8 } from "../netlink/schema.js";

/** The fixed header of every netfilter message; res_id is in network order. */
export const nfgenmsg = struct({ nfgen_family: u8, version: u8, res_id: be16 });
export const NFNETLINK_V0 = 0;

export const NFNL_SUBSYS_NONE = 0;
export const NFNL_SUBSYS_CTNETLINK = 1;
export const NFNL_SUBSYS_CTNETLINK_EXP = 2;
export const NFNL_SUBSYS_QUEUE = 3;
export const NFNL_SUBSYS_ULOG = 4;
export const NFNL_SUBSYS_OSF = 5;
export const NFNL_SUBSYS_IPSET = 6;
export const NFNL_SUBSYS_ACCT = 7;
export const NFNL_SUBSYS_CTNETLINK_TIMEOUT = 8;
export const NFNL_SUBSYS_CTHELPER = 9;
export const NFNL_SUBSYS_NFTABLES = 10;
export const NFNL_SUBSYS_NFT_COMPAT = 11;
export const NFNL_SUBSYS_HOOK = 12;

export const NFNLGRP_NONE = 0;
export const NFNLGRP_CONNTRACK_NEW = 1;
export const NFNLGRP_CONNTRACK_UPDATE = 2;
export const NFNLGRP_CONNTRACK_DESTROY = 3;
export const NFNLGRP_CONNTRACK_EXP_NEW = 4;
export const NFNLGRP_CONNTRACK_EXP_UPDATE = 5;
export const NFNLGRP_CONNTRACK_EXP_DESTROY = 6;
export const NFNLGRP_NFTABLES = 7;
export const NFNLGRP_ACCT_QUOTA = 8;
export const NFNLGRP_NFTRACE = 9;

/** res_id of a batch message names the subsystem the batch is for. */
export const NFNL_MSG_BATCH_BEGIN = message(
	"NFNL_MSG_BATCH_BEGIN",
	0x10,
	nfgenmsg,
	attrs(() => ({ NFNL_BATCH_GENID: [1, be32] })),
);
export const NFNL_MSG_BATCH_END = message(
	"NFNL_MSG_BATCH_END",
	0x11,
	nfgenmsg,
	attrs(() => ({})),
);
