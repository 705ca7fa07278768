import type { Kernel } from "../../../src/kernel/kernel.js";
import { plain } from "../../../src/testing/fake/refusal.js";
import { IFF_LOWER_UP, IFF_UP } from "../../../src/uapi/if.js";
import { RTM_GETADDR, RTM_NEWADDR } from "../../../src/uapi/if_addr.js";
import { RTM_GETLINK, RTM_NEWLINK } from "../../../src/uapi/if_link.js";
import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_GETSETELEM,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
	NFT_MSG_NEWTABLE,
} from "../../../src/uapi/nf_tables.js";
import { RTM_GETROUTE, RTM_NEWROUTE } from "../../../src/uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../../src/uapi/socket.js";
import type { Link } from "./asking.js";

type Json = Readonly<Record<string, unknown>>;

/**
 * What may differ between two kernels after the same requests: a work queue reports carriers, MACs are random, clocks
 * run, and numbers are assigned.
 */
const NOT_COMPARED = new Set([
	"IFLA_OPERSTATE",
	"IFLA_BRPORT_STATE",
	"IFA_CACHEINFO",
	"rtm_flags",
	"res_id",
	"NFTA_TABLE_HANDLE",
	"NFTA_CHAIN_HANDLE",
	"NFTA_SET_HANDLE",
	"NFTA_RULE_HANDLE",
	"NFTA_RULE_POSITION",
]);
/** MACs that the contract itself assigns. */
const GIVEN_MAC = /^020000000|^0+$/;

/** Everything that a kernel reports about its namespace, as plain JSON in a fixed order. */
export function observe(kernel: Kernel): Json {
	const links = kernel.dump(RTM_GETLINK, RTM_NEWLINK, {});
	const names = new Map(links.map(({ ifi_index, IFLA_IFNAME = "" }) => [ifi_index, IFLA_IFNAME]));
	const named = (index: number | undefined): string | undefined =>
		index === undefined ? undefined : (names.get(index) ?? `${index}`);
	return {
		links: sorted(links.map((link) => linkOf(link, named))),
		addresses: sorted(
			[AF_INET, AF_INET6].flatMap((ifa_family) =>
				kernel
					.dump(RTM_GETADDR, RTM_NEWADDR, { ifa_family })
					// The kernel adds link-local addresses when it notices a carrier, and checks all IPv6 addresses for
					// duplicates.
					.filter(({ IFA_ADDRESS: [first] = [] }) => first !== 0xfe)
					.map((one) => ({ ...one, ifa_index: named(one.ifa_index), ...flagsOf(one) })),
			),
		),
		routes: sorted(
			kernel
				.dump(RTM_GETROUTE, RTM_NEWROUTE, { rtm_family: AF_INET })
				.map((route) => ({ ...route, RTA_OIF: named(route.RTA_OIF) })),
		),
		...ruleset(kernel),
	};
}

function flagsOf({ ifa_family, ifa_flags, IFA_FLAGS }: Json): Json {
	return ifa_family === AF_INET ? { ifa_flags, IFA_FLAGS } : { ifa_flags: 0, IFA_FLAGS: 0 };
}

function linkOf(link: Link, named: (index: number | undefined) => string | undefined): Json {
	const mac = Buffer.from(link.IFLA_ADDRESS ?? []).toString("hex");
	const isBridge = link.IFLA_LINKINFO?.IFLA_INFO_KIND === "bridge";
	return {
		...link,
		ifi_index: undefined,
		ifi_flags: link.ifi_flags & (isBridge ? IFF_UP : IFF_UP | IFF_LOWER_UP),
		IFLA_CARRIER: isBridge ? undefined : link.IFLA_CARRIER,
		IFLA_ADDRESS: GIVEN_MAC.test(mac) ? mac : "drawn",
		IFLA_MASTER: named(link.IFLA_MASTER),
		IFLA_LINK: named(link.IFLA_LINK),
	};
}

function ruleset(kernel: Kernel): Json {
	const sets = kernel.readNftables(NFT_MSG_GETSET, NFT_MSG_NEWSET, {}, true);
	return {
		tables: sorted(kernel.readNftables(NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE, {}, true)),
		chains: sorted(kernel.readNftables(NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, {}, true)),
		rules: kernel.readNftables(NFT_MSG_GETRULE, NFT_MSG_NEWRULE, {}, true).map(comparable),
		sets: sorted(sets),
		elements: sets.map(({ nfgen_family, NFTA_SET_TABLE, NFTA_SET_NAME }) =>
			sorted(
				kernel
					.readNftables(
						NFT_MSG_GETSETELEM,
						NFT_MSG_NEWSETELEM,
						{
							nfgen_family,
							NFTA_SET_ELEM_LIST_TABLE: NFTA_SET_TABLE,
							NFTA_SET_ELEM_LIST_SET: NFTA_SET_NAME,
						},
						true,
					)
					.flatMap((reply) => reply.NFTA_SET_ELEM_LIST_ELEMENTS ?? []),
			),
		),
	};
}

const comparable = (value: unknown): Json =>
	JSON.parse(
		JSON.stringify(plain(value), (name, inner) => (NOT_COMPARED.has(name) ? undefined : inner)),
	);
/** What identifies an object, whatever its type. */
const KEYS = [
	...["IFLA_IFNAME", "ifa_index", "IFA_LOCAL", "IFA_ADDRESS", "ifa_prefixlen"],
	...["rtm_table", "RTA_DST", "rtm_dst_len", "rtm_type", "RTA_OIF", "RTA_PRIORITY", "RTA_GATEWAY"],
	...["nfgen_family", "NFTA_TABLE_NAME", "NFTA_CHAIN_NAME", "NFTA_SET_NAME", "NFTA_SET_ELEM_KEY"],
];
function sorted(values: readonly unknown[]): Json[] {
	const text = (value: Json): string => JSON.stringify(KEYS.map((key) => value[key]));
	return values.map(comparable).sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

/** The part of `real` that `model` has as well: a model may have less, but nothing different. */
export function projected(real: unknown, model: unknown): unknown {
	if (Array.isArray(real) && Array.isArray(model))
		return real.map((one, i) => (i in model ? projected(one, model[i]) : one));
	if (!isObject(real) || !isObject(model)) return real;
	return Object.fromEntries(
		Object.keys(model).map((name) => [name, projected(real[name], model[name])]),
	);
}
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
