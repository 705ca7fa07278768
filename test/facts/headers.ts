import { spawnSync } from "node:child_process";
import type { Fact } from "./walk.js";

// sys/socket.h first: the kernel's headers step back where the C library has defined the same thing.
const includes = [
	"stddef.h",
	"sys/socket.h",
	"linux/if.h",
	"linux/if_addr.h",
	"linux/if_arp.h",
	"linux/if_bridge.h",
	"linux/if_ether.h",
	"linux/if_link.h",
	"linux/if_tun.h",
	"linux/fib_rules.h",
	"linux/icmpv6.h",
	"linux/ioctl.h",
	"linux/ip.h",
	"linux/ipv6.h",
	"linux/neighbour.h",
	"linux/netconf.h",
	"linux/netfilter.h",
	"linux/netfilter_arp.h",
	"linux/netfilter_bridge.h",
	"linux/netfilter_ipv4.h",
	"linux/netfilter_ipv6.h",
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
	"linux/netlink.h",
	"linux/nexthop.h",
	"linux/rtnetlink.h",
	"linux/sockios.h",
	"linux/veth.h",
	"linux/version.h",
];

/** The C library's if_arp.h, which linux/netfilter_bridge.h brings in, defines linux/if_arp.h again. */
const skipped = ["-D_NET_IF_ARP_H"];

function compile(body: readonly string[], flags: readonly string[]): string {
	const source = [...includes.map((name) => `#include <${name}>`), ...body, ""].join("\n");
	const { error, stderr, stdout, status } = spawnSync(
		"cc",
		["-xc", "-std=gnu11", ...skipped, ...flags, "-"],
		{
			input: source,
			encoding: "utf8",
			env: { ...process.env, LC_ALL: "C" },
		},
	);
	if (error !== undefined) throw error;
	return status === 0 ? stdout : stderr;
}

/** The facts the installed headers do not confirm, each with the compiler's reason. */
export function refuted(facts: readonly Fact[]): string[] {
	const body = facts.map(
		({ expression, value }, i) =>
			`#line ${i + 1} "facts"\n_Static_assert((${expression}) == ${value}LL, "");`,
	);
	const reasons = new Map<number, string>();
	for (const line of compile(body, ["-fsyntax-only"]).split("\n")) {
		const [, at, reason] = /^facts:(\d+):\d+: error: (.*)/.exec(line) ?? [];
		if (at !== undefined && !reasons.has(Number(at))) reasons.set(Number(at), reason as string);
		else if (/^(?!facts).*error: /.test(line)) throw new Error(line);
	}
	return [...reasons].map(([at, reason]) => {
		const { name, expression, value } = facts[at - 1] as Fact;
		return `${name}: ${expression} == ${value}: ${reason}`;
	});
}

/** Which kernel the installed headers are from: [6, 1]. */
export function headersVersion(): readonly [major: number, minor: number] {
	const macros = compile([], ["-E", "-dM"]);
	const code = Number(/#define LINUX_VERSION_CODE (\d+)/.exec(macros)?.[1]);
	return [code >> 16, (code >> 8) & 0xff];
}
