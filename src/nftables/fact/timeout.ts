/**
 * The states of a TCP connection in the order of linux/netfilter/nfnetlink_cttimeout.h, with nft's default timeouts in
 * seconds.
 */
export const tcpTimeouts = {
	syn_sent: ["CTA_TIMEOUT_TCP_SYN_SENT", 120],
	syn_recv: ["CTA_TIMEOUT_TCP_SYN_RECV", 60],
	established: ["CTA_TIMEOUT_TCP_ESTABLISHED", 432_000],
	fin_wait: ["CTA_TIMEOUT_TCP_FIN_WAIT", 120],
	close_wait: ["CTA_TIMEOUT_TCP_CLOSE_WAIT", 60],
	last_ack: ["CTA_TIMEOUT_TCP_LAST_ACK", 30],
	time_wait: ["CTA_TIMEOUT_TCP_TIME_WAIT", 120],
	close: ["CTA_TIMEOUT_TCP_CLOSE", 10],
	syn_sent2: ["CTA_TIMEOUT_TCP_SYN_SENT2", 120],
	retrans: ["CTA_TIMEOUT_TCP_RETRANS", 300],
	unack: ["CTA_TIMEOUT_TCP_UNACK", 300],
} as const;

/** The states of a UDP flow, likewise. */
export const udpTimeouts = {
	unreplied: ["CTA_TIMEOUT_UDP_UNREPLIED", 30],
	replied: ["CTA_TIMEOUT_UDP_REPLIED", 120],
} as const;
