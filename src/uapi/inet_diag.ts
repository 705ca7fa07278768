/** linux/inet_diag.h, netinet/tcp.h (TCP_LISTEN, TCP_CLOSE). */

import {
	attrs,
	be16,
	binary,
	message,
	nulString,
	pad,
	struct,
	u8,
	u16,
	u32,
	u64,
} from "../netlink/schema.js";
import { SOCK_DIAG_BY_FAMILY } from "./sock_diag.js";

/** Both addresses have 16 bytes, of which the first four count for IPv4. */
export const inet_diag_sockid = struct({
	idiag_sport: be16,
	idiag_dport: be16,
	idiag_src: binary(16),
	idiag_dst: binary(16),
	idiag_if: u32,
	idiag_cookie: u64, // two u32
});

export const inet_diag_req_v2 = struct({
	sdiag_family: u8,
	sdiag_protocol: u8,
	idiag_ext: u8,
	pad: pad(1),
	idiag_states: u32,
	id: inet_diag_sockid,
});
export const inet_diag_msg = struct({
	idiag_family: u8,
	idiag_state: u8,
	idiag_timer: u8,
	idiag_retrans: u8,
	id: inet_diag_sockid,
	idiag_expires: u32,
	idiag_rqueue: u32,
	idiag_wqueue: u32,
	idiag_uid: u32,
	idiag_inode: u32,
});

/** In the operation that follows a comparison of ports, `no` is the port. */
export const inet_diag_bc_op = struct({ code: u8, yes: u8, no: u16 });
export const INET_DIAG_BC_JMP = 1;
export const INET_DIAG_BC_S_GE = 2;
export const INET_DIAG_BC_S_LE = 3;

export const inetDiagReqAttrs = attrs(() => ({
	INET_DIAG_REQ_BYTECODE: [1, binary()],
	INET_DIAG_REQ_PROTOCOL: [3, u32],
}));
export const inetDiagAttrs = attrs(() => ({
	INET_DIAG_MEMINFO: [1, binary()],
	INET_DIAG_INFO: [2, binary()],
	INET_DIAG_VEGASINFO: [3, binary()],
	INET_DIAG_CONG: [4, nulString(16)],
	INET_DIAG_TOS: [5, u8],
	INET_DIAG_TCLASS: [6, u8],
	INET_DIAG_SKMEMINFO: [7, binary()],
	INET_DIAG_SHUTDOWN: [8, u8],
	INET_DIAG_DCTCPINFO: [9, binary()],
	INET_DIAG_PROTOCOL: [10, u8],
	INET_DIAG_SKV6ONLY: [11, u8],
	INET_DIAG_LOCALS: [12, binary()],
	INET_DIAG_PEERS: [13, binary()],
	INET_DIAG_PAD: [14, binary()],
	INET_DIAG_MARK: [15, u32],
	INET_DIAG_BBRINFO: [16, binary()],
	INET_DIAG_CLASS_ID: [17, u32],
	INET_DIAG_MD5SIG: [18, binary()],
	INET_DIAG_ULP_INFO: [19, binary()],
	INET_DIAG_SK_BPF_STORAGES: [20, binary()],
	INET_DIAG_CGROUP_ID: [21, u64],
	INET_DIAG_SOCKOPT: [22, binary()],
}));

/** Asked and answered with the same type. */
export const INET_DIAG_REQUEST = message(
	"SOCK_DIAG_BY_FAMILY",
	SOCK_DIAG_BY_FAMILY,
	inet_diag_req_v2,
	inetDiagReqAttrs,
);
export const INET_DIAG_SOCKET = message(
	"SOCK_DIAG_BY_FAMILY",
	SOCK_DIAG_BY_FAMILY,
	inet_diag_msg,
	inetDiagAttrs,
);

export const TCP_CLOSE = 7;
export const TCP_LISTEN = 10;
