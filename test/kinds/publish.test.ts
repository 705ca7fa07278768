import { describe, expect, test } from "vitest";
import { parseAddress } from "../../src/inet/address.js";
import type { Listener } from "../../src/kernel/kernel.js";
import { type Publish, publish } from "../../src/kinds/publish.js";
import { IPPROTO_TCP, IPPROTO_UDP } from "../../src/uapi/in.js";
import { AF_INET, AF_INET6 } from "../../src/uapi/socket.js";
import { flushed, withTable } from "./our-tables.js";
import { remembered, Stage } from "./stage.js";
import { testKind } from "./table.js";

const one: Publish = {
	protocol: "tcp",
	host: "203.0.113.2",
	port: 2222,
	guest: "10.7.0.2",
	guestPort: 22,
	tap: "t1",
};
const one6: Publish = { ...one, host: "2001:db8::2", guest: "fd07::2" };
const any: Publish = { ...one, protocol: "udp", host: "0.0.0.0", port: 53, guestPort: 5353 };
const any6: Publish = { ...any, host: "::", guest: "fd07::2" };

testKind(publish, {
	creations: [
		{
			name: "a port of one address",
			host: withTable,
			want: one,
			steps: [
				"filter: publish tcp port 2222 of 203.0.113.2 to 10.7.0.2:22 of t1",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 6 . 203.0.113.2 . port 2222",
				"    NFTA_SET_ELEM_DATA NFTA_DATA_VALUE 10.7.0.2 . port 22 NFTA_SET_ELEM_USERDATA",
				'    comment "t1"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish4 NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE protocol 6 . 203.0.113.2 . port 2222 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 22 NFTA_SET_ELEM_USERDATA comment "t1"',
			],
			removal: [
				"filter: publish tcp port 2222 of 203.0.113.2 to 10.7.0.2:22 of t1 no more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish4 NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE protocol 6 . 203.0.113.2 . port 2222 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 22 NFTA_SET_ELEM_USERDATA comment "t1"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 6 . 203.0.113.2 . port 2222",
				"    NFTA_SET_ELEM_DATA NFTA_DATA_VALUE 10.7.0.2 . port 22 NFTA_SET_ELEM_USERDATA",
				'    comment "t1"',
			],
		},
		{
			name: "a port of an IPv6 address",
			host: withTable,
			want: one6,
			steps: [
				"filter: publish tcp port 2222 of 2001:db8::2 to [fd07::2]:22 of t1",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish6 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 6 . 2001:db8::2 . port 2222",
				"    NFTA_SET_ELEM_DATA NFTA_DATA_VALUE fd07::2 . port 22 NFTA_SET_ELEM_USERDATA",
				'    comment "t1"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish6 NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE protocol 6 . 2001:db8::2 . port 2222 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE fd07::2 . port 22 NFTA_SET_ELEM_USERDATA comment "t1"',
			],
			removal: [
				"filter: publish tcp port 2222 of 2001:db8::2 to [fd07::2]:22 of t1 no more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish6 NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE protocol 6 . 2001:db8::2 . port 2222 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE fd07::2 . port 22 NFTA_SET_ELEM_USERDATA comment "t1"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish6 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 6 . 2001:db8::2 . port 2222",
				"    NFTA_SET_ELEM_DATA NFTA_DATA_VALUE fd07::2 . port 22 NFTA_SET_ELEM_USERDATA",
				'    comment "t1"',
			],
		},
		{
			name: "a port of all addresses",
			host: withTable,
			want: any,
			steps: [
				"filter: publish udp port 53 of all IPv4 addresses to 10.7.0.2:5353 of t1",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish_any4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish_any4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
			],
			removal: [
				"filter: publish udp port 53 of all IPv4 addresses to 10.7.0.2:5353 of t1 no more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish_any4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish_any4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
			],
		},
		{
			name: "one of all IPv6 addresses",
			host: withTable,
			want: any6,
			steps: [
				"filter: publish udp port 53 of all IPv6 addresses to [fd07::2]:5353 of t1",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish_any6 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE fd07::2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish_any6 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE fd07::2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
			],
			removal: [
				"filter: publish udp port 53 of all IPv6 addresses to [fd07::2]:5353 of t1 no more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish_any6 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE fd07::2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish_any6 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE fd07::2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
			],
		},
	],
	drifts: [
		{
			name: "its element was flushed",
			host: withTable,
			want: one,
			meddle: flushed("publish4"),
			told: ["tcp port 2222 of 203.0.113.2 to 10.7.0.2:22 of t1 is not in place"],
		},
		{
			name: "that of all addresses was flushed",
			host: withTable,
			want: any6,
			meddle: flushed("publish_any6"),
			told: ["udp port 53 of all IPv6 addresses to [fd07::2]:5353 of t1 is not in place"],
		},
		{
			name: "somebody led it elsewhere",
			host: withTable,
			want: one,
			meddle: (kernel) => {
				flushed("publish4")(kernel);
				const [step] = publish.create({ ...one, guest: "10.7.0.9" });
				if (step?.do.via === "nftables") kernel.nftables(step.do.batch);
			},
			told: ["tcp port 2222 of 203.0.113.2 to 10.7.0.2:22 of t1 is not in place"],
		},
	],
	changes: [
		{
			name: "a port that leads to another port",
			host: withTable,
			want: any,
			next: { ...any, guestPort: 53 },
			steps: [
				"filter: publish udp port 53 of all IPv4 addresses to 10.7.0.2:5353 of t1 no more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish_any4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish_any4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 5353 NFTA_SET_ELEM_USERDATA comment "t1"',
				"filter: publish udp port 53 of all IPv4 addresses to 10.7.0.2:53 of t1",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET publish_any4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 53 NFTA_SET_ELEM_USERDATA comment "t1"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET publish_any4 NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE protocol 17 . port 53 NFTA_SET_ELEM_DATA",
				'    NFTA_DATA_VALUE 10.7.0.2 . port 53 NFTA_SET_ELEM_USERDATA comment "t1"',
			],
		},
	],
});

