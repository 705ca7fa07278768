import { expect } from "vitest";
import { request } from "../../../src/netlink/request.js";
import { RTM_DELLINK, RTM_GETLINK, RTM_NEWLINK, RTM_SETLINK } from "../../../src/uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_REPLACE } from "../../../src/uapi/netlink.js";
import {
	type Behaviours,
	CREATE,
	createBridge,
	createVeth,
	DOWN,
	deleteLink,
	granted,
	isUp,
	linkOf,
	mac,
	persistentTap,
	refused,
	setLink,
	UP,
} from "./asking.js";

const kind = <K extends "bridge" | "tun">(IFLA_INFO_KIND: K) => ({
	IFLA_LINKINFO: { IFLA_INFO_KIND },
});

export const creating: Behaviours = {
	"a bridge has the index, MAC, MTU, group and options it was created with": (kernel) => {
		granted(
			kernel,
			request(RTM_NEWLINK, CREATE, {
				...UP,
				ifi_index: 100,
				IFLA_IFNAME: "br0",
				IFLA_ADDRESS: mac("02:00:00:00:00:01"),
				IFLA_MTU: 1400,
				IFLA_GROUP: 7,
				IFLA_LINKINFO: {
					IFLA_INFO_KIND: "bridge",
					IFLA_INFO_DATA: { IFLA_BR_STP_STATE: 0, IFLA_BR_AGEING_TIME: 1_000 },
				},
			}),
		);
		const link = linkOf(kernel, 100);
		expect(link).toMatchObject({
			IFLA_IFNAME: "br0",
			IFLA_ADDRESS: mac("02:00:00:00:00:01"),
			IFLA_MTU: 1400,
			IFLA_GROUP: 7,
			IFLA_LINKINFO: {
				IFLA_INFO_KIND: "bridge",
				IFLA_INFO_DATA: { IFLA_BR_STP_STATE: 0, IFLA_BR_AGEING_TIME: 1_000 },
			},
		});
		expect(isUp(link)).toBe(true);
	},
	"a link's name is known by its index": (kernel) => {
		granted(kernel, createBridge("br0", 100), setLink(100, { IFLA_IFNAME: "renamed" }));
		expect(kernel.linkName(100)).toBe("renamed");
		expect(kernel.linkName(101)).toBeUndefined();
		granted(kernel, deleteLink(100));
		expect(kernel.linkName(100)).toBeUndefined();
	},
	"a link's MTU is known by its name": (kernel) => {
		granted(kernel, createBridge("br0", 100), setLink(100, { IFLA_MTU: 1400 }));
		expect(kernel.linkMtu("br0")).toBe(1400);
		expect(kernel.linkMtu("br1")).toBeUndefined();
	},
	"a name or an index that is taken is EEXIST": (kernel) => {
		granted(kernel, createBridge("br0", 100));
		refused(kernel, createBridge("br0", 101), "EEXIST");
		refused(kernel, createBridge("br1", 100), "EEXIST");
		refused(kernel, createVeth("v0", 102, "br0", 103), "EEXIST");
		expect(linkOf(kernel, 102)).toBeUndefined();
	},
	"an alias is forgotten at creation and kept afterwards": (kernel) => {
		granted(kernel, createBridge("br0", 100, { IFLA_IFALIAS: "lost" }));
		expect(linkOf(kernel, 100)?.IFLA_IFALIAS).toBeUndefined();
		granted(kernel, setLink(100, { IFLA_IFALIAS: "kept" }));
		expect(linkOf(kernel, 100)?.IFLA_IFALIAS).toBe("kept");
		granted(kernel, setLink(100, { IFLA_IFALIAS: "" }));
		expect(linkOf(kernel, 100)?.IFLA_IFALIAS).toBeUndefined();
	},
	"per-device settings are refused at creation": (kernel) => {
		const IFLA_AF_SPEC = { AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_FORWARDING: 1 } } };
		refused(kernel, createBridge("br0", 100, { IFLA_AF_SPEC }), "EAFNOSUPPORT");
		expect(linkOf(kernel, 100)).toBeUndefined();
	},
	"a tap cannot be created over rtnetlink": (kernel) => {
		const words = "tun/tap creation via rtnetlink is not supported.";
		const tun = request(RTM_NEWLINK, CREATE, { IFLA_IFNAME: "t", ...kind("tun") });
		refused(kernel, tun, "EOPNOTSUPP", words);
	},
	"a link without a kind is an unknown device type": (kernel) => {
		const bare = request(RTM_NEWLINK, CREATE, { IFLA_IFNAME: "x" });
		refused(kernel, bare, "EOPNOTSUPP", "Unknown device type");
	},
	"a bad MTU, name or index creates nothing": (kernel) => {
		const tooSmall = "mtu less than device minimum";
		refused(kernel, createBridge("br0", 100, { IFLA_MTU: 1 }), "EINVAL", tooSmall);
		refused(kernel, createBridge("a/b", 100), "EINVAL");
		refused(kernel, createBridge("br0", -5), "EINVAL", "ifindex can't be negative");
		expect(linkOf(kernel, 100)).toBeUndefined();
	},
	"a bad master takes the new link away again": (kernel) => {
		refused(kernel, createBridge("br0", 100, { IFLA_MASTER: 4242 }), "EINVAL");
		expect(linkOf(kernel, 100)).toBeUndefined();
	},
	"creating without EXCL changes what is there, whatever its kind": (kernel) => {
		persistentTap(kernel, "tap0", 50);
		const value = { IFLA_IFNAME: "tap0", IFLA_MTU: 1300, ...kind("bridge") };
		granted(kernel, request(RTM_NEWLINK, NLM_F_CREATE, value));
		expect(linkOf(kernel, 50)?.IFLA_MTU).toBe(1300);
		refused(kernel, request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_REPLACE, value), "EOPNOTSUPP");
	},
	"a name with %d gets the first free number": (kernel) => {
		granted(kernel, createBridge("lab%d", 100), createBridge("lab%d", 101));
		expect([100, 101].map((index) => linkOf(kernel, index)?.IFLA_IFNAME)).toEqual(["lab0", "lab1"]);
	},
};

