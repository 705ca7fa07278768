import { parseCidr } from "../../src/inet/cidr.js";
import type { Request } from "../../src/netlink/request.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { IFF_UP } from "../../src/uapi/if.js";
import { RTM_NEWADDR } from "../../src/uapi/if_addr.js";
import { RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NTF_PROXY, NUD_PERMANENT, RTM_NEWNEIGH } from "../../src/uapi/neighbour.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL } from "../../src/uapi/netlink.js";
import { NFT_MSG_NEWCHAIN, NFT_MSG_NEWTABLE } from "../../src/uapi/nf_tables.js";
import {
	RT_SCOPE_LINK,
	RT_SCOPE_UNIVERSE,
	RT_TABLE_MAIN,
	RTM_NEWROUTE,
	RTN_UNICAST,
	RTPROT_STATIC,
} from "../../src/uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../src/uapi/socket.js";

/** Somebody else configures something, which must succeed. */
export function arrange(kernel: FakeKernel, ...requests: readonly Request[]): void {
	const outcomes = kernel.aside(() => kernel.rtnetlink(requests));
	for (const { error } of outcomes) if (error !== undefined) throw error;
}

const familyOf = (family: 4 | 6): number => (family === 4 ? AF_INET : AF_INET6);

interface AddressOptions {
	readonly label?: string;
	readonly metric?: number;
	readonly broadcast?: string;
}

/** `ip address add … dev …` */
export function addressOn(ifa_index: number, text: string, options: AddressOptions = {}): Request {
	const { family, address, prefix } = parseCidr(text);
	return request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, {
		ifa_family: familyOf(family),
		ifa_prefixlen: prefix,
		ifa_index,
		IFA_LOCAL: address,
		IFA_ADDRESS: address,
		IFA_LABEL: options.label,
		IFA_RT_PRIORITY: options.metric,
		IFA_BROADCAST: options.broadcast === undefined ? undefined : bytesOf(options.broadcast),
	});
}

const bytesOf = (address: string): Uint8Array => parseCidr(`${address}/32`).address;

interface RouteOptions {
	readonly via?: string;
	readonly table?: number;
	readonly metric?: number;
	readonly source?: string;
}

/** `ip route append … dev …` */
export function routeOver(RTA_OIF: number, to: string, options: RouteOptions = {}): Request {
	const { family, address, prefix } = parseCidr(to);
	const bits = family === 4 ? 32 : 128;
	const host = (text: string) => parseCidr(`${text}/${bits}`).address;
	return request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, {
		rtm_family: familyOf(family),
		rtm_dst_len: prefix,
		rtm_table: options.table ?? RT_TABLE_MAIN,
		rtm_type: RTN_UNICAST,
		rtm_protocol: RTPROT_STATIC,
		rtm_scope: options.via === undefined && family === 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		RTA_DST: prefix === 0 ? undefined : address,
		RTA_OIF,
		RTA_GATEWAY: options.via === undefined ? undefined : host(options.via),
		RTA_PRIORITY: options.metric,
		RTA_PREFSRC: options.source === undefined ? undefined : host(options.source),
	});
}

/** `ip neighbour add … dev …`, with a MAC or as `proxy`. */
export function neighbourOn(
	ndm_ifindex: number,
	address: string,
	{ lladdr, proxied = false }: { readonly lladdr?: string; readonly proxied?: boolean },
): Request {
	return request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, {
		ndm_family: AF_INET,
		ndm_ifindex,
		ndm_state: NUD_PERMANENT,
		ndm_flags: proxied ? NTF_PROXY : 0,
		NDA_DST: bytesOf(address),
		NDA_LLADDR: lladdr === undefined ? undefined : Buffer.from(lladdr, "hex"),
	});
}

/** A machine in a LAN with the interface eth1, and with a bridge and an nf_tables table of somebody else. */
export function lan(kernel: FakeKernel): void {
	const { index } = kernel.addNic("eth1", { mac: "525400123456" });
	arrange(
		kernel,
		addressOn(index, "10.33.33.33/24"),
		routeOver(index, "0.0.0.0/0", { via: "10.33.33.1" }),
		request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, {
			IFLA_IFNAME: "virbr0",
			IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge" },
		}),
	);
	const named = { nfgen_family: 1, NFTA_CHAIN_TABLE: "firewall", NFTA_CHAIN_NAME: "input" };
	kernel.aside(() =>
		kernel.nftables([
			request(NFT_MSG_NEWTABLE, NLM_F_CREATE, { nfgen_family: 1, NFTA_TABLE_NAME: "firewall" }),
			request(NFT_MSG_NEWCHAIN, NLM_F_CREATE, named),
		]),
	);
}

/** The same with everything that an uplink can have: secondary addresses, labels, metrics, IPv6, tables, neighbours. */
export function busyLan(kernel: FakeKernel): void {
	const { index } = kernel.addNic("eth1", { mac: "525400123456" });
	arrange(
		kernel,
		addressOn(index, "10.33.33.33/24", { broadcast: "10.33.33.255" }),
		addressOn(index, "10.33.33.34/24"),
		addressOn(index, "172.16.5.1/16", { label: "eth1:lab", metric: 50 }),
		addressOn(index, "2001:db8::33/64"),
		addressOn(index, "2001:db8::34/128"),
		routeOver(index, "0.0.0.0/0", { via: "10.33.33.1" }),
		routeOver(index, "10.99.0.0/16", { via: "10.33.33.2", metric: 100, source: "10.33.33.34" }),
		routeOver(index, "10.98.0.0/16"),
		routeOver(index, "0.0.0.0/0", { via: "10.33.33.9", table: 100 }),
		routeOver(index, "::/0", { via: "2001:db8::1" }),
		routeOver(index, "2001:db8:9::/48", { via: "2001:db8::9", metric: 7 }),
		neighbourOn(index, "10.33.33.9", { lladdr: "525400000009" }),
		neighbourOn(index, "10.33.33.50", { proxied: true }),
	);
}

/** A host that only has loopback. */
export function bare(): void {}

/** Values below /proc/sys that somebody has set before. */
export const withSysctl =
	(host: (kernel: FakeKernel) => void, ...values: readonly (readonly [string, string])[]) =>
	(kernel: FakeKernel): void => {
		host(kernel);
		for (const [path, value] of values) kernel.aside(() => kernel.writeSysctl(path, value));
	};

/** The same machine with a kernel that forwards IPv6 on all interfaces or on none (before Linux 6.17). */
export function older(kernel: FakeKernel): void {
	lan(kernel);
	const { all, default: usual } = kernel.ns.conf.ipv6;
	const links = [...kernel.ns.links.values()].map(({ conf }) => conf.ipv6);
	for (const conf of [all, usual, ...links]) delete conf?.force_forwarding;
}

/** A host whose links have learned a default router each, for which they are up. */
export const learned =
	(host: (kernel: FakeKernel) => void, ...names: readonly string[]) =>
	(kernel: FakeKernel): void => {
		host(kernel);
		for (const { name, index } of [...kernel.ns.links.values()]) {
			if (!names.includes(name)) continue;
			arrange(
				kernel,
				request(RTM_NEWLINK, 0, { ifi_index: index, ifi_flags: IFF_UP, ifi_change: IFF_UP }),
			);
			const [gateway, metric] = [parseCidr("fe80::9/128").address, 1024];
			const router = { link: index, gateway, metric, preference: 0, expires: 180_000 };
			kernel.aside(() => kernel.addDefaultRouter(router));
		}
	};
