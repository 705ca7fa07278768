import { beforeAll, describe, expect, test } from "vitest";
import { NetlinkSocket } from "../../src/netlink/socket.js";
import * as uapi from "../../src/uapi/index.js";
import { json, run } from "./iproute.js";
import { asBridgeFdb, asIpAddress, asIpNeighbour, asIpRoute, asIpRule } from "./iproute_routing.js";
import {
	create,
	enterEmptyNamespace,
	expectSame,
	ip4,
	link,
	mac,
	names,
	rtnl,
} from "./namespace.js";

// Making a network namespace needs root.
describe.skipIf(process.getuid?.() !== 0)("routing: the kernel understands us, and we it", () => {
	beforeAll(() => {
		enterEmptyNamespace();
		run(`ip link add br0 type bridge
			ip link add v0 index 100 type veth peer name v1
			ip link add vx0 type vxlan id 7 dstport 4789 dev br0
			ip link set v0 master br0
			for link in br0 v0 v1; do ip link set $link addrgenmode none up; done`);
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
		// neigh_valid_dump_req() takes the link as an attribute, and rejects ndm_ifindex.
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
});
