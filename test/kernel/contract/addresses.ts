import { expect } from "vitest";
import type { Kernel } from "../../../src/kernel/kernel.js";
import { request } from "../../../src/netlink/request.js";
import { IFA_F_SECONDARY, RTM_GETADDR, RTM_NEWADDR } from "../../../src/uapi/if_addr.js";
import { NLM_F_CREATE, NLM_F_REPLACE } from "../../../src/uapi/netlink.js";
import { AF_INET, AF_INET6 } from "../../../src/uapi/socket.js";
import {
	addAddress,
	address,
	type Behaviours,
	bytes,
	createBridge,
	DOWN,
	deleteLink,
	fails,
	granted,
	refused,
	removeAddress,
	setLink,
	UP,
} from "./asking.js";
import { routesOf } from "./routes.js";

/** The IPv4 addresses of a link in words, in the kernel's order. */
export function addressesOf(kernel: Kernel, ifa_index: number, ifa_family = AF_INET): string[] {
	return kernel
		.dump(RTM_GETADDR, RTM_NEWADDR, { ifa_family, ifa_index })
		.map(({ IFA_LOCAL, IFA_ADDRESS, ifa_prefixlen, ifa_flags }) => {
			const local = [...(IFA_LOCAL ?? IFA_ADDRESS ?? [])];
			const secondary = ifa_family === AF_INET && (ifa_flags & IFA_F_SECONDARY) !== 0;
			return `${local.join(".")}/${ifa_prefixlen}${secondary ? " secondary" : ""}`;
		});
}
const bridge = (kernel: Kernel): void => granted(kernel, createBridge("br0", 100, UP));

export const addresses: Behaviours = {
	"an address keeps its mark, its label and its metric": (kernel) => {
		bridge(kernel);
		const value = { IFA_PROTO: 99, IFA_LABEL: "br0:lab", IFA_RT_PRIORITY: 50 };
		granted(kernel, addAddress(100, "10.0.0.1/24", value));
		const [found] = kernel.dump(RTM_GETADDR, RTM_NEWADDR, { ifa_index: 100, ifa_family: AF_INET });
		expect(found).toMatchObject({ ...value, ifa_prefixlen: 24, IFA_ADDRESS: bytes("10.0.0.1") });
		expect(routesOf(kernel, 100)).toContain("10.0.0.0/24 metric 50 proto kernel src 10.0.0.1");
	},
	"an address without a label has the name of its link": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"), setLink(100, { IFLA_IFNAME: "lan" }));
		const [found] = kernel.dump(RTM_GETADDR, RTM_NEWADDR, { ifa_index: 100, ifa_family: AF_INET });
		expect(found?.IFA_LABEL).toBe("lan");
	},
	"the same address again is EEXIST, without EXCL too, and granted with REPLACE": (kernel) => {
		bridge(kernel);
		const again = (flags: number) => request(RTM_NEWADDR, flags, address(100, "10.0.0.1/24"));
		granted(kernel, addAddress(100, "10.0.0.1/24"));
		refused(kernel, addAddress(100, "10.0.0.1/24"), "EEXIST", "ipv4: Address already assigned");
		refused(kernel, again(NLM_F_CREATE), "EEXIST", "ipv4: Address already assigned");
		granted(kernel, again(NLM_F_CREATE | NLM_F_REPLACE));
		expect(addressesOf(kernel, 100)).toEqual(["10.0.0.1/24"]);
	},
	"the same address with another prefix length is another address": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"), addAddress(100, "10.0.0.1/25"));
		expect(addressesOf(kernel, 100).sort()).toEqual(["10.0.0.1/24", "10.0.0.1/25"]);
	},
	"network and broadcast addresses are taken for hosts": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.0/24"), addAddress(100, "10.0.1.255/24"));
		expect(addressesOf(kernel, 100)).toEqual(["10.0.0.0/24", "10.0.1.255/24"]);
	},
	"a bad prefix length, no address and no device are refused in the kernel's words": (kernel) => {
		bridge(kernel);
		refused(kernel, addAddress(100, "10.0.0.1/33"), "EINVAL", "ipv4: Invalid prefix length");
		refused(kernel, addAddress(4242, "10.0.0.1/24"), "ENODEV", "ipv4: Device not found");
		const bare = request(RTM_NEWADDR, 0, { ifa_family: AF_INET, ifa_index: 100 });
		refused(kernel, bare, "EINVAL", "ipv4: Local address is not supplied");
	},
	"what is not there cannot be deleted": (kernel) => {
		bridge(kernel);
		refused(kernel, removeAddress(100, "10.0.0.1/24"), "EADDRNOTAVAIL", "ipv4: Address not found");
		refused(kernel, removeAddress(4242, "10.0.0.1/24"), "ENODEV", "ipv4: Device not found");
	},
	"deleting looks at the prefix length only where IFA_ADDRESS is sent": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"));
		refused(kernel, removeAddress(100, "10.0.0.1/25"), "EADDRNOTAVAIL");
		granted(kernel, removeAddress(100, "10.0.0.1/32", { IFA_ADDRESS: undefined }));
		expect(addressesOf(kernel, 100)).toEqual([]);
	},
	"the mark of an address does not select what is deleted": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24", { IFA_PROTO: 99 }));
		granted(kernel, removeAddress(100, "10.0.0.1/24", { IFA_PROTO: 4 }));
		expect(addressesOf(kernel, 100)).toEqual([]);
	},
	"a dump of the addresses of a device that is not there is ENODEV": (kernel) =>
		fails(() => kernel.dump(RTM_GETADDR, RTM_NEWADDR, { ifa_index: 4242 }), "ENODEV"),
	"addresses go with their link, and leave no route behind": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"), deleteLink(100), createBridge("br0", 100, UP));
		expect(addressesOf(kernel, 100)).toEqual([]);
		expect(routesOf(kernel, 100, { table: 255 })).toEqual([]);
	},
};

