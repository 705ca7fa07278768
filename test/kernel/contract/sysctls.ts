import { expect } from "vitest";
import type { Kernel } from "../../../src/kernel/kernel.js";
import { request } from "../../../src/netlink/request.js";
import { RTM_GETNETCONF } from "../../../src/uapi/netconf.js";
import { AF_INET } from "../../../src/uapi/socket.js";
import {
	addAddress,
	type Behaviours,
	createBridge,
	deleteLink,
	fails,
	granted,
	linkOf,
	persistentTap,
	refused,
	removeAddress,
	setLink,
	UP,
} from "./asking.js";

const FORWARD = "net/ipv4/ip_forward";
const of = (device: string, name = "forwarding"): string => `net/ipv4/conf/${device}/${name}`;
const conf = (values: object) => ({ IFLA_AF_SPEC: { AF_INET: { IFLA_INET_CONF: values } } });
const forwarding = (kernel: Kernel, ...devices: readonly string[]): string[] =>
	devices.map((device) => kernel.readSysctl(of(device)));

export const sysctls: Behaviours = {
	"a value that is written is read back, without a newline": (kernel) => {
		kernel.writeSysctl(of("lo", "proxy_arp"), "1");
		expect(kernel.readSysctl(of("lo", "proxy_arp"))).toBe("1");
	},
	"what is not there is ENOENT, to read and to write": (kernel) => {
		fails(() => kernel.readSysctl(of("tap0")), "ENOENT");
		fails(() => kernel.writeSysctl(of("tap0"), "1"), "ENOENT");
		fails(() => kernel.readSysctl("net/ipv4/no_such_thing"), "ENOENT");
	},
	"a value that is no number, or is kept as another text, is EINVAL": (kernel) => {
		fails(() => kernel.writeSysctl(of("lo"), "on"), "EINVAL");
		fails(() => kernel.writeSysctl(of("lo"), "0x1"), "EINVAL");
		expect(kernel.readSysctl(of("lo"))).toBe("1"); // The kernel has understood 0x1.
	},
	"a device's directory follows its name and goes with it": (kernel) => {
		granted(kernel, createBridge("br0", 100), setLink(100, conf({ IPV4_DEVCONF_RP_FILTER: 2 })));
		granted(kernel, setLink(100, { IFLA_IFNAME: "lan" }));
		expect(kernel.readSysctl(of("lan", "rp_filter"))).toBe("2");
		fails(() => kernel.readSysctl(of("br0", "rp_filter")), "ENOENT");
		granted(kernel, deleteLink(100));
		fails(() => kernel.readSysctl(of("lan", "rp_filter")), "ENOENT");
	},
	"a new device begins with what `default` says": (kernel) => {
		kernel.writeSysctl(of("default", "rp_filter"), "1");
		granted(kernel, createBridge("br0", 100));
		expect(kernel.readSysctl(of("br0", "rp_filter"))).toBe("1");
	},
	"`default` also changes every device whose value nobody set and that has had no address": (
		kernel,
	) => {
		for (const i of [0, 1, 2, 3]) granted(kernel, createBridge(`br${i}`, 100 + i));
		kernel.writeSysctl(of("br1", "rp_filter"), "0");
		granted(kernel, setLink(102, conf({ IPV4_DEVCONF_RP_FILTER: 0 })));
		granted(kernel, addAddress(103, "10.0.0.1/24"), removeAddress(103, "10.0.0.1/24"));
		kernel.writeSysctl(of("default", "rp_filter"), "1");
		const values = [0, 1, 2, 3].map((i) => kernel.readSysctl(of(`br${i}`, "rp_filter")));
		expect(values).toEqual(["1", "0", "0", "0"]);
	},
	"`default` forwarding is for new devices alone": (kernel) => {
		granted(kernel, createBridge("br0", 100));
		kernel.writeSysctl(of("default"), "1");
		granted(kernel, createBridge("br1", 101));
		expect(forwarding(kernel, "br0", "br1", "all")).toEqual(["0", "1", "0"]);
	},
};

