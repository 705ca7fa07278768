import { expect } from "vitest";
import type { Kernel } from "../../../src/kernel/kernel.js";
import { readPrefixesTo, readRouteTo } from "../../../src/kernel/read.js";
import { type Request, request } from "../../../src/netlink/request.js";
import type { Given } from "../../../src/testing/fake/value.js";
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE } from "../../../src/uapi/netlink.js";
import {
	RTM_DELROUTE,
	RTM_GETROUTE,
	RTM_NEWROUTE,
	RTPROT_BOOT,
	RTPROT_RA,
} from "../../../src/uapi/rtnetlink.js";
import { AF_INET, AF_INET6 } from "../../../src/uapi/socket.js";
import {
	addAddress,
	type Behaviours,
	bytes,
	CREATE,
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

type RouteValue = Given<typeof RTM_NEWROUTE>;
const [RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST, RTN_BLACKHOLE] = [1, 2, 3, 6];
const TYPES: Readonly<Record<number, string>> = {
	[RTN_LOCAL]: "local ",
	[RTN_BROADCAST]: "broadcast ",
};
const PROTOCOLS: Readonly<Record<number, string>> = { 2: "kernel", 4: "static" };
const [SCOPE_UNIVERSE, SCOPE_LINK, SCOPE_NOWHERE] = [0, 253, 255];
const MAIN = 254;

/** The IPv4 routes through a link in the words of `ip route`, sorted. */
export function routesOf(kernel: Kernel, index: number, { table = MAIN } = {}): string[] {
	return kernel
		.dump(RTM_GETROUTE, RTM_NEWROUTE, {
			rtm_family: AF_INET,
			RTA_OIF: index,
			rtm_table: table,
			RTA_TABLE: table,
		})
		.map((route) => {
			const to = `${[...(route.RTA_DST ?? [0, 0, 0, 0])].join(".")}/${route.rtm_dst_len}`;
			const parts = [
				["via", route.RTA_GATEWAY?.join(".")],
				["metric", route.RTA_PRIORITY],
				["proto", PROTOCOLS[route.rtm_protocol] ?? route.rtm_protocol],
				["src", route.RTA_PREFSRC?.join(".")],
			].filter(([, value]) => value !== undefined);
			return `${TYPES[route.rtm_type] ?? ""}${[to, ...parts.flat()].join(" ")}`;
		})
		.sort();
}

/** The value of a route message: `10.1.0.0/16`, through a link. */
function route(cidr: string, rest: RouteValue = {}): RouteValue {
	const [text = "", prefix = ""] = cidr.split("/");
	return {
		rtm_family: AF_INET,
		rtm_dst_len: Number(prefix),
		rtm_table: MAIN,
		rtm_type: RTN_UNICAST,
		rtm_protocol: 4,
		rtm_scope: rest.RTA_GATEWAY === undefined ? SCOPE_LINK : SCOPE_UNIVERSE,
		RTA_DST: prefix === "0" ? undefined : bytes(text),
		...rest,
	};
}
const add = (cidr: string, rest: RouteValue, flags = CREATE): Request =>
	request(RTM_NEWROUTE, flags, route(cidr, rest));
const remove = (cidr: string, rest: RouteValue): Request =>
	request(RTM_DELROUTE, 0, {
		...route(cidr, rest),
		rtm_scope: SCOPE_NOWHERE,
		rtm_type: 0,
		rtm_protocol: 0,
		...rest,
	});
const via = (gateway: string, RTA_OIF?: number): RouteValue => ({
	RTA_GATEWAY: bytes(gateway),
	RTA_OIF,
});

/** br0 (100), up, with 10.0.0.1/24. */
const bridge = (kernel: Kernel): void =>
	granted(kernel, createBridge("br0", 100, UP), addAddress(100, "10.0.0.1/24"));
const CONNECTED = "10.0.0.0/24 proto kernel src 10.0.0.1";

export const routes: Behaviours = {
	"a route has what it was made with": (kernel) => {
		bridge(kernel);
		const src = { RTA_PREFSRC: bytes("10.0.0.1"), RTA_PRIORITY: 7, rtm_protocol: 99 };
		granted(kernel, add("10.1.0.0/16", { ...via("10.0.0.9", 100), ...src }));
		granted(kernel, add("0.0.0.0/0", via("10.0.0.9", 100)));
		expect(routesOf(kernel, 100)).toEqual([
			"0.0.0.0/0 via 10.0.0.9 proto static",
			CONNECTED,
			"10.1.0.0/16 via 10.0.0.9 metric 7 proto 99 src 10.0.0.1",
		]);
	},
	"default routers that count as learned are those that were added as such": (kernel) => {
		bridge(kernel);
		const [gateway, other] = [bytes("fe80::1"), bytes("fe80::2")];
		const router = { link: 100, gateway, metric: 1023, preference: 1, expires: 180_000 };
		kernel.addDefaultRouter(router);
		const given = { rtm_family: AF_INET6, rtm_table: MAIN, rtm_type: RTN_UNICAST };
		const byOther = { ...given, rtm_protocol: RTPROT_RA, RTA_GATEWAY: other, RTA_OIF: 100 };
		granted(kernel, request(RTM_NEWROUTE, CREATE, byOther));
		expect(kernel.readDefaultRouters("br0")).toEqual([{ gateway, metric: 1023 }]);
		expect(kernel.readDefaultRouters("br1")).toEqual([]);
		expect(kernel.readLearnedLinks()).toEqual(["br0"]);
		const found = kernel
			.dump(RTM_GETROUTE, RTM_NEWROUTE, { rtm_family: AF_INET6, RTA_OIF: 100 })
			.find(({ RTA_PRIORITY }) => RTA_PRIORITY === 1023);
		expect(found?.rtm_protocol).toBe(RTPROT_BOOT);
		expect(found?.RTA_CACHEINFO?.rta_expires).toBeGreaterThan(170_000);
		fails(() => kernel.addDefaultRouter(router), "EEXIST");
		fails(() => kernel.addDefaultRouter({ ...router, link: 4242 }), "ENODEV");
	},
	"a gateway alone finds its link": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", via("10.0.0.9")));
		expect(routesOf(kernel, 100)).toContain("10.1.0.0/16 via 10.0.0.9 proto static");
	},
	"a gateway must be on a network of the link": (kernel) => {
		bridge(kernel);
		const words = "Nexthop has invalid gateway";
		refused(kernel, add("10.1.0.0/16", via("9.9.9.9", 100)), "ENETUNREACH", words);
		refused(kernel, add("10.1.0.0/16", via("9.9.9.9")), "ENETUNREACH", words);
		const onlink = { ...via("9.9.9.9", 100), rtm_flags: 4 };
		granted(kernel, add("10.1.0.0/16", onlink));
		refused(kernel, add("10.2.0.0/16", via("10.1.0.9")), "ENETUNREACH", words);
	},
	"a link must be there and be up": (kernel) => {
		granted(kernel, createBridge("br0", 100));
		const words = "Device for nexthop is not up";
		refused(kernel, add("10.1.0.0/16", { RTA_OIF: 100 }), "ENETDOWN", words);
		refused(kernel, add("10.1.0.0/16", { RTA_OIF: 4242 }), "ENODEV");
	},
	"a source must be an address of this host": (kernel) => {
		bridge(kernel);
		const value = { RTA_OIF: 100, RTA_PREFSRC: bytes("10.0.0.2") };
		refused(kernel, add("10.1.0.0/16", value), "EINVAL", "Invalid prefsrc address");
	},
	"bits behind the prefix and prefixes beyond the address are refused": (kernel) => {
		bridge(kernel);
		const words = "Invalid prefix for given prefix length";
		refused(kernel, add("10.1.0.1/16", { RTA_OIF: 100 }), "EINVAL", words);
		refused(kernel, add("10.1.0.0/33", { RTA_OIF: 100 }), "EINVAL", "Invalid prefix length");
	},
	"a second route to the same place is EEXIST, with another metric it is not": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", { RTA_OIF: 100 }));
		refused(kernel, add("10.1.0.0/16", via("10.0.0.9", 100)), "EEXIST");
		refused(kernel, add("10.1.0.0/16", { RTA_OIF: 100 }, NLM_F_CREATE), "EEXIST");
		granted(kernel, add("10.1.0.0/16", { RTA_OIF: 100, RTA_PRIORITY: 5 }));
	},
	"REPLACE puts one in the place of the other": (kernel) => {
		bridge(kernel);
		const replace = NLM_F_CREATE | NLM_F_REPLACE;
		granted(kernel, add("10.1.0.0/16", { RTA_OIF: 100 }));
		granted(kernel, add("10.1.0.0/16", via("10.0.0.9", 100), replace));
		expect(routesOf(kernel, 100)).toEqual([CONNECTED, "10.1.0.0/16 via 10.0.0.9 proto static"]);
	},
	"without CREATE nothing is made": (kernel) => {
		bridge(kernel);
		refused(kernel, add("10.1.0.0/16", { RTA_OIF: 100 }, 0), "ENOENT");
	},
	"APPEND and CREATE alone put a route behind and before the others": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", via("10.0.0.8", 100)));
		granted(kernel, add("10.1.0.0/16", via("10.0.0.9", 100), NLM_F_CREATE | NLM_F_APPEND));
		granted(kernel, add("10.1.0.0/16", via("10.0.0.7", 100), NLM_F_CREATE));
		granted(kernel, remove("10.1.0.0/16", {}));
		expect(routesOf(kernel, 100).slice(1)).toEqual([
			"10.1.0.0/16 via 10.0.0.8 proto static",
			"10.1.0.0/16 via 10.0.0.9 proto static",
		]);
	},
	"a black hole needs no link": (kernel) => {
		const value = { rtm_type: RTN_BLACKHOLE, rtm_scope: SCOPE_UNIVERSE };
		granted(kernel, add("10.1.0.0/16", value), remove("10.1.0.0/16", {}));
	},
};

