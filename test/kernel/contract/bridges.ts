import { expect } from "vitest";
import type { Kernel } from "../../../src/kernel/kernel.js";
import {
	type Behaviours,
	createBridge,
	createVeth,
	deleteLink,
	granted,
	linkOf,
	mac,
	persistentTap,
	refused,
	setLink,
	UP,
} from "./asking.js";

/** br0 (100), br1 (101), and v0 (110) whose other end is v1 (111). */
const two = (kernel: Kernel): void =>
	granted(
		kernel,
		createBridge("br0", 100),
		createBridge("br1", 101),
		createVeth("v0", 110, "v1", 111),
	);
const masterOf = (kernel: Kernel, index: number): number | undefined =>
	linkOf(kernel, index)?.IFLA_MASTER;

export const enslaving: Behaviours = {
	"a port may be taken from another bridge without a word": (kernel) => {
		two(kernel);
		granted(kernel, setLink(110, { IFLA_MASTER: 100 }), setLink(110, { IFLA_MASTER: 101 }));
		expect(masterOf(kernel, 110)).toBe(101);
	},
	"a bad master makes a port leave the one it has": (kernel) => {
		two(kernel);
		granted(kernel, setLink(110, { IFLA_MASTER: 100 }));
		refused(kernel, setLink(110, { IFLA_MASTER: 4242 }), "EINVAL");
		expect(masterOf(kernel, 110)).toBeUndefined();
	},
	"the same master again, and none where none is, are granted": (kernel) => {
		two(kernel);
		granted(kernel, setLink(110, { IFLA_MASTER: 100 }), setLink(110, { IFLA_MASTER: 100 }));
		granted(kernel, setLink(110, { IFLA_MASTER: 0 }), setLink(110, { IFLA_MASTER: 0 }));
		expect(masterOf(kernel, 110)).toBeUndefined();
	},
	"only a bridge is a master, and neither loopback nor a bridge is a port": (kernel) => {
		two(kernel);
		persistentTap(kernel, "tap0", 50);
		refused(kernel, setLink(110, { IFLA_MASTER: 50 }), "EOPNOTSUPP");
		refused(kernel, setLink(1, { IFLA_MASTER: 100 }), "EINVAL");
		const words = "Can not enslave a bridge to a bridge";
		refused(kernel, setLink(101, { IFLA_MASTER: 100 }), "ELOOP", words);
	},
	"ports of a bridge that is deleted are free": (kernel) => {
		two(kernel);
		granted(kernel, setLink(110, { IFLA_MASTER: 100 }), deleteLink(100));
		expect(linkOf(kernel, 110)).toBeDefined();
		expect(masterOf(kernel, 110)).toBeUndefined();
	},
	"a port is isolated once it is a port, and forgets that when it leaves": (kernel) => {
		two(kernel);
		const IFLA_LINKINFO = {
			IFLA_INFO_SLAVE_KIND: "bridge",
			IFLA_INFO_SLAVE_DATA: { IFLA_BRPORT_ISOLATED: 1 },
		} as const;
		const isolated = (): unknown => {
			const info = linkOf(kernel, 110)?.IFLA_LINKINFO;
			return info?.IFLA_INFO_SLAVE_KIND === "bridge"
				? info.IFLA_INFO_SLAVE_DATA?.IFLA_BRPORT_ISOLATED
				: undefined;
		};
		refused(kernel, setLink(110, { IFLA_LINKINFO }), "EOPNOTSUPP");
		refused(kernel, setLink(110, { IFLA_MASTER: 100, IFLA_LINKINFO }), "EOPNOTSUPP");
		expect(masterOf(kernel, 110)).toBeUndefined();
		granted(kernel, setLink(110, { IFLA_MASTER: 100 }), setLink(110, { IFLA_LINKINFO }));
		expect(isolated()).toBe(1);
		granted(kernel, setLink(110, { IFLA_MASTER: 0 }), setLink(110, { IFLA_MASTER: 100 }));
		expect(isolated()).toBe(0);
	},
};

