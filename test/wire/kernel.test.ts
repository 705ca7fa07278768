import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import * as uapi from "../../src/uapi/index.js";
import { json, run } from "./iproute.js";
import { asIpLink } from "./iproute_links.js";
import { create, enterEmptyNamespace, ip4, link, links, mac, rtnl, up } from "./namespace.js";

function expectLinksAsIpShowsThem(): void {
	const theirs = json("ip link show");
	const ours = links().map(asIpLink);
	expect(ours.map(({ ifname }) => ifname)).toEqual(theirs.map(({ ifname }) => ifname));
	for (const [i, one] of ours.entries()) {
		// The order of flags has no meaning.
		const { flags, ...rest } = one;
		expect(theirs[i]).toMatchObject(rest);
		expect(theirs[i]?.flags).toEqual(expect.arrayContaining(flags ?? []));
	}
}

// Making a network namespace needs root.
describe.skipIf(process.getuid?.() !== 0)("links: the kernel understands us, and we it", () => {
	beforeAll(enterEmptyNamespace);

	test("what we create comes back as we wrote it, and ip shows the same", () => {
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

	test("vxlan and macvlan with their lists, flags and network order", () => {
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

	test("port, alias and further names of one that is there", () => {
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

	test("an alias of 255 bytes fits, and an empty one takes it away", () => {
		const alias = "a".repeat(uapi.IFALIASZ - 1);
		rtnl.request(uapi.RTM_NEWLINK, 0, { ifi_index: 100, IFLA_IFALIAS: alias });
		expect(link("v0").IFLA_IFALIAS).toBe(alias);
		rtnl.request(uapi.RTM_NEWLINK, 0, { ifi_index: 100, IFLA_IFALIAS: "" });
		expect(link("v0")).not.toHaveProperty("IFLA_IFALIAS");
	});

	test("forwarding and proxy_arp go in by name and come back by position", () => {
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

	test("what ip creates we read as ip shows it", () => {
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