export const removingRoutes: Behaviours = {
	"a route is deleted by what the message names, and ESRCH when nothing is like that": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", { ...via("10.0.0.9", 100), rtm_protocol: 99 }));
		refused(kernel, remove("10.2.0.0/16", {}), "ESRCH");
		refused(kernel, remove("10.1.0.0/16", { rtm_protocol: 4 }), "ESRCH");
		refused(kernel, remove("10.1.0.0/16", via("10.0.0.8", 100)), "ESRCH");
		refused(kernel, remove("10.1.0.0/16", { RTA_OIF: 1 }), "ESRCH");
		refused(kernel, remove("10.1.0.0/16", { RTA_PRIORITY: 5 }), "ESRCH");
		refused(kernel, remove("10.1.0.0/16", { rtm_table: 100, RTA_TABLE: 100 }), "ESRCH");
		granted(kernel, remove("10.1.0.0/16", { rtm_protocol: 99 }));
		expect(routesOf(kernel, 100)).toEqual([CONNECTED]);
	},
	"routes go with their link, and when it goes down, and do not come back": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", via("10.0.0.9", 100)));
		granted(kernel, setLink(100, DOWN), setLink(100, UP));
		expect(routesOf(kernel, 100)).toEqual([CONNECTED]);
		granted(kernel, deleteLink(100));
		fails(() => routesOf(kernel, 100), "ENODEV");
	},
	"routes with a source go with that address": (kernel) => {
		bridge(kernel);
		granted(kernel, addAddress(100, "10.0.7.1/24"));
		granted(kernel, add("10.1.0.0/16", { RTA_OIF: 100, RTA_PREFSRC: bytes("10.0.7.1") }));
		granted(kernel, removeAddress(100, "10.0.7.1/24"));
		expect(routesOf(kernel, 100)).toEqual([CONNECTED]);
	},
	"the last address of a link takes all its routes along": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", { RTA_OIF: 100 }), removeAddress(100, "10.0.0.1/24"));
		expect(routesOf(kernel, 100)).toEqual([]);
	},
};