export const changing: Behaviours = {
	"what is not there is ENODEV": (kernel) => {
		refused(kernel, setLink(4242, { IFLA_MTU: 1400 }), "ENODEV");
		refused(kernel, request(RTM_SETLINK, 0, { ifi_index: 4242 }), "ENODEV");
		refused(kernel, request(RTM_SETLINK, 0, { IFLA_IFNAME: "nope" }), "ENODEV");
		refused(kernel, request(RTM_GETLINK, 0, { ifi_index: 4242 }), "ENODEV");
		refused(kernel, request(RTM_GETLINK, 0, { IFLA_IFNAME: "nope" }), "ENODEV");
		refused(kernel, deleteLink(4242), "ENODEV");
		refused(kernel, request(RTM_DELLINK, 0, { IFLA_IFNAME: "nope" }), "ENODEV");
	},
	"a message that names no link at all is EINVAL": (kernel) => {
		refused(kernel, request(RTM_SETLINK, 0, {}), "EINVAL");
		refused(kernel, request(RTM_GETLINK, 0, {}), "EINVAL");
		refused(kernel, request(RTM_DELLINK, 0, {}), "EINVAL");
	},
	"one message with a good MTU and a bad master is EINVAL, and the MTU has changed": (kernel) => {
		granted(kernel, createVeth("v0", 100, "v1", 101));
		const value = { ...UP, IFLA_MTU: 1430, IFLA_IFALIAS: "x", IFLA_MASTER: 4242, IFLA_TXQLEN: 7 };
		refused(kernel, setLink(100, value), "EINVAL");
		const link = linkOf(kernel, 100);
		expect(link).toMatchObject({ IFLA_MTU: 1430, IFLA_IFALIAS: "x", IFLA_TXQLEN: 1000 });
		expect(isUp(link)).toBe(true);
	},
	"one message with a bad MTU changes nothing that comes behind it": (kernel) => {
		granted(kernel, createBridge("br0", 100));
		const value = { ...UP, IFLA_MTU: 1, IFLA_GROUP: 5, IFLA_IFALIAS: "x" };
		refused(kernel, setLink(100, value), "EINVAL", "mtu less than device minimum");
		const link = linkOf(kernel, 100);
		expect(link).toMatchObject({ IFLA_GROUP: 0 });
		expect(link?.IFLA_IFALIAS).toBeUndefined();
		expect(isUp(link)).toBe(false);
	},
	"a refused message does not stop those before and behind it": (kernel) => {
		const outcomes = kernel.rtnetlink([
			createBridge("br0", 100),
			createBridge("br0", 101),
			createBridge("br2", 102),
		]);
		expect(outcomes.map(({ error }) => error?.errno)).toEqual([undefined, "EEXIST", undefined]);
		expect(linkOf(kernel, 102)).toBeDefined();
	},
	"index and another name rename a link, which keeps its index and may be up": (kernel) => {
		granted(kernel, createBridge("br0", 100, UP), setLink(100, { IFLA_IFNAME: "lan" }));
		expect(linkOf(kernel, 100)).toMatchObject({ IFLA_IFNAME: "lan" });
		granted(kernel, createBridge("br0", 101));
		refused(kernel, setLink(101, { IFLA_IFNAME: "lan" }), "EEXIST");
	},
	"up and down say only what they mean": (kernel) => {
		granted(kernel, createBridge("br0", 100), setLink(100, UP), setLink(100, { IFLA_MTU: 1400 }));
		expect(isUp(linkOf(kernel, 100))).toBe(true);
		granted(kernel, setLink(100, DOWN));
		expect(isUp(linkOf(kernel, 100))).toBe(false);
	},
	"a MAC may be six bytes, or more that are cut; multicast and zero are none": (kernel) => {
		persistentTap(kernel, "tap0", 50);
		granted(kernel, setLink(50, { IFLA_ADDRESS: mac("02:00:00:00:00:09:ff") }));
		expect(linkOf(kernel, 50)?.IFLA_ADDRESS).toEqual(mac("02:00:00:00:00:09"));
		refused(kernel, setLink(50, { IFLA_ADDRESS: mac("01:00:00:00:00:01") }), "EADDRNOTAVAIL");
		refused(kernel, setLink(50, { IFLA_ADDRESS: mac("00:00:00:00:00:00") }), "EADDRNOTAVAIL");
		refused(kernel, setLink(50, { IFLA_ADDRESS: mac("02:00:00:00:00") }), "EINVAL");
	},
	"a tap takes an MTU of 65521 and no more": (kernel) => {
		persistentTap(kernel, "tap0", 50);
		granted(kernel, setLink(50, { IFLA_MTU: 65521 }));
		const words = "mtu greater than device maximum";
		refused(kernel, setLink(50, { IFLA_MTU: 65522 }), "EINVAL", words);
	},
	"data of another kind is refused for a link that exists": (kernel) => {
		granted(kernel, createVeth("v0", 100, "v1", 101));
		const IFLA_LINKINFO = {
			IFLA_INFO_KIND: "bridge",
			IFLA_INFO_DATA: { IFLA_BR_STP_STATE: 0 },
		} as const;
		refused(kernel, setLink(100, { IFLA_LINKINFO }), "EOPNOTSUPP");
	},
};