export const secondaries: Behaviours = {
	"a second address of a subnet is secondary and shares the route of the first": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"), addAddress(100, "10.0.0.2/24"));
		expect(addressesOf(kernel, 100)).toEqual(["10.0.0.1/24", "10.0.0.2/24 secondary"]);
		expect(routesOf(kernel, 100)).toEqual(["10.0.0.0/24 proto kernel src 10.0.0.1"]);
	},
	"it must have the scope of the first": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"));
		const second = addAddress(100, "10.0.0.2/24", { ifa_scope: 253 });
		refused(kernel, second, "EINVAL", "ipv4: Invalid scope value");
	},
	"deleting the first deletes it too": (kernel) => {
		kernel.writeSysctl("net/ipv4/conf/all/promote_secondaries", "0");
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"), addAddress(100, "10.0.0.2/24"));
		granted(kernel, addAddress(100, "10.0.1.1/24"), removeAddress(100, "10.0.0.1/24"));
		expect(addressesOf(kernel, 100)).toEqual(["10.0.1.1/24"]);
	},
	"deleting the first makes it the first where promote_secondaries is set": (kernel) => {
		kernel.writeSysctl("net/ipv4/conf/all/promote_secondaries", "1");
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"), addAddress(100, "10.0.0.2/24"));
		granted(kernel, removeAddress(100, "10.0.0.1/24"));
		expect(addressesOf(kernel, 100)).toEqual(["10.0.0.2/24"]);
		expect(routesOf(kernel, 100)).toEqual(["10.0.0.0/24 proto kernel src 10.0.0.2"]);
	},
};

