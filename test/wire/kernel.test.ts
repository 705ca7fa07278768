import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { NetlinkSocket } from "../../src/netlink/socket.js";
import { newNetns } from "../../src/sys/netns.js";
import * as uapi from "../../src/uapi/index.js";
import {
	asBridgeFdb,
	asIpAddress,
	asIpLink,
	asIpNeighbour,
	asIpRoute,
	asIpRule,
	json,
	run,
} from "./iproute.js";

const create = uapi.NLM_F_CREATE | uapi.NLM_F_EXCL;
const ip4 = (text: string): Uint8Array => Uint8Array.from(text.split("."), Number);
const mac = (last: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, last);
let rtnl: NetlinkSocket;

const links = () => rtnl.dump(uapi.RTM_GETLINK, uapi.RTM_NEWLINK, {});
function link(name: string) {
	const [found] = rtnl.request(uapi.RTM_GETLINK, 0, { IFLA_IFNAME: name });
	if (found === undefined) throw new Error(`no link ${name}`);
	return found;
}
const names = () => new Map(links().map((one) => [one.ifi_index, one.IFLA_IFNAME ?? ""]));
const up = (name: string) =>
	rtnl.request(uapi.RTM_NEWLINK, 0, {
		IFLA_IFNAME: name,
		ifi_flags: uapi.IFF_UP,
		ifi_change: uapi.IFF_UP,
	});

