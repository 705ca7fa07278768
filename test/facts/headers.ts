import { spawnSync } from "node:child_process";
import type { Fact } from "./walk.js";

/** A set of headers that can be included together. */
interface Headers {
	readonly includes: readonly string[];
	readonly flags?: readonly string[];
}

/** The kernel's headers, and those of the C library about the same calls. */
const kernel: Headers = {
	// sys/socket.h comes first, because the kernel's headers leave out what the C library has defined.
	includes: [
		"stddef.h",
		"sys/socket.h",
		"errno.h",
		"poll.h",
		"sys/file.h",
		"linux/fib_rules.h",
		"linux/icmp.h",
		"linux/icmpv6.h",
		"linux/if.h",
		"linux/if_addr.h",
		"linux/if_arp.h",
		"linux/if_bridge.h",
		"linux/if_ether.h",
		"linux/if_link.h",
		"linux/if_packet.h",
		"linux/if_tun.h",
		"linux/in.h",
		"linux/in6.h",
		"linux/inet_diag.h",
		"linux/ioctl.h",
		"linux/ip.h",
		"linux/ipv6.h",
		"linux/ipv6_route.h",
		"linux/magic.h",
		"linux/neighbour.h",
		"linux/netconf.h",
		"linux/netfilter.h",
		"linux/netfilter/nf_conntrack_common.h",
		"linux/netfilter/nf_conntrack_tcp.h",
		"linux/netfilter/nf_log.h",
		"linux/netfilter/nf_nat.h",
		"linux/netfilter/nf_synproxy.h",
		"linux/netfilter/nf_tables.h",
		"linux/netfilter/nf_tables_compat.h",
		"linux/netfilter/nfnetlink.h",
		"linux/netfilter/nfnetlink_conntrack.h",
		"linux/netfilter/nfnetlink_cttimeout.h",
		"linux/netfilter/nfnetlink_osf.h",
		"linux/netfilter/xt_CT.h",
		"linux/netfilter/xt_addrtype.h",
		"linux/netfilter/xt_connmark.h",
		"linux/netfilter/xt_conntrack.h",
		"linux/netfilter/xt_iprange.h",
		"linux/netfilter/xt_length.h",
		"linux/netfilter/xt_mac.h",
		"linux/netfilter/xt_mark.h",
		"linux/netfilter/xt_multiport.h",
		"linux/netfilter/xt_physdev.h",
		"linux/netfilter/xt_pkttype.h",
		"linux/netfilter/xt_tcpudp.h",
		"linux/netfilter_arp.h",
		"linux/netfilter_bridge.h",
		"linux/netfilter_ipv4.h",
		"linux/netfilter_ipv4/ip_tables.h",
		"linux/netfilter_ipv6.h",
		"linux/netlink.h",
		"linux/nexthop.h",
		"linux/pkt_cls.h",
		"linux/pkt_sched.h",
		"linux/route.h",
		"linux/rtnetlink.h",
		"linux/sched.h",
		"linux/sock_diag.h",
		"linux/sockios.h",
		"linux/tc_act/tc_mirred.h",
		"linux/tcp.h",
		"linux/udp.h",
		"linux/version.h",
		"linux/veth.h",
		"linux/xfrm.h",
	],
	// The C library shows Linux-specific names only on request. Its if_arp.h, which linux/netfilter_bridge.h includes,
	// would define linux/if_arp.h again.
	flags: ["-D_GNU_SOURCE", "-D_NET_IF_ARP_H"],
};
/**
 * The C library's names for packets. These headers define structs again that the kernel's headers above have as well.
 */
const library: Headers = {
	includes: ["stddef.h", "netinet/icmp6.h", "netinet/if_ether.h", "netinet/ip.h", "netinet/tcp.h"],
};

function compile(
	{ includes, flags: own = [] }: Headers,
	body: readonly string[],
	flags: readonly string[],
): string {
	const source = [...includes.map((name) => `#include <${name}>`), ...body, ""].join("\n");
	const { error, stderr, stdout, status } = spawnSync(
		"cc",
		["-xc", "-std=gnu11", ...own, ...flags, "-"],
		{
			input: source,
			encoding: "utf8",
			env: { ...process.env, LC_ALL: "C" },
		},
	);
	if (error !== undefined) throw error;
	return status === 0 ? stdout : stderr;
}

/** The compiler's message if a name exists and has another value. */
const WRONG = 'static assertion failed: ""';

/** For each fact that these headers do not confirm, the reason. */
function reasons(headers: Headers, facts: readonly Fact[]): Map<Fact, string> {
	const body = facts.map(
		({ expression, value }, i) =>
			`#line ${i + 1} "facts"\n_Static_assert((${expression}) == ${value}LL, "");`,
	);
	const found = new Map<Fact, string>();
	for (const line of compile(headers, body, ["-fsyntax-only"]).split("\n")) {
		const [, at, reason] = /^facts:(\d+):\d+: error: (.*)/.exec(line) ?? [];
		const fact = facts[Number(at) - 1];
		if (fact !== undefined) found.set(fact, found.get(fact) ?? (reason as string));
		else if (/^(?!facts).*error: /.test(line)) throw new Error(line);
	}
	return found;
}

/** A fact that the installed headers do not confirm. */
export interface Refuted {
	readonly fact: Fact;
	/** Whether the name exists and has another value. */
	readonly isWrong: boolean;
	/** The complete message for people, with the compiler's reason. */
	readonly text: string;
}

/** The facts that the installed headers do not confirm. */
export function refuted(facts: readonly Fact[]): Refuted[] {
	const byKernel = reasons(kernel, facts);
	const unknown = [...byKernel].filter(([, reason]) => reason !== WRONG).map(([fact]) => fact);
	const byLibrary = reasons(library, unknown);
	return [...byKernel].flatMap(([fact, first]) => {
		const reason = first === WRONG ? first : byLibrary.get(fact);
		if (reason === undefined) return [];
		const { name, expression, value } = fact;
		const text = `${name}: ${expression} == ${value}: ${reason}`;
		return [{ fact, isWrong: reason === WRONG, text }];
	});
}

/** The kernel version of the installed headers: [6, 1]. */
export function headersVersion(): readonly [major: number, minor: number] {
	const macros = compile(kernel, [], ["-E", "-dM"]);
	const code = Number(/#define LINUX_VERSION_CODE (\d+)/.exec(macros)?.[1]);
	return [code >> 16, (code >> 8) & 0xff];
}

/**
 * The prefixes of all names in the headers, up to the first `_`. A name with such a prefix is probably one of the
 * kernel's.
 */
export function prefixes(): ReadonlySet<string> {
	const words = [kernel, library].flatMap((headers) =>
		[["-E"], ["-E", "-dM"]].flatMap((flags) => [
			...compile(headers, [], flags).matchAll(/\b([A-Z][A-Z0-9]*)_[A-Z0-9_]+\b/g),
		]),
	);
	return new Set(words.map(([, prefix]) => prefix as string));
}
