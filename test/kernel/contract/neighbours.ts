import { expect } from "vitest";
import { parseAddress } from "../../../src/inet/address.js";
import type { Kernel } from "../../../src/kernel/kernel.js";
import { readNeighbours } from "../../../src/kernel/read.js";
import { request } from "../../../src/netlink/request.js";
import {
	NTF_PROXY,
	NUD_PERMANENT,
	RTM_DELNEIGH,
	RTM_GETNEIGH,
	RTM_NEWNEIGH,
} from "../../../src/uapi/neighbour.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../../src/uapi/netlink.js";
import { AF_INET, AF_INET6 } from "../../../src/uapi/socket.js";
import {
	type Behaviours,
	createBridge,
	deleteLink,
	fails,
	granted,
	refused,
	setLink,
	UP,
} from "./asking.js";

const proxied = (address: string, ndm_ifindex = 100) => ({
	ndm_family: address.includes(":") ? AF_INET6 : AF_INET,
	ndm_ifindex,
	ndm_flags: NTF_PROXY,
	NDA_DST: parseAddress(address),
});
const add = (address: string, NDA_PROTOCOL = 117) =>
	request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, {
		...proxied(address),
		ndm_state: NUD_PERMANENT,
		NDA_PROTOCOL,
	});
const get = (address: string) => request(RTM_GETNEIGH, 0, proxied(address));
const BOTH = ["192.0.2.7", "2001:db8::7"];
const protocols = (kernel: Kernel): (number | undefined)[] =>
	kernel
		.rtnetlink(BOTH.map(get))
		.map(({ replies: [found] }) => (found?.value as { NDA_PROTOCOL?: number })?.NDA_PROTOCOL);
const bridge = (kernel: Kernel): void =>
	granted(kernel, createBridge("br0", 100), setLink(100, UP));

export const neighbours: Behaviours = {
	"an address that is answered for can be asked for, and says who made it": (kernel) => {
		bridge(kernel);
		refused(kernel, get("192.0.2.7"), "ENOENT");
		granted(kernel, ...BOTH.map((address) => add(address)));
		expect(protocols(kernel)).toEqual([117, 117]);
		const found = readNeighbours(kernel, 100).filter(({ ndm_flags }) => ndm_flags & NTF_PROXY);
		expect(found).toHaveLength(2);
	},
	"one that is there is made another's without a word, whatever the flags": (kernel) => {
		bridge(kernel);
		granted(kernel, ...BOTH.map((address) => add(address, 99)));
		granted(kernel, ...BOTH.map((address) => add(address)));
		expect(protocols(kernel)).toEqual([117, 117]);
	},
	"it is taken away once": (kernel) => {
		bridge(kernel);
		for (const address of BOTH) {
			const remove = request(RTM_DELNEIGH, 0, proxied(address));
			refused(kernel, remove, "ENOENT");
			granted(kernel, add(address), remove);
			refused(kernel, remove, "ENOENT");
		}
	},
	"all of them go when the link goes down": (kernel) => {
		bridge(kernel);
		granted(kernel, ...BOTH.map((address) => add(address)));
		granted(kernel, setLink(100, { ...UP, ifi_flags: 0 }), setLink(100, UP));
		expect(protocols(kernel)).toEqual([undefined, undefined]);
		granted(kernel, deleteLink(100));
		refused(kernel, get("192.0.2.7"), "ENODEV");
		refused(kernel, add("192.0.2.7"), "ENODEV");
	},
	"how long an answer waits is a setting of each family": (kernel) => {
		bridge(kernel);
		for (const family of ["ipv4", "ipv6"]) {
			const path = `net/${family}/neigh/br0/proxy_delay`;
			expect(kernel.readSysctl(path)).toBe("80");
			kernel.writeSysctl(path, "0");
			expect(kernel.readSysctl(path)).toBe("0");
			expect(kernel.readSysctls(`net/${family}/neigh/br0`).get("proxy_delay")).toBe("0");
		}
		granted(kernel, deleteLink(100));
		fails(() => kernel.readSysctl("net/ipv6/neigh/br0/proxy_delay"), "ENOENT");
	},
};