export const findingRoutes: Behaviours = {
	"a dump may be filtered by table, protocol and type": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", { RTA_OIF: 100, rtm_table: 100, RTA_TABLE: 100 }));
		const count = (value: RouteValue): number =>
			kernel.dump(RTM_GETROUTE, RTM_NEWROUTE, { rtm_family: AF_INET, RTA_OIF: 100, ...value })
				.length;
		expect(count({})).toBe(4);
		expect(count({ RTA_TABLE: 100 })).toBe(1);
		expect(count({ rtm_protocol: 4 })).toBe(1);
		expect(count({ rtm_type: RTN_LOCAL })).toBe(1);
	},
	"a question for one address is answered with the way a packet would take": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", via("10.0.0.9", 100)));
		const ask = (text: string) =>
			kernel.rtnetlink([
				request(RTM_GETROUTE, 0, { rtm_family: AF_INET, rtm_dst_len: 32, RTA_DST: bytes(text) }),
			])[0];
		expect(ask("10.1.2.3")?.replies[0]?.value).toMatchObject({
			rtm_dst_len: 32,
			RTA_DST: bytes("10.1.2.3"),
			RTA_GATEWAY: bytes("10.0.0.9"),
			RTA_OIF: 100,
			RTA_PREFSRC: bytes("10.0.0.1"),
		});
		expect(ask("10.0.0.1")?.replies[0]?.value).toMatchObject({ rtm_type: RTN_LOCAL });
		expect(ask("8.8.8.8")?.error?.errno).toBe("ENETUNREACH");
	},
	"or with the route that says so": (kernel) => {
		bridge(kernel);
		granted(kernel, add("10.1.0.0/16", via("10.0.0.9", 100)));
		const to = (text: string) => ({ family: AF_INET, address: bytes(text) });
		const way = (text: string) => readRouteTo(kernel, to(text));
		expect(way("10.1.2.3")).toMatchObject({
			rtm_dst_len: 16,
			RTA_DST: bytes("10.1.0.0"),
			RTA_OIF: 100,
			RTA_GATEWAY: bytes("10.0.0.9"),
		});
		expect(way("10.0.0.77")).toMatchObject({ rtm_dst_len: 24, RTA_OIF: 100 });
		expect(way("10.0.0.1")).toMatchObject({ rtm_dst_len: 32, rtm_type: RTN_LOCAL, RTA_OIF: 100 });
		expect(way("8.8.8.8")).toBe(undefined);
		expect(readPrefixesTo(kernel, ["10.1.2.3", "8.8.8.8", "10.0.0.77"].map(to))).toEqual([
			16,
			undefined,
			24,
		]);
	},
};