export const connected: Behaviours = {
	"the subnet of an address is routed once its link is up": (kernel) => {
		granted(kernel, createBridge("br0", 100), addAddress(100, "10.0.0.1/24"));
		expect(routesOf(kernel, 100)).toEqual([]);
		expect(routesOf(kernel, 100, { table: 255 })).toEqual([
			"local 10.0.0.1/32 proto kernel src 10.0.0.1",
		]);
		granted(kernel, setLink(100, UP));
		expect(routesOf(kernel, 100)).toEqual(["10.0.0.0/24 proto kernel src 10.0.0.1"]);
		expect(routesOf(kernel, 100, { table: 255 })).toEqual([
			"broadcast 10.0.0.255/32 proto kernel src 10.0.0.1",
			"local 10.0.0.1/32 proto kernel src 10.0.0.1",
		]);
	},
	"a host address alone routes nothing but itself": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/32"), addAddress(100, "10.0.0.3/31"));
		expect(routesOf(kernel, 100)).toEqual(["10.0.0.2/31 proto kernel src 10.0.0.3"]);
	},
	"a peer is routed instead of a subnet": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/32", { IFA_ADDRESS: bytes("10.0.9.9") }));
		expect(routesOf(kernel, 100)).toEqual(["10.0.9.9/32 proto kernel src 10.0.0.1"]);
	},
	"NOPREFIXROUTE leaves the subnet to whoever wants to route it": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24", { IFA_FLAGS: 0x200 }));
		expect(routesOf(kernel, 100)).toEqual([]);
	},
	"a link that goes down loses its routes but keeps its IPv4 addresses": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.0.1/24"), setLink(100, DOWN));
		expect(addressesOf(kernel, 100)).toEqual(["10.0.0.1/24"]);
		expect(routesOf(kernel, 100)).toEqual([]);
	},
	"a route that an address brought goes with it, unless another address needs it": (kernel) => {
		granted(kernel, createBridge("br0", 100, UP), createBridge("br1", 101, UP));
		granted(kernel, addAddress(100, "10.0.0.1/24"), addAddress(101, "10.0.0.1/24"));
		granted(kernel, removeAddress(101, "10.0.0.1/24"));
		expect(routesOf(kernel, 101)).toEqual([]);
		expect(routesOf(kernel, 100)).toEqual(["10.0.0.0/24 proto kernel src 10.0.0.1"]);
		expect(routesOf(kernel, 100, { table: 255 })).toContain(
			"local 10.0.0.1/32 proto kernel src 10.0.0.1",
		);
	},
};

export const ipv6: Behaviours = {
	"an IPv6 address is one whatever its prefix length": (kernel) => {
		bridge(kernel);
		const nodad = { IFA_FLAGS: 2 };
		granted(kernel, addAddress(100, "fd00::1/64", nodad));
		const words = "ipv6: address already assigned";
		refused(kernel, addAddress(100, "fd00::1/64"), "EEXIST", words);
		refused(kernel, addAddress(100, "fd00::1/65"), "EEXIST", words);
		const long = addAddress(100, "fd00::2/129");
		refused(kernel, long, "EINVAL", "ipv6: Invalid prefix length");
		const nowhere = addAddress(4242, "fd00::2/64");
		refused(kernel, nowhere, "ENODEV", "ipv6: Unable to find the interface");
		expect(addressesOf(kernel, 100, AF_INET6)).toContain(`${bytes("fd00::1").join(".")}/64`);
	},
	"it is deleted by address and prefix length": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "fd00::1/64"));
		const words = "ipv6: address not found";
		refused(kernel, removeAddress(100, "fd00::1/65"), "EADDRNOTAVAIL", words);
		refused(kernel, removeAddress(100, "fd00::9/64"), "EADDRNOTAVAIL", words);
		granted(kernel, removeAddress(100, "fd00::1/64"));
	},
	"it is lost when its link goes down": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "fd00::1/64"), setLink(100, DOWN));
		expect(addressesOf(kernel, 100, AF_INET6)).toEqual([]);
	},
	"it is lost, and its settings with it, when the MTU goes below 1280": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "fd00::1/64"), setLink(100, { IFLA_MTU: 1279 }));
		expect(addressesOf(kernel, 100, AF_INET6)).toEqual([]);
		fails(() => kernel.readSysctl("net/ipv6/conf/br0/forwarding"), "ENOENT");
	},
};