/** Sorted, so that two lists can be compared whose order is the kernel's affair. */
const sorted = (values: readonly unknown[]): unknown[] =>
	[...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
/** Both lists as far as ours has words: the same objects, and for each object the same keys. */
function expectSame(ours: readonly object[], theirs: readonly Record<string, unknown>[]): void {
	const keys = new Set(ours.flatMap((one) => Object.keys(one)));
	const seen = theirs.map((one) =>
		Object.fromEntries(
			Object.entries(one)
				.filter(([key]) => keys.has(key))
				.sort(),
		),
	);
	const mine = ours.map((one) => Object.fromEntries(Object.entries(one).sort()));
	expect(sorted(mine)).toEqual(sorted(seen));
}
function expectLinksAsIpShowsThem(): void {
	const theirs = json("ip link show");
	const ours = links().map(asIpLink);
	expect(ours.map(({ ifname }) => ifname)).toEqual(theirs.map(({ ifname }) => ifname));
	for (const [i, one] of ours.entries()) {
		// Flags have no order that means anything.
		const { flags, ...rest } = one;
		expect(theirs[i]).toMatchObject(rest);
		expect(theirs[i]?.flags).toEqual(expect.arrayContaining(flags ?? []));
	}
}

// Root only: the namespace is this process's own, unshared before anything is opened, and dies with it.
describe.skipIf(process.getuid?.() !== 0)("the kernel understands us, and we it", () => {
	beforeAll(() => {
		newNetns();
		rtnl = new NetlinkSocket(uapi.NETLINK_ROUTE);
		up("lo");
	});

	test("links: what we create comes back as we wrote it, and ip shows the same", () => {
		const bridge = {
			IFLA_IFNAME: "br0",
			IFLA_ADDRESS: mac(1),
			IFLA_LINKINFO: {
				IFLA_INFO_KIND: "bridge",
				IFLA_INFO_DATA: {
					IFLA_BR_FORWARD_DELAY: 300,
					IFLA_BR_HELLO_TIME: 100,
					IFLA_BR_MAX_AGE: 600,
					IFLA_BR_AGEING_TIME: 6000,
					IFLA_BR_STP_STATE: 0,
					IFLA_BR_PRIORITY: 4096,
					IFLA_BR_GROUP_FWD_MASK: 8,
					IFLA_BR_MCAST_SNOOPING: 0,
					IFLA_BR_MCAST_QUERIER: 1,
					IFLA_BR_MCAST_HASH_MAX: 1024,
					IFLA_BR_MCAST_QUERY_INTVL: 6000n,
					IFLA_BR_FDB_MAX_LEARNED: 77,
				},
			},
		} as const;
		const veth = {
			IFLA_IFNAME: "v0",
			IFLA_ADDRESS: mac(2),
			IFLA_MTU: 1400,
			IFLA_GROUP: 7,
			IFLA_TXQLEN: 50,
		};
		const peer = { IFLA_IFNAME: "v1", IFLA_ADDRESS: mac(3), IFLA_NUM_TX_QUEUES: 2 };
		rtnl.request(uapi.RTM_NEWLINK, create, bridge);
		rtnl.request(uapi.RTM_NEWLINK, create, {
			...veth,
			ifi_index: 100,
			IFLA_LINKINFO: { IFLA_INFO_KIND: "veth", IFLA_INFO_DATA: { VETH_INFO_PEER: peer } },
		});
		expect(link("br0")).toMatchObject(bridge);
		expect(link("v0")).toMatchObject({ ...veth, ifi_index: 100 });
		expect(link("v1")).toMatchObject(peer);
		expectLinksAsIpShowsThem();
	});

	test("links: vxlan and macvlan with their lists, flags and network order", () => {
		const vxlan = {
			IFLA_IFNAME: "vx0",
			IFLA_LINKINFO: {
				IFLA_INFO_KIND: "vxlan",
				IFLA_INFO_DATA: {
					IFLA_VXLAN_ID: 0x123456,
					IFLA_VXLAN_GROUP: ip4("10.0.0.2"),
					IFLA_VXLAN_LOCAL: ip4("10.0.0.1"),
					IFLA_VXLAN_PORT: 4789,
					IFLA_VXLAN_PORT_RANGE: { low: 1000, high: 2000 },
					IFLA_VXLAN_LEARNING: 0,
					IFLA_VXLAN_AGEING: 60,
					IFLA_VXLAN_DF: uapi.VXLAN_DF_SET,
					IFLA_VXLAN_GBP: true,
				},
			},
		} as const;
		rtnl.request(uapi.RTM_NEWLINK, create, {
			...vxlan,
			IFLA_LINKINFO: {
				...vxlan.IFLA_LINKINFO,
				IFLA_INFO_DATA: { ...vxlan.IFLA_LINKINFO.IFLA_INFO_DATA, IFLA_VXLAN_TTL_INHERIT: true },
			},
		});
		expect(link("vx0")).toMatchObject(vxlan);
		expect(link("vx0")).toHaveProperty("IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VXLAN_TTL_INHERIT", 1);

		const macvlan = {
			IFLA_IFNAME: "mv0",
			IFLA_LINK: link("v1").ifi_index,
			IFLA_LINKINFO: {
				IFLA_INFO_KIND: "macvlan",
				IFLA_INFO_DATA: {
					IFLA_MACVLAN_MODE: uapi.MACVLAN_MODE_SOURCE,
					IFLA_MACVLAN_MACADDR_DATA: [mac(0x11), mac(0x12)],
				},
			},
		} as const;
		rtnl.request(uapi.RTM_NEWLINK, create, {
			...macvlan,
			IFLA_LINKINFO: {
				...macvlan.IFLA_LINKINFO,
				IFLA_INFO_DATA: {
					...macvlan.IFLA_LINKINFO.IFLA_INFO_DATA,
					IFLA_MACVLAN_MACADDR_MODE: uapi.MACVLAN_MACADDR_SET,
				},
			},
		});
		expect(link("mv0").IFLA_LINKINFO?.IFLA_INFO_DATA).toMatchObject({
			IFLA_MACVLAN_MODE: uapi.MACVLAN_MODE_SOURCE,
			IFLA_MACVLAN_MACADDR_COUNT: 2,
		});
		expectLinksAsIpShowsThem();
	});

	test("links: port, alias and further names of one that is there", () => {
		const settings = {
			IFLA_IFNAME: "v0",
			IFLA_MASTER: link("br0").ifi_index,
			IFLA_IFALIAS: "guest 7 ä",
		};
		rtnl.request(uapi.RTM_NEWLINK, 0, settings);
		rtnl.request(uapi.RTM_NEWLINKPROP, create | uapi.NLM_F_APPEND, {
			ifi_index: 100,
			IFLA_PROP_LIST: { IFLA_ALT_IFNAME: ["first-name", "second-name"] },
		});
		rtnl.request(uapi.PF_BRIDGE_RTM_SETLINK, 0, {
			ifi_family: uapi.AF_BRIDGE,
			ifi_index: 100,
			IFLA_PROTINFO: { IFLA_BRPORT_ISOLATED: 1, IFLA_BRPORT_LEARNING: 0, IFLA_BRPORT_COST: 99 },
		});
		for (const name of ["br0", "v0", "v1"]) up(name);
		expect(link("v0")).toMatchObject({
			...settings,
			IFLA_PROP_LIST: { IFLA_ALT_IFNAME: ["first-name", "second-name"] },
			IFLA_LINKINFO: {
				IFLA_INFO_SLAVE_KIND: "bridge",
				IFLA_INFO_SLAVE_DATA: {
					IFLA_BRPORT_ISOLATED: 1,
					IFLA_BRPORT_LEARNING: 0,
					IFLA_BRPORT_COST: 99,
				},
			},
		});
		const [port] = rtnl
			.dump(uapi.PF_BRIDGE_RTM_GETLINK, uapi.PF_BRIDGE_RTM_NEWLINK, {
				ifi_family: uapi.AF_BRIDGE,
			})
			.filter((one) => one.ifi_index === 100);
		expect(port).toMatchObject({
			IFLA_MASTER: settings.IFLA_MASTER,
			IFLA_PROTINFO: { IFLA_BRPORT_ISOLATED: 1, IFLA_BRPORT_COST: 99 },
		});
		expectLinksAsIpShowsThem();
	});

	test("links: an alias of 255 bytes fits, and an empty one takes it away", () => {
		const alias = "a".repeat(uapi.IFALIASZ - 1);
		rtnl.request(uapi.RTM_NEWLINK, 0, { ifi_index: 100, IFLA_IFALIAS: alias });
		expect(link("v0").IFLA_IFALIAS).toBe(alias);
		rtnl.request(uapi.RTM_NEWLINK, 0, { ifi_index: 100, IFLA_IFALIAS: "" });
		expect(link("v0")).not.toHaveProperty("IFLA_IFALIAS");
	});

	test("links: forwarding and proxy_arp go in by name and come back by position", () => {
		rtnl.request(uapi.RTM_NEWLINK, 0, {
			ifi_index: 100,
			IFLA_AF_SPEC: {
				AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_FORWARDING: 1, IPV4_DEVCONF_PROXY_ARP: 1 } },
				AF_INET6: { IFLA_INET6_ADDR_GEN_MODE: uapi.IN6_ADDR_GEN_MODE_NONE },
			},
		});
		const { AF_INET, AF_INET6 } = link("v0").IFLA_AF_SPEC ?? {};
		const conf = AF_INET?.IFLA_INET_CONF ?? [];
		for (const [name, at] of [
			["forwarding", uapi.IPV4_DEVCONF_FORWARDING],
			["proxy_arp", uapi.IPV4_DEVCONF_PROXY_ARP],
			["rp_filter", uapi.IPV4_DEVCONF_RP_FILTER],
			["igmpv2_unsolicited_report_interval", 27],
		] as const)
			expect(conf[at - 1], name).toBe(
				Number(readFileSync(`/proc/sys/net/ipv4/conf/v0/${name}`, "utf8")),
			);
		for (const [name, at] of [
			["hop_limit", uapi.DEVCONF_HOPLIMIT],
			["router_solicitations", uapi.DEVCONF_RTR_SOLICITS],
			["ndisc_notify", uapi.DEVCONF_NDISC_NOTIFY],
		] as const)
			expect(AF_INET6?.IFLA_INET6_CONF?.[at], name).toBe(
				Number(readFileSync(`/proc/sys/net/ipv6/conf/v0/${name}`, "utf8")),
			);
		expect(conf.slice(0, 3)).toEqual([1, 0, 1]);
		expect(AF_INET6?.IFLA_INET6_ADDR_GEN_MODE).toBe(uapi.IN6_ADDR_GEN_MODE_NONE);
	});

	test("links: what ip creates we read as ip shows it", () => {
		run(`ip tuntap add t0 mode tap user 1000 group 1000 vnet_hdr multi_queue
			ip link add ifb9 type ifb
			ip link add mt0 link v1 type macvtap mode private
			ip link add vx6 type vxlan id 9 dstport 4790 local fd00::1 remote fd00::2 flowlabel 0x123 ttl 7
			ip link add br9 type bridge no_linklocal_learn 1 mcast_stats_enabled 1 group_fwd_mask 0x10
			ip link set ifb9 up master br9
			ip link set ifb9 type bridge_slave priority 8 hairpin on guard on mcast_flood off neigh_suppress on`);
		expectLinksAsIpShowsThem();
		expect(link("t0").IFLA_LINKINFO).toMatchObject({
			IFLA_INFO_KIND: "tun",
			IFLA_INFO_DATA: { IFLA_TUN_TYPE: 2, IFLA_TUN_OWNER: 1000, IFLA_TUN_GROUP: 1000 },
		});
	});

	test("addresses", () => {
		const { ifi_index: index } = link("br0");
		const head = { ifa_family: uapi.AF_INET, ifa_index: index };
		const first = {
			...head,
			ifa_prefixlen: 24,
			IFA_LOCAL: ip4("10.0.0.1"),
			IFA_ADDRESS: ip4("10.0.0.1"),
			IFA_BROADCAST: ip4("10.0.0.255"),
			IFA_LABEL: "br0:guests",
			IFA_PROTO: 99,
			IFA_RT_PRIORITY: 50,
		};
		rtnl.request(uapi.RTM_NEWADDR, create, first);
		rtnl.request(uapi.RTM_NEWADDR, create, {
			...head,
			ifa_prefixlen: 32,
			IFA_LOCAL: ip4("10.9.0.1"),
			IFA_ADDRESS: ip4("10.9.0.2"),
			IFA_FLAGS: uapi.IFA_F_NOPREFIXROUTE,
			IFA_CACHEINFO: { ifa_valid: 1000, ifa_prefered: 500 },
		});
		run("ip -6 addr add fd00::1/64 dev br0 nodad; ip addr add 10.0.0.2/24 dev br0");
		const ours = rtnl.dump(uapi.RTM_GETADDR, uapi.RTM_NEWADDR, { ifa_index: index });
		expect(ours).toContainEqual(expect.objectContaining(first));
		const theirs = json("ip addr show dev br0")[0]?.addr_info as Record<string, unknown>[];
		expectSame(ours.map(asIpAddress), theirs);
	});

	test("routes with metrics, next hops and gateways of another family", () => {
		const { ifi_index: index } = link("br0");
		const head = {
			rtm_family: uapi.AF_INET,
			rtm_dst_len: 16,
			rtm_table: uapi.RT_TABLE_MAIN,
			rtm_protocol: uapi.RTPROT_STATIC,
			rtm_type: uapi.RTN_UNICAST,
		};
		const hops = [
			{ rtnh_flags: 0, rtnh_hops: 4, rtnh_ifindex: index, RTA_GATEWAY: ip4("10.0.0.7") },
			{
				rtnh_flags: uapi.RTNH_F_ONLINK,
				rtnh_hops: 0,
				rtnh_ifindex: index,
				RTA_GATEWAY: ip4("10.77.0.8"),
			},
		];
		const fd9 = Uint8Array.from([0xfd, ...new Array(14).fill(0), 9]);
		const routes = [
			{
				...head,
				RTA_DST: ip4("10.1.0.0"),
				RTA_OIF: index,
				RTA_GATEWAY: ip4("10.0.0.9"),
				RTA_PREFSRC: ip4("10.0.0.2"),
				RTA_PRIORITY: 77,
				RTA_TABLE: 100_000,
				rtm_table: uapi.RT_TABLE_COMPAT,
				RTA_METRICS: { RTAX_MTU: 1400, RTAX_ADVMSS: 1300, RTAX_QUICKACK: 1, RTAX_CC_ALGO: "cubic" },
			},
			{ ...head, RTA_DST: ip4("10.2.0.0"), RTA_MULTIPATH: hops },
			{
				...head,
				RTA_DST: ip4("10.3.0.0"),
				RTA_OIF: index,
				RTA_VIA: { rtvia_family: uapi.AF_INET6, rtvia_addr: fd9 },
			},
			{ ...head, rtm_type: uapi.RTN_BLACKHOLE, RTA_DST: ip4("10.4.0.0") },
		];
		for (const route of routes) rtnl.request(uapi.RTM_NEWROUTE, create, route);
		run(`ip -6 route add fd01::/64 nexthop via fd00::2 dev br0 nexthop via fd00::3 dev br0 weight 3
			ip -6 route add fd02::/64 via fd00::2 pref high hoplimit 9 initcwnd 20`);
		const ours = rtnl.dump(uapi.RTM_GETROUTE, uapi.RTM_NEWROUTE, {});
		for (const route of routes) expect(ours).toContainEqual(expect.objectContaining(route));
		const theirs = [...json("ip -4 route show table all"), ...json("ip -6 route show table all")];
		expectSame(
			ours.map((route) => asIpRoute(route, names())),
			theirs,
		);
	});

	test("rules", () => {
		const rule = {
			family: uapi.AF_INET,
			src_len: 24,
			action: uapi.FR_ACT_TO_TBL,
			FRA_SRC: ip4("10.1.2.0"),
			FRA_PRIORITY: 5,
			FRA_FWMARK: 0x10,
			FRA_FWMASK: 0xf0,
			FRA_TABLE: 100_000,
			FRA_PROTOCOL: uapi.RTPROT_STATIC,
			FRA_SUPPRESS_PREFIXLEN: 0,
		};
		rtnl.request(uapi.RTM_NEWRULE, create, rule);
		run("ip rule add iif br0 ipproto tcp sport 5-7 dport 80 uidrange 1-2 prohibit priority 6");
		const ours = rtnl.dump(uapi.RTM_GETRULE, uapi.RTM_NEWRULE, { family: uapi.AF_INET });
		expect(ours).toContainEqual(expect.objectContaining(rule));
		expectSame(ours.map(asIpRule), json("ip rule show"));
	});

	test("neighbours and proxies", () => {
		const { ifi_index: index } = link("br0");
		const head = { ndm_family: uapi.AF_INET, ndm_ifindex: index };
		const known = {
			...head,
			ndm_state: uapi.NUD_PERMANENT,
			NDA_DST: ip4("10.0.0.9"),
			NDA_LLADDR: mac(9),
			NDA_PROTOCOL: uapi.RTPROT_STATIC,
		};
		rtnl.request(uapi.RTM_NEWNEIGH, create, known);
		rtnl.request(uapi.RTM_NEWNEIGH, create, {
			...head,
			ndm_flags: uapi.NTF_PROXY,
			NDA_DST: ip4("10.0.0.77"),
		});
		// neigh_valid_dump_req() takes the link as an attribute, and no ndm_ifindex.
		const all = { ndm_family: uapi.AF_INET, NDA_IFINDEX: index };
		const ours = rtnl.dump(uapi.RTM_GETNEIGH, uapi.RTM_NEWNEIGH, all);
		expect(ours).toContainEqual(expect.objectContaining(known));
		const proxies = rtnl.dump(uapi.RTM_GETNEIGH, uapi.RTM_NEWNEIGH, {
			...all,
			ndm_flags: uapi.NTF_PROXY,
		});
		const shown = (list: typeof ours) => list.map((one) => asIpNeighbour(one, names()));
		const theirs = json("ip -4 neigh show dev br0").map((one) => ({ ...one, dev: "br0" }));
		expectSame(
			shown(ours).filter(({ state }) => !state?.includes("NOARP")),
			theirs,
		);
		expectSame(shown(proxies), [...json("ip -4 neigh show proxy")]);
	});

	test("forwarding entries of a bridge and of a vxlan", () => {
		rtnl.request(uapi.RTM_NEWNEIGH, create, {
			ndm_family: uapi.AF_BRIDGE,
			ndm_ifindex: 100,
			ndm_state: uapi.NUD_NOARP | uapi.NUD_REACHABLE,
			ndm_flags: uapi.NTF_MASTER,
			NDA_LLADDR: mac(0x21),
		});
		rtnl.request(uapi.RTM_NEWNEIGH, create, {
			ndm_family: uapi.AF_BRIDGE,
			ndm_ifindex: link("vx0").ifi_index,
			ndm_state: uapi.NUD_PERMANENT,
			ndm_flags: uapi.NTF_SELF,
			NDA_LLADDR: mac(0x22),
			NDA_DST: ip4("10.0.0.4"),
			NDA_PORT: 4000,
			NDA_VNI: 12,
		});
		const ours = rtnl.dump(uapi.RTM_GETNEIGH, uapi.RTM_NEWNEIGH, { ndm_family: uapi.AF_BRIDGE });
		expectSame(
			ours.map((entry) => asBridgeFdb(entry, names())),
			json("bridge fdb show"),
		);
	});

	test("next hops that are objects", () => {
		const { ifi_index: index } = link("br0");
		const head = { nh_family: uapi.AF_INET };
		const one = { ...head, NHA_ID: 5, NHA_OIF: index, NHA_GATEWAY: ip4("10.0.0.9") };
		const group = {
			NHA_ID: 10,
			NHA_GROUP: [
				{ id: 5, weight: 2, weight_high: 0 },
				{ id: 6, weight: 0, weight_high: 0 },
			],
		};
		rtnl.request(uapi.RTM_NEWNEXTHOP, create, one);
		run("ip nexthop add id 6 via 10.0.0.8 dev br0");
		rtnl.request(uapi.RTM_NEWNEXTHOP, create, group);
		const ours = rtnl.dump(uapi.RTM_GETNEXTHOP, uapi.RTM_NEWNEXTHOP, {});
		expect(ours).toEqual([
			expect.objectContaining(one),
			expect.objectContaining({ NHA_ID: 6, NHA_GATEWAY: ip4("10.0.0.8") }),
			expect.objectContaining(group),
		]);
		expect(json("ip nexthop show id 10")[0]?.group).toEqual([{ id: 5, weight: 3 }, { id: 6 }]);
	});

	test("connections: made, found by a filter, and deleted", () => {
		const conntrack = new NetlinkSocket(uapi.NETLINK_NETFILTER);
		const tuple = (from: string, to: string, source: number, target: number) => ({
			CTA_TUPLE_IP: { CTA_IP_V4_SRC: ip4(from), CTA_IP_V4_DST: ip4(to) },
			CTA_TUPLE_PROTO: {
				CTA_PROTO_NUM: 17,
				CTA_PROTO_SRC_PORT: source,
				CTA_PROTO_DST_PORT: target,
			},
		});
		const connection = (from: string) => ({
			nfgen_family: uapi.AF_INET,
			CTA_TUPLE_ORIG: tuple(from, "10.0.0.2", 5, 6),
			CTA_TUPLE_REPLY: tuple("10.0.0.2", from, 6, 5),
			CTA_TIMEOUT: 1000,
			CTA_MARK: 0x1234,
		});
		for (const from of ["10.0.0.50", "10.0.0.51"])
			conntrack.request(uapi.IPCTNL_MSG_CT_NEW, create, connection(from));
		const wanted = {
			nfgen_family: uapi.AF_INET,
			CTA_TUPLE_ORIG: { CTA_TUPLE_IP: { CTA_IP_V4_SRC: ip4("10.0.0.51") } },
			CTA_FILTER: {
				CTA_FILTER_ORIG_FLAGS: uapi.CTA_FILTER_F_CTA_IP_SRC,
				CTA_FILTER_REPLY_FLAGS: 0,
			},
		};
		const dump = (value: object) =>
			conntrack.dump(uapi.IPCTNL_MSG_CT_GET, uapi.IPCTNL_MSG_CT_NEW, value);
		const found = dump(wanted);
		const { CTA_TIMEOUT: _, ...rest } = connection("10.0.0.51");
		expect(found).toEqual([expect.objectContaining(rest)]);
		expect(found[0]?.CTA_TIMEOUT).toBeGreaterThan(900);
		const { CTA_TUPLE_ORIG, CTA_ID } = found[0] ?? {};
		conntrack.request(uapi.IPCTNL_MSG_CT_DELETE, 0, {
			nfgen_family: uapi.AF_INET,
			CTA_TUPLE_ORIG,
			CTA_ID,
		});
		expect(dump({ nfgen_family: uapi.AF_INET })).toHaveLength(1);
		conntrack.close();
	});

	test("a refusal names the attribute, wherever it stands", () => {
		expect(() =>
			rtnl.request(uapi.RTM_NEWLINK, create, {
				IFLA_IFNAME: "bad0",
				IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge", IFLA_INFO_DATA: { IFLA_BR_GROUP_ADDR: mac(1) } },
			}),
		).toThrow(/IFLA_LINKINFO|EINVAL/);
		expect(() =>
			rtnl.request(uapi.RTM_NEWLINK, create, {
				IFLA_IFNAME: "vx9",
				IFLA_LINKINFO: { IFLA_INFO_KIND: "vxlan", IFLA_INFO_DATA: { IFLA_VXLAN_ID: 2 ** 24 } },
			}),
		).toThrow("RTM_NEWLINK.IFLA_LINKINFO.IFLA_INFO_DATA(vxlan).IFLA_VXLAN_ID");
	});
});