const LOW = mac("02:00:00:00:00:01");
const HIGH = mac("02:00:00:00:00:f0");

export const following: Behaviours = {
	"a bridge takes the lowest MAC of its ports, and none when the last one leaves": (kernel) => {
		two(kernel);
		const ofBridge = (): Uint8Array | undefined => linkOf(kernel, 100)?.IFLA_ADDRESS;
		granted(kernel, setLink(110, { IFLA_ADDRESS: HIGH }), setLink(111, { IFLA_ADDRESS: LOW }));
		granted(kernel, setLink(110, { IFLA_MASTER: 100 }));
		expect(ofBridge()).toEqual(HIGH);
		granted(kernel, setLink(111, { IFLA_MASTER: 100 }));
		expect(ofBridge()).toEqual(LOW);
		granted(kernel, setLink(111, { IFLA_MASTER: 0 }), setLink(110, { IFLA_MASTER: 0 }));
		expect(ofBridge()).toEqual(mac("00:00:00:00:00:00"));
	},
	"a MAC given to a bridge at creation or later stays": (kernel) => {
		granted(kernel, createBridge("br0", 100, { IFLA_ADDRESS: HIGH }), createBridge("br1", 101));
		granted(kernel, setLink(101, { IFLA_ADDRESS: HIGH }));
		granted(kernel, createVeth("v0", 110, "v1", 111));
		granted(kernel, setLink(110, { IFLA_ADDRESS: LOW }), setLink(110, { IFLA_MASTER: 100 }));
		granted(kernel, setLink(111, { IFLA_ADDRESS: LOW }), setLink(111, { IFLA_MASTER: 101 }));
		expect([100, 101].map((index) => linkOf(kernel, index)?.IFLA_ADDRESS)).toEqual([HIGH, HIGH]);
	},
	"a bridge takes the lowest MTU of its ports": (kernel) => {
		two(kernel);
		granted(kernel, setLink(110, { IFLA_MTU: 1400 }), setLink(110, { IFLA_MASTER: 100 }));
		expect(linkOf(kernel, 100)?.IFLA_MTU).toBe(1400);
		granted(kernel, setLink(110, { IFLA_MTU: 1300 }));
		expect(linkOf(kernel, 100)?.IFLA_MTU).toBe(1300);
	},
	"an MTU set on a bridge stays": (kernel) => {
		two(kernel);
		granted(kernel, setLink(100, { IFLA_MTU: 1450 }));
		granted(kernel, setLink(110, { IFLA_MTU: 1400 }), setLink(110, { IFLA_MASTER: 100 }));
		expect(linkOf(kernel, 100)?.IFLA_MTU).toBe(1450);
	},
	"an MTU given to a bridge at creation is lost to its first port": (kernel) => {
		granted(kernel, createBridge("br0", 100, { IFLA_MTU: 1450 }));
		granted(kernel, createVeth("v0", 110, "v1", 111), setLink(110, { IFLA_MASTER: 100 }));
		expect(linkOf(kernel, 100)?.IFLA_MTU).toBe(1500);
	},
	"a port takes part at once when spanning tree is off, one without a carrier does not": (
		kernel,
	) => {
		kernel.createTap({ name: "tap0", index: 50, multiQueue: false, vnetHdr: false });
		granted(kernel, createVeth("v0", 110, "v1", 111), setLink(111, UP));
		granted(kernel, createBridge("br0", 100, UP));
		const state = (index: number): unknown => {
			granted(kernel, setLink(index, { ...UP, IFLA_MASTER: 100 }));
			return linkOf(kernel, index)?.IFLA_LINKINFO;
		};
		expect(state(110)).toMatchObject({ IFLA_INFO_SLAVE_DATA: { IFLA_BRPORT_STATE: 3 } });
		expect(state(50)).toMatchObject({ IFLA_INFO_SLAVE_DATA: { IFLA_BRPORT_STATE: 0 } });
	},
};