describe("a port at which somebody listens", () => {
	const listener = (address: string, more: Partial<Listener> = {}): Listener => ({
		protocol: IPPROTO_TCP,
		port: 2222,
		address: parseAddress(address),
		isIpv6Only: false,
		uid: 1000,
		inode: 7,
		...more,
	});
	const anyTcp: Publish = { ...one, host: "0.0.0.0" };
	const anyTcp6: Publish = { ...one6, host: "::" };
	test.each<[string, Publish, Listener, boolean]>([
		["at that address", one, listener("203.0.113.2"), true],
		["at another", one, listener("127.0.0.1"), false],
		["at any", one, listener("0.0.0.0"), true],
		["at any of IPv6, and so of IPv4", one, listener("::"), true],
		["at any of IPv6 alone", one, listener("::", { isIpv6Only: true }), false],
		["at one of IPv6", one, listener("::1"), false],
		["by another protocol", one, listener("0.0.0.0", { protocol: IPPROTO_UDP }), false],
		["at another port", one, listener("0.0.0.0", { port: 2223 }), false],
		["at one, of all that are wanted", anyTcp, listener("127.0.0.1"), true],
		["at one of IPv6, of all of IPv4", anyTcp, listener("::1"), false],
		["at one of IPv6, of all of those", anyTcp6, listener("::1"), true],
		["at any of IPv4, of all of IPv6", anyTcp6, listener("0.0.0.0"), false],
	])("%s", (_, want, there, isTaken) => {
		const stage = new Stage(withTable);
		stage.kernel.ns.listeners.push(there);
		const [error] = publish.validateAll?.([want], stage.context()) ?? [];
		expect(error?.message).toEqual(
			isTaken ? expect.stringMatching(/found a program of user 1000 listening there/) : undefined,
		);
	});

	test("is named before anything is changed, for the right one of many", () => {
		const stage = new Stage(withTable);
		stage.kernel.ns.listeners.push(listener("0.0.0.0"));
		const errors = publish.validateAll?.([any, one, one6], stage.context()) ?? [];
		expect(errors.map((error) => error?.code)).toEqual([undefined, "ERR_CONFLICT", undefined]);
	});
});

test("a port that is another guest's already is refused, unless that one goes in the same change", () => {
	const stage = new Stage(withTable);
	const next = { ...one, tap: "t2", guest: "10.7.0.3" };
	const others = (users: readonly string[]) => ({ ...stage.context(), others: () => users });
	expect(() => publish.reconcile?.(one, next, others(["t1"]))).toThrow("published for t1");
	expect(publish.reconcile?.(one, next, others([]))).toEqual(next);
	expect(publish.reconcile?.(one, { ...one, guestPort: 23 }, others(["t1"]))?.guestPort).toBe(23);
});

test("the connections to it are forgotten", () => {
	const port = { protocol: IPPROTO_TCP, port: 2222, family: AF_INET };
	expect(publish.ports?.(one)).toEqual([{ ...port, address: parseAddress("203.0.113.2") }]);
	expect(publish.ports?.({ ...one6, host: "::" })).toEqual([{ ...port, family: AF_INET6 }]);
});

test("elements that nobody is known to have put in are found", () => {
	const stage = new Stage(withTable);
	for (const want of [one, one6, any, any6]) stage.do(publish.create(want));
	const look = { kernel: stage.kernel, links: [], place: undefined };
	const strays = publish.strays?.([one, any6], look) ?? [];
	expect(strays.map(({ what }) => what)).toEqual([
		"element 6 . 2001:db8::2 . 2222 of nft set umlnet-nl publish6",
		"element 17 . 53 of nft set umlnet-nl publish_any4",
	]);
	for (const { made } of strays) stage.do(publish.remove(remembered(made), stage.context()));
	expect(publish.strays?.([one, any6], look)).toEqual([]);
});