export const deleting: Behaviours = {
	"a link is deleted by its index even when another name stands beside it": (kernel) => {
		granted(kernel, createBridge("br0", 100), createBridge("br1", 101));
		granted(kernel, request(RTM_DELLINK, 0, { ifi_index: 100, IFLA_IFNAME: "br1" }));
		expect(linkOf(kernel, 100)).toBeUndefined();
		expect(linkOf(kernel, 101)).toBeDefined();
	},
	"loopback cannot be deleted": (kernel) => refused(kernel, deleteLink(1), "EOPNOTSUPP"),
	"one end of a veth pair takes the other along": (kernel) => {
		granted(kernel, createVeth("v0", 100, "v1", 101), deleteLink(101));
		expect(linkOf(kernel, 100)).toBeUndefined();
	},
	"a group goes in one message, taps and bridges alike": (kernel) => {
		persistentTap(kernel, "tap0", 50);
		granted(
			kernel,
			createBridge("br0", 100, { IFLA_GROUP: 9 }),
			createBridge("br1", 101),
			setLink(50, { IFLA_GROUP: 9 }),
			request(RTM_DELLINK, 0, { IFLA_GROUP: 9 }),
		);
		expect([50, 100, 101].map((index) => linkOf(kernel, index) !== undefined)).toEqual([
			false,
			false,
			true,
		]);
	},
	"the default group cannot be deleted, and an empty one is ENODEV": (kernel) => {
		refused(kernel, request(RTM_DELLINK, 0, { IFLA_GROUP: 0 }), "EPERM");
		refused(kernel, request(RTM_DELLINK, 0, { IFLA_GROUP: 77 }), "ENODEV");
	},
	"a group with a link in it that cannot be deleted stays whole": (kernel) => {
		granted(kernel, createBridge("br0", 100, { IFLA_GROUP: 9 }), setLink(1, { IFLA_GROUP: 9 }));
		refused(kernel, request(RTM_DELLINK, 0, { IFLA_GROUP: 9 }), "EOPNOTSUPP");
		expect(linkOf(kernel, 100)).toBeDefined();
	},
	"an MTU nobody can have is refused by a group with a member and granted by an empty one": (
		kernel,
	) => {
		const probe = request(RTM_NEWLINK, 0, { IFLA_GROUP: 9, IFLA_MTU: 0xffff_ffff });
		granted(kernel, probe, createBridge("br0", 100, { IFLA_GROUP: 9 }));
		refused(kernel, probe, "EINVAL");
		expect(linkOf(kernel, 100)?.IFLA_MTU).toBe(1500);
	},
	"a change of a group changes each of its links": (kernel) => {
		const grouped = { IFLA_GROUP: 9 };
		granted(kernel, createBridge("br0", 100, grouped), createBridge("br1", 101, grouped));
		granted(kernel, request(RTM_NEWLINK, 0, { ...grouped, IFLA_MTU: 1300 }));
		expect([100, 101].map((index) => linkOf(kernel, index)?.IFLA_MTU)).toEqual([1300, 1300]);
	},
};

export const dumpingLinks: Behaviours = {
	"a dump of links may be filtered by master and by kind": (kernel) => {
		persistentTap(kernel, "tap0", 50);
		granted(kernel, createBridge("br0", 100), setLink(50, { IFLA_MASTER: 100 }));
		const names = (value: object): (string | undefined)[] =>
			kernel.dump(RTM_GETLINK, RTM_NEWLINK, value).map(({ IFLA_IFNAME }) => IFLA_IFNAME);
		expect(names({}).sort()).toEqual(["br0", "lo", "tap0"]);
		expect(names({ IFLA_MASTER: 100 })).toEqual(["tap0"]);
		expect(names(kind("bridge"))).toEqual(["br0"]);
	},
	"a dump of links by index is refused": (kernel) => {
		expect(() => kernel.dump(RTM_GETLINK, RTM_NEWLINK, { ifi_index: 1 })).toThrow(
			/EINVAL: Filter by device index not supported for link dumps/,
		);
	},
};
