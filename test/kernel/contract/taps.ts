import { expect } from "vitest";
import type { Kernel, TapRequest } from "../../../src/kernel/kernel.js";
import {
	addAddress,
	type Behaviours,
	createBridge,
	deleteLink,
	fails,
	granted,
	isUp,
	linkOf,
	persistentTap,
	setLink,
	UP,
} from "./asking.js";
import { routesOf } from "./routes.js";

const tap = (name: string, index: number, rest: Partial<TapRequest> = {}): TapRequest => ({
	name,
	index,
	multiQueue: false,
	vnetHdr: false,
	...rest,
});
function infoOf(kernel: Kernel, index: number): unknown {
	const info = linkOf(kernel, index)?.IFLA_LINKINFO;
	return info?.IFLA_INFO_KIND === "tun" ? info.IFLA_INFO_DATA : undefined;
}

export const taps: Behaviours = {
	"a tap has the name, index, owner, group and modes it was made with": (kernel) => {
		kernel.createTap(tap("tap0", 500, { owner: 1000, group: 100, vnetHdr: true }));
		kernel.createTap(tap("tap1", 501, { multiQueue: true }));
		expect(linkOf(kernel, 500)).toMatchObject({ IFLA_IFNAME: "tap0", IFLA_MTU: 1500 });
		expect(infoOf(kernel, 500)).toMatchObject({
			IFLA_TUN_OWNER: 1000,
			IFLA_TUN_GROUP: 100,
			IFLA_TUN_TYPE: 2,
			IFLA_TUN_PI: 0,
			IFLA_TUN_VNET_HDR: 1,
			IFLA_TUN_MULTI_QUEUE: 0,
			IFLA_TUN_PERSIST: 0,
		});
		expect(infoOf(kernel, 501)).toMatchObject({ IFLA_TUN_MULTI_QUEUE: 1, IFLA_TUN_VNET_HDR: 0 });
		expect(infoOf(kernel, 501)).not.toHaveProperty("IFLA_TUN_OWNER");
		expect(isUp(linkOf(kernel, 500))).toBe(false);
	},
	"a name or an index that is taken is EBUSY, whoever has it": (kernel) => {
		granted(kernel, createBridge("br0", 100));
		kernel.createTap(tap("tap0", 500));
		fails(() => kernel.createTap(tap("tap0", 501)), "EBUSY");
		fails(() => kernel.createTap(tap("tap1", 500)), "EBUSY");
		fails(() => kernel.createTap(tap("br0", 502)), "EBUSY");
		fails(() => kernel.createTap(tap("tap2", 100)), "EBUSY");
		kernel.persistTap("tap0");
		fails(() => kernel.createTap(tap("tap0", 501)), "EBUSY");
		expect([501, 502].map((index) => linkOf(kernel, index))).toEqual([undefined, undefined]);
	},
	"a tap that is dropped is gone, with its addresses, routes and its place in a bridge": (
		kernel,
	) => {
		granted(kernel, createBridge("br0", 100));
		kernel.createTap(tap("tap0", 500));
		kernel.createTap(tap("tap1", 501));
		granted(kernel, setLink(500, UP), addAddress(500, "10.0.0.1/24"));
		granted(kernel, setLink(501, { ...UP, IFLA_MASTER: 100 }));
		kernel.dropTap("tap0");
		kernel.dropTap("tap1");
		expect([500, 501].map((index) => linkOf(kernel, index))).toEqual([undefined, undefined]);
		fails(() => routesOf(kernel, 500), "ENODEV");
	},
	"a persistent tap stays, and says that it is": (kernel) => {
		persistentTap(kernel, "tap0", 500);
		kernel.dropTap("tap0");
		expect(infoOf(kernel, 500)).toMatchObject({ IFLA_TUN_PERSIST: 1 });
	},
	"what is not held can be neither persisted nor, with any effect, dropped": (kernel) => {
		fails(() => kernel.persistTap("tap0"), "EBADF");
		persistentTap(kernel, "tap0", 500);
		fails(() => kernel.persistTap("tap0"), "EBADF");
		kernel.dropTap("nobody's");
		expect(linkOf(kernel, 500)).toBeDefined();
	},
	"a tap is held under the name it was made with, whatever it is called now": (kernel) => {
		kernel.createTap(tap("tap0", 500));
		granted(kernel, setLink(500, { IFLA_IFNAME: "stolen" }));
		kernel.persistTap("tap0");
		expect(infoOf(kernel, 500)).toMatchObject({ IFLA_TUN_PERSIST: 1 });
	},
	"a tap that somebody deleted cannot be persisted": (kernel) => {
		kernel.createTap(tap("tap0", 500));
		granted(kernel, deleteLink(500));
		fails(() => kernel.persistTap("tap0"), "EBADFD");
		kernel.dropTap("tap0");
		kernel.createTap(tap("tap0", 500));
	},
	"a tap has no carrier while only we hold it": (kernel) => {
		const running = (): boolean => ((linkOf(kernel, 500)?.ifi_flags ?? 0) & 0x10000) !== 0;
		kernel.createTap(tap("tap0", 500));
		granted(kernel, setLink(500, UP));
		expect(running()).toBe(false);
		kernel.persistTap("tap0");
		expect(running()).toBe(false);
		expect(isUp(linkOf(kernel, 500))).toBe(true);
	},
	"names that no device may have are refused": (kernel) => {
		for (const name of ["a/b", "a:b", "a b", "..", "."])
			fails(() => kernel.createTap(tap(name, 500)), "EINVAL");
	},
	"chosen indexes are free, and not the same twice": (kernel) => {
		const chosen = Array.from({ length: 50 }, () => kernel.chooseIndex());
		expect(new Set(chosen).size).toBe(50);
		chosen.slice(0, 3).forEach((index, i) => {
			kernel.createTap(tap(`tap${i}`, index));
		});
		expect(chosen.slice(0, 3).map((index) => linkOf(kernel, index)?.IFLA_IFNAME)).toEqual([
			"tap0",
			"tap1",
			"tap2",
		]);
	},
};
