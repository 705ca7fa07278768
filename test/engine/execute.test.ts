import { expect, test } from "vitest";
import type { Identity } from "../../src/kernel/action.js";
import { execute, merge } from "../../src/kernel/execute.js";
import { readLinkByName } from "../../src/kernel/read.js";
import { request } from "../../src/netlink/request.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { IFF_PROMISC, IFF_UP } from "../../src/uapi/if.js";
import { RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NLM_F_CREATE } from "../../src/uapi/netlink.js";

type Setting = Parameters<typeof RTM_NEWLINK.encode>[0];
const set = (ifi_index: number, setting: Setting, flags = 0) =>
	request(RTM_NEWLINK, flags, { ifi_index, ...setting });

test("settings of one link that follow each other travel as one message, flags united", () => {
	const { requests, places } = merge([
		set(7, { ifi_flags: IFF_UP, ifi_change: IFF_UP, IFLA_MTU: 1400 }),
		set(7, { IFLA_MASTER: 3, IFLA_MTU: 9000 }),
		set(7, { ifi_flags: IFF_PROMISC, ifi_change: IFF_PROMISC }),
		set(7, { IFLA_AF_SPEC: { AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_FORWARDING: 1 } } } }),
		set(7, { IFLA_AF_SPEC: { AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_PROXY_ARP: 1 } } } }),
	]);
	expect(places).toEqual([0, 0, 0, 0, 0]);
	expect(requests.map(({ value }) => value)).toEqual([
		{
			ifi_index: 7,
			ifi_flags: IFF_UP | IFF_PROMISC,
			ifi_change: IFF_UP | IFF_PROMISC,
			IFLA_MTU: 9000,
			IFLA_MASTER: 3,
			IFLA_AF_SPEC: {
				AF_INET: { IFLA_INET_CONF: { IPV4_DEVCONF_FORWARDING: 1, IPV4_DEVCONF_PROXY_ARP: 1 } },
			},
		},
	]);
});

test("settings of different links, and what makes a link, travel apart", () => {
	const { places } = merge([
		set(7, { IFLA_MTU: 1400 }),
		set(8, { IFLA_MTU: 1400 }),
		set(8, { IFLA_MASTER: 3 }),
		set(7, { IFLA_MASTER: 3 }),
		set(9, { IFLA_IFNAME: "br0" }, NLM_F_CREATE),
		set(9, { IFLA_MTU: 1400 }),
	]);
	expect(places).toEqual([0, 1, 1, 2, 3, 4]);
});

test.each<readonly [string, Partial<Identity>, boolean]>([
	["is the one meant", {}, true],
	["has another name, and our alias", { name: "old", alias: "ours" }, true],
	["has another index", { index: 4711 }, false],
	["has another name and another alias", { name: "old", alias: "theirs" }, false],
	["is in another bridge", { master: 4711 }, false],
	["is in no bridge any more", { master: 12 }, false],
])("a guarded change of a link that %s", (_, other, isDone) => {
	const kernel = new FakeKernel();
	const { index } = kernel.addNic("eth1");
	kernel.rtnetlink([set(index, { IFLA_IFALIAS: "ours" })]);
	const only = { index, name: "eth1", ...other };
	const failures = execute(kernel, [
		{ via: "rtnetlink", request: set(index, { IFLA_MTU: 1400 }), only },
	]);
	expect(failures).toEqual([undefined]);
	expect(readLinkByName(kernel, "eth1")?.IFLA_MTU).toBe(isDone ? 1400 : 1500);
});
