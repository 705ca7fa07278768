import { describe, expectTypeOf, test } from "vitest";
import { attrs, type In, many, type Out, struct, u8, u32 } from "../../src/netlink/schema.js";
import type * as uapi from "../../src/uapi/index.js";

type Link = ReturnType<typeof uapi.RTM_NEWLINK.decode>;
type LinkIn = Parameters<typeof uapi.RTM_NEWLINK.encode>[0];

describe("what the compiler knows of a table", () => {
	test("header members are always there when read, attributes may be missing", () => {
		expectTypeOf<Link["ifi_index"]>().toEqualTypeOf<number>();
		expectTypeOf<Link["IFLA_IFNAME"]>().toEqualTypeOf<string | undefined>();
		expectTypeOf<Link["IFLA_ADDRESS"]>().toEqualTypeOf<Uint8Array | undefined>();
		expectTypeOf<Link>().not.toHaveProperty("__ifi_pad");
	});

	test("everything may be left out or undefined when written", () => {
		expectTypeOf<Record<never, never>>().toExtend<LinkIn>();
		expectTypeOf<{ IFLA_MTU: undefined; ifi_index: 1 }>().toExtend<LinkIn>();
		expectTypeOf<{ IFLA_MTU: string }>().not.toExtend<LinkIn>();
	});

	test("a name that is in no table is no property", () => {
		expectTypeOf<LinkIn>().not.toHaveProperty("IFLA_NAME");
	});

	test("the kind decides what the data may be", () => {
		type Info = NonNullable<LinkIn["IFLA_LINKINFO"]>;
		expectTypeOf<{
			IFLA_INFO_KIND: "bridge";
			IFLA_INFO_DATA: { IFLA_BR_STP_STATE: number };
		}>().toExtend<Info>();
		expectTypeOf<{
			IFLA_INFO_KIND: "bridge";
			IFLA_INFO_DATA: { IFLA_VXLAN_ID: number };
		}>().not.toExtend<Info>();
		expectTypeOf<{ IFLA_INFO_KIND: "brigde" }>().not.toExtend<Info>();
		const info = {} as NonNullable<Link["IFLA_LINKINFO"]>;
		if (info.IFLA_INFO_KIND === "bridge")
			expectTypeOf(info.IFLA_INFO_DATA?.IFLA_BR_STP_STATE).toEqualTypeOf<number | undefined>();
		if (info.IFLA_INFO_KIND === undefined)
			expectTypeOf(info.$IFLA_INFO_KIND).toEqualTypeOf<string | number | undefined>();
		if (info.IFLA_INFO_SLAVE_KIND === "bridge")
			expectTypeOf(info.IFLA_INFO_SLAVE_DATA?.IFLA_BRPORT_STATE).toEqualTypeOf<
				number | undefined
			>();
	});

	test("veth's peer is a link of its own, without a kind", () => {
		type Peer = NonNullable<Out<typeof uapi.vethAttrs>["VETH_INFO_PEER"]>;
		expectTypeOf<Peer["ifi_index"]>().toEqualTypeOf<number>();
		expectTypeOf<Peer["IFLA_IFNAME"]>().toEqualTypeOf<string | undefined>();
		expectTypeOf<Peer>().not.toHaveProperty("IFLA_LINKINFO");
	});

	test("IFLA_INET_CONF goes in by name and comes out by position", () => {
		type Conf = "IFLA_INET_CONF";
		expectTypeOf<NonNullable<Out<typeof uapi.inetAttrs>[Conf]>>().toEqualTypeOf<number[]>();
		expectTypeOf<{ IPV4_DEVCONF_PROXY_ARP: 1 }>().toExtend<
			NonNullable<In<typeof uapi.inetAttrs>[Conf]>
		>();
	});

	test("next hops are a list of headers with attributes", () => {
		type Hop = NonNullable<Out<typeof uapi.routeAttrs>["RTA_MULTIPATH"]>[number];
		expectTypeOf<Hop["rtnh_ifindex"]>().toEqualTypeOf<number>();
		expectTypeOf<Hop["RTA_GATEWAY"]>().toEqualTypeOf<Uint8Array | undefined>();
		expectTypeOf<Hop>().not.toHaveProperty("rtnh_len");
	});

	test("64 bits are bigint, many are an array, later members may be missing", () => {
		type Stats = Out<typeof uapi.rtnl_link_stats64>;
		expectTypeOf<Stats["rx_bytes"]>().toEqualTypeOf<bigint>();
		expectTypeOf<Stats["rx_otherhost_dropped"]>().toEqualTypeOf<bigint | undefined>();
		const set = attrs(() => ({ A: [1, many(u8)], B: [2, struct({ x: u32 })] }));
		expectTypeOf<Out<typeof set>["A"]>().toEqualTypeOf<number[] | undefined>();
		expectTypeOf<readonly [1, 2]>().toExtend<NonNullable<In<typeof set>["A"]>>();
		expectTypeOf<Out<typeof set>["B"]>().toEqualTypeOf<{ readonly x: number } | undefined>();
	});
});