export const forwardings: Behaviours = {
	"ip_forward is another name of all/forwarding": (kernel) => {
		kernel.writeSysctl(FORWARD, "1");
		expect(forwarding(kernel, "all", "default", "lo")).toEqual(["1", "1", "1"]);
		kernel.writeSysctl(of("all"), "0");
		expect(kernel.readSysctl(FORWARD)).toBe("0");
	},
	"switching it on and off wipes what each device had": (kernel) => {
		granted(kernel, createBridge("br0", 100), setLink(100, conf({ IPV4_DEVCONF_FORWARDING: 1 })));
		kernel.writeSysctl(FORWARD, "1");
		kernel.writeSysctl(FORWARD, "0");
		expect(forwarding(kernel, "br0", "lo", "default")).toEqual(["0", "0", "0"]);
	},
	"writing what it is already wipes nothing": (kernel) => {
		granted(kernel, createBridge("br0", 100), setLink(100, conf({ IPV4_DEVCONF_FORWARDING: 1 })));
		kernel.writeSysctl(FORWARD, "0");
		expect(forwarding(kernel, "br0")).toEqual(["1"]);
	},
	"one device forwards without any other, and without ip_forward": (kernel) => {
		persistentTap(kernel, "tap0", 500);
		const on = { IPV4_DEVCONF_FORWARDING: 1, IPV4_DEVCONF_PROXY_ARP: 1 };
		granted(kernel, setLink(500, { ...UP, ...conf(on) }));
		expect(forwarding(kernel, "tap0", "lo", "all", "default")).toEqual(["1", "0", "0", "0"]);
		expect(kernel.readSysctl(of("tap0", "proxy_arp"))).toBe("1");
		expect(kernel.readSysctl(FORWARD)).toBe("0");
	},
	"the settings of a device come back with its link, in the order of their numbers": (kernel) => {
		granted(kernel, createBridge("br0", 100), setLink(100, conf({ IPV4_DEVCONF_PROXY_ARP: 1 })));
		const settings = linkOf(kernel, 100)?.IFLA_AF_SPEC?.AF_INET?.IFLA_INET_CONF ?? [];
		expect(settings.slice(0, 3)).toEqual([0, 0, 1]);
	},
	"the settings of a device can be asked for": (kernel) => {
		granted(kernel, createBridge("br0", 100), setLink(100, conf({ IPV4_DEVCONF_FORWARDING: 1 })));
		const ask = (NETCONFA_IFINDEX: number) =>
			request(RTM_GETNETCONF, 0, { ncm_family: AF_INET, NETCONFA_IFINDEX });
		const [one, all] = kernel.rtnetlink([ask(100), ask(-1)]);
		expect(one?.replies[0]?.value).toMatchObject({
			NETCONFA_IFINDEX: 100,
			NETCONFA_FORWARDING: 1,
			NETCONFA_PROXY_NEIGH: 0,
		});
		expect(all?.replies[0]?.value).toMatchObject({ NETCONFA_FORWARDING: 0 });
		refused(kernel, ask(4242), "ENODEV");
		refused(kernel, request(RTM_GETNETCONF, 0, { ncm_family: AF_INET }), "EINVAL");
	},
	"IPv6 of one device is forwarded without any other": (kernel) => {
		persistentTap(kernel, "tap0", 500);
		const forced = (device: string) =>
			kernel.readSysctl(`net/ipv6/conf/${device}/force_forwarding`);
		kernel.writeSysctl("net/ipv6/conf/tap0/force_forwarding", "1");
		expect(["tap0", "lo", "all", "default"].map(forced)).toEqual(["1", "0", "0", "0"]);
		expect(kernel.readSysctl("net/ipv6/conf/tap0/forwarding")).toBe("0");
		fails(() => kernel.writeSysctl("net/ipv6/conf/tap0/force_forwarding", "2"), "EINVAL");
	},
	"switching IPv6 forwarding off for all takes it from each, even where it was off": (kernel) => {
		persistentTap(kernel, "tap0", 500);
		const forced = (device: string) =>
			kernel.readSysctl(`net/ipv6/conf/${device}/force_forwarding`);
		kernel.writeSysctl("net/ipv6/conf/all/force_forwarding", "1");
		expect(["tap0", "lo", "all", "default"].map(forced)).toEqual(["1", "1", "1", "0"]);
		kernel.writeSysctl("net/ipv6/conf/all/forwarding", "1");
		expect(forced("tap0")).toBe("1");
		for (const _ of [1, 2]) {
			kernel.writeSysctl("net/ipv6/conf/all/forwarding", "0");
			expect(["tap0", "lo", "all", "default"].map(forced)).toEqual(["0", "0", "1", "0"]);
			kernel.writeSysctl("net/ipv6/conf/tap0/force_forwarding", "1");
		}
	},
	"IPv6 forwarding spreads in the same way": (kernel) => {
		granted(kernel, createBridge("br0", 100));
		kernel.writeSysctl("net/ipv6/conf/all/forwarding", "1");
		expect(kernel.readSysctl("net/ipv6/conf/br0/forwarding")).toBe("1");
		kernel.writeSysctl("net/ipv6/conf/all/disable_ipv6", "1");
		expect(kernel.readSysctl("net/ipv6/conf/br0/disable_ipv6")).toBe("1");
	},
};
