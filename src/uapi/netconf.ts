/** linux/netconf.h, linux/rtnetlink.h (RTM_*NETCONF). */

import { attrs, message, s32, struct, u8 } from "../netlink/schema.js";

export const netconfmsg = struct({ ncm_family: u8 });

export const netconfAttrs = attrs(() => ({
	NETCONFA_IFINDEX: [1, s32],
	NETCONFA_FORWARDING: [2, s32],
	NETCONFA_RP_FILTER: [3, s32],
	NETCONFA_MC_FORWARDING: [4, s32],
	NETCONFA_PROXY_NEIGH: [5, s32],
	NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN: [6, s32],
	NETCONFA_INPUT: [7, s32],
	NETCONFA_BC_FORWARDING: [8, s32],
	NETCONFA_FORCE_FORWARDING: [9, s32],
}));
export const RTM_NEWNETCONF = message("RTM_NEWNETCONF", 80, netconfmsg, netconfAttrs);
export const RTM_DELNETCONF = message("RTM_DELNETCONF", 81, netconfmsg, netconfAttrs);
export const RTM_GETNETCONF = message("RTM_GETNETCONF", 82, netconfmsg, netconfAttrs);

export const NETCONFA_IFINDEX_ALL = -1;
export const NETCONFA_IFINDEX_DEFAULT = -2;
