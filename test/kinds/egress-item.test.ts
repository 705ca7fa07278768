import { describe, expect, test } from "vitest";
import { type EgressLine, egressItem } from "../../src/kinds/egress-item.js";
import { flushed, withTable } from "./our-tables.js";
import { elements } from "./stage.js";
import { testKind } from "./table.js";

const ofAll = { network: "lab", group: 5 };
const ipv4 = { link: "br0", address: "10.7.0.2" };
const ipv6 = { link: "br0", address: "fd07::2" };
const line = (of: EgressLine["of"], item: string): EgressLine => ({ of, item, comment: "lab" });
const made = (want: EgressLine) => ({ by: "elements" as const, host: withTable, want });

testKind(egressItem, {
	creations: [
		{
			...made(line(ofAll, "10.1.0.0/16")),
			name: "a subnet",
			steps: [
				"filter: add way of network lab to 10.1.0.0/16",
				'  do add egress_networks4_16 group 5 . 10.1.0.0 comment "lab"',
				'  undo remove egress_networks4_16 group 5 . 10.1.0.0 comment "lab"',
			],
			removal: [
				"filter: remove way of network lab to 10.1.0.0/16",
				'  do remove egress_networks4_16 group 5 . 10.1.0.0 comment "lab"',
				'  undo add egress_networks4_16 group 5 . 10.1.0.0 comment "lab"',
			],
		},
		{
			...made(line(ipv6, "[2001:db8::/32]:80/tcp")),
			name: "a port of one guest's",
			steps: [
				"filter: add way of fd07::2 on br0 to [2001:db8::/32]:80/tcp",
				'  do add egress_guests6_32_ports br0 . fd07::2 . 2001:db8:: . protocol 6 . port 80 comment "lab"',
				'  undo remove egress_guests6_32_ports br0 . fd07::2 . 2001:db8:: . protocol 6 . port 80 comment "lab"',
			],
			removal: [
				"filter: remove way of fd07::2 on br0 to [2001:db8::/32]:80/tcp",
				'  do remove egress_guests6_32_ports br0 . fd07::2 . 2001:db8:: . protocol 6 . port 80 comment "lab"',
				'  undo add egress_guests6_32_ports br0 . fd07::2 . 2001:db8:: . protocol 6 . port 80 comment "lab"',
			],
		},
	],
	drifts: [
		{
			name: "a list was flushed",
			host: withTable,
			want: line(ofAll, "10.1.0.0/16"),
			meddle: flushed("egress_networks4_16"),
			told: ["way of network lab to 10.1.0.0/16 is not in place"],
		},
	],
});

/** The elements that a line is. */
const added = (of: EgressLine["of"], item: string): string[] =>
	elements(egressItem.create(line(of, item))).flatMap((text) => {
		const [, element] = /^ {2}do add egress_(.*) comment "lab"$/.exec(text) ?? [];
		return element ?? [];
	});

describe("the elements of a line", () => {
	test.each<[string, EgressLine["of"], string, string[]]>([
		["an address", ofAll, "192.0.2.7", ["networks4_32 group 5 . 192.0.2.7"]],
		["all of IPv4", ofAll, "0.0.0.0/0", ["networks4_0 group 5"]],
		["all of IPv6, of one guest", ipv6, "::/0", ["guests6_0 br0 . fd07::2"]],
		[
			"a subnet between two lengths",
			ipv4,
			"10.64.0.0/10",
			Array.from({ length: 64 }, (_, i) => `guests4_16 br0 . 10.7.0.2 . 10.${64 + i}.0.0`),
		],
		[
			"a subnet of IPv6 between two lengths",
			ofAll,
			"2001:db8:0:4::/62",
			[4, 5, 6, 7].map((i) => `networks6_64 group 5 . 2001:db8:0:${i}::`),
		],
		[
			"ports of both protocols",
			ofAll,
			"10.0.0.0/8:80-81",
			[6, 17].flatMap((protocol) =>
				[80, 81].map(
					(port) => `networks4_8_ports group 5 . 10.0.0.0 . protocol ${protocol} . port ${port}`,
				),
			),
		],
		[
			"a port of all addresses",
			ipv6,
			"[::/0]:443/sctp",
			["guests6_0_ports br0 . fd07::2 . protocol 132 . port 443"],
		],
		["none of another family than the guest's", ipv4, "2001:db8::/32", []],
	])("%s", (_, of, item, wanted) => {
		expect(added(of, item)).toEqual(wanted);
	});
});

test("only lists are taken from a journal", () => {
	expect(egressItem.isMade(line(ofAll, "10.1.0.0/16"))).toBe(true);
	for (const wrong of [
		line(ofAll, "10.1.0.1/16"),
		line(ofAll, "[2001::/17]:80"),
		line({ link: "br0" } as never, "10.1.0.0/16"),
		line({ network: "lab", group: 2 ** 32 }, "10.1.0.0/16"),
	])
		expect(egressItem.isMade(wrong)).toBe(false);
});
