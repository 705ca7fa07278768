/** linux/netfilter/nf_conntrack_common.h, nf_conntrack_tcp.h. */

// enum ip_conntrack_status: CTA_STATUS
export const IPS_EXPECTED = 0x1;
export const IPS_SEEN_REPLY = 0x2;
export const IPS_ASSURED = 0x4;
export const IPS_CONFIRMED = 0x8;
export const IPS_SRC_NAT = 0x10;
export const IPS_DST_NAT = 0x20;
export const IPS_NAT_MASK = 0x30;
export const IPS_SEQ_ADJUST = 0x40;
export const IPS_SRC_NAT_DONE = 0x80;
export const IPS_DST_NAT_DONE = 0x100;
export const IPS_NAT_DONE_MASK = 0x180;
export const IPS_DYING = 0x200;
export const IPS_FIXED_TIMEOUT = 0x400;
export const IPS_TEMPLATE = 0x800;
export const IPS_HELPER = 0x2000;
export const IPS_OFFLOAD = 0x4000;
export const IPS_HW_OFFLOAD = 0x8000;

// enum tcp_conntrack: CTA_PROTOINFO_TCP_STATE
export const TCP_CONNTRACK_NONE = 0;
export const TCP_CONNTRACK_SYN_SENT = 1;
export const TCP_CONNTRACK_SYN_RECV = 2;
export const TCP_CONNTRACK_ESTABLISHED = 3;
export const TCP_CONNTRACK_FIN_WAIT = 4;
export const TCP_CONNTRACK_CLOSE_WAIT = 5;
export const TCP_CONNTRACK_LAST_ACK = 6;
export const TCP_CONNTRACK_TIME_WAIT = 7;
export const TCP_CONNTRACK_CLOSE = 8;
export const TCP_CONNTRACK_SYN_SENT2 = 9;
