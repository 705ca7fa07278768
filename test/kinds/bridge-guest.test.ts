import { expect, test } from "vitest";
import { bridgeGuest } from "../../src/kinds/bridge-guest.js";
import { flushed, withTable } from "./our-tables.js";
import { testKind } from "./table.js";

const ipv4 = { bridge: "br0", address: "10.7.0.2", network: "lab" };
const ipv6 = { bridge: "br0", address: "fd07::2", network: "lab" };

testKind(bridgeGuest, {
	creations: [
		{
			name: "a guest with IPv4",
			by: "elements",
			host: withTable,
			want: ipv4,
			steps: [
				"filter: add 10.7.0.2 on br0 as a guest",
				'  do add guests4 br0 . 10.7.0.2 comment "lab"',
				'  undo remove guests4 br0 . 10.7.0.2 comment "lab"',
			],
			removal: [
				"filter: remove 10.7.0.2 on br0 as a guest",
				'  do remove guests4 br0 . 10.7.0.2 comment "lab"',
				'  undo add guests4 br0 . 10.7.0.2 comment "lab"',
			],
		},
		{
			name: "a guest with IPv6",
			by: "elements",
			host: withTable,
			want: ipv6,
			steps: [
				"filter: add fd07::2 on br0 as a guest",
				'  do add guests6 br0 . fd07::2 comment "lab"',
				'  undo remove guests6 br0 . fd07::2 comment "lab"',
			],
			removal: [
				"filter: remove fd07::2 on br0 as a guest",
				'  do remove guests6 br0 . fd07::2 comment "lab"',
				'  undo add guests6 br0 . fd07::2 comment "lab"',
			],
		},
	],
	drifts: [
		{
			name: "guests with IPv4 were flushed",
			host: withTable,
			want: ipv4,
			meddle: flushed("guests4"),
			told: ["10.7.0.2 on br0 as a guest is not in place"],
		},
		{
			name: "guests with IPv6 were flushed",
			host: withTable,
			want: ipv6,
			meddle: flushed("guests6"),
			told: ["fd07::2 on br0 as a guest is not in place"],
		},
	],
});

test("an address is one, however it is written", () => {
	expect(bridgeGuest.key({ ...ipv6, address: "fd07:0::2" })).toBe(bridgeGuest.key(ipv6));
});
