import { expect, test } from "vitest";
import { nat } from "../../src/kinds/nat.js";
import { flushed, withTable } from "./our-tables.js";
import { messagesOf, Stage } from "./stage.js";
import { testKind } from "./table.js";

const masquerade = { segment: "tap0", uplink: "eth1", snatTo: undefined, network: "lab" };
const snat = { ...masquerade, snatTo: "10.33.33.34" };
const ipv6 = { ...masquerade, isIpv6: true } as const;
const ipv6Snat = { ...ipv6, snatTo: "2001:db8::34" } as const;
testKind(nat, {
	creations: [
		{
			name: "masquerade",
			host: withTable,
			want: masquerade,
			steps: [
				"filter: add source NAT of tap0 to eth1 (masquerade)",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
			],
			removal: [
				"filter: remove source NAT of tap0 to eth1 (masquerade)",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
			],
		},
		{
			name: "masquerade of IPv6",
			host: withTable,
			want: ipv6,
			steps: [
				"filter: add source NAT of tap0 to eth1 (IPv6, masquerade)",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET ipv6_masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET ipv6_masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
			],
			removal: [
				"filter: remove source NAT of tap0 to eth1 (IPv6, masquerade)",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET ipv6_masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET ipv6_masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
			],
		},
		{
			name: "source NAT of IPv6 to an address",
			host: withTable,
			want: ipv6Snat,
			steps: [
				"filter: add source NAT of tap0 to eth1 (IPv6, as 2001:db8::34)",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET ipv6_snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    2001:db8::34 NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET ipv6_snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    2001:db8::34 NFTA_SET_ELEM_USERDATA comment "lab"',
			],
			removal: [
				"filter: remove source NAT of tap0 to eth1 (IPv6, as 2001:db8::34)",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET ipv6_snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    2001:db8::34 NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET ipv6_snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    2001:db8::34 NFTA_SET_ELEM_USERDATA comment "lab"',
			],
		},
		{
			name: "source NAT to an address",
			host: withTable,
			want: snat,
			steps: [
				"filter: add source NAT of tap0 to eth1 (as 10.33.33.34)",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    10.33.33.34 NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE 10.33.33.34",
				'    NFTA_SET_ELEM_USERDATA comment "lab"',
			],
			removal: [
				"filter: remove source NAT of tap0 to eth1 (as 10.33.33.34)",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE 10.33.33.34",
				'    NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    10.33.33.34 NFTA_SET_ELEM_USERDATA comment "lab"',
			],
		},
	],
	drifts: [
		{
			name: "segments whose IPv6 is masqueraded were flushed",
			host: withTable,
			want: ipv6,
			meddle: flushed("ipv6_masqueraded"),
			told: ["source NAT of tap0 to eth1 (IPv6, masquerade) is not in place"],
		},
		{
			name: "masqueraded segments were flushed",
			host: withTable,
			want: masquerade,
			meddle: flushed("masqueraded"),
			told: ["source NAT of tap0 to eth1 (masquerade) is not in place"],
		},
		{
			name: "source addresses of IPv6 were flushed",
			host: withTable,
			want: ipv6Snat,
			meddle: flushed("ipv6_snat_to"),
			told: ["source NAT of tap0 to eth1 (IPv6, as 2001:db8::34) is not in place"],
		},
		{
			name: "source addresses were flushed",
			host: withTable,
			want: snat,
			meddle: flushed("snat_to"),
			told: ["source NAT of tap0 to eth1 (as 10.33.33.34) is not in place"],
		},
	],
	changes: [
		{
			name: "masquerade that becomes an address",
			host: withTable,
			want: masquerade,
			next: snat,
			steps: [
				"filter: remove source NAT of tap0 to eth1 (masquerade)",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
				"filter: add source NAT of tap0 to eth1 (as 10.33.33.34)",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    10.33.33.34 NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE 10.33.33.34",
				'    NFTA_SET_ELEM_USERDATA comment "lab"',
			],
		},
		{
			name: "an address that becomes masquerade",
			host: withTable,
			want: snat,
			next: masquerade,
			steps: [
				"filter: remove source NAT of tap0 to eth1 (as 10.33.33.34)",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE 10.33.33.34",
				'    NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    10.33.33.34 NFTA_SET_ELEM_USERDATA comment "lab"',
				"filter: add source NAT of tap0 to eth1 (masquerade)",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET masqueraded NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_USERDATA comment",
				'    "lab"',
			],
		},
		{
			name: "an address that becomes another",
			host: withTable,
			want: snat,
			next: { ...snat, snatTo: "10.33.33.35" },
			steps: [
				"filter: remove source NAT of tap0 to eth1 (as 10.33.33.34)",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE 10.33.33.34",
				'    NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    10.33.33.34 NFTA_SET_ELEM_USERDATA comment "lab"',
				"filter: add source NAT of tap0 to eth1 (as 10.33.33.35)",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE",
				'    10.33.33.35 NFTA_SET_ELEM_USERDATA comment "lab"',
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET snat_to NFTA_SET_ELEM_LIST_ELEMENTS 0 NFTA_SET_ELEM_KEY",
				"    NFTA_DATA_VALUE tap0 . eth1 NFTA_SET_ELEM_DATA NFTA_DATA_VALUE 10.33.33.35",
				'    NFTA_SET_ELEM_USERDATA comment "lab"',
			],
		},
	],
});

test.each([
	["IPv4", snat, masquerade, "masqueraded"],
	["IPv6", ipv6Snat, ipv6, "ipv6_masqueraded"],
] as const)(
	"of %s an address and masquerade at once is no way to have it",
	(_, made, other, set) => {
		const stage = new Stage(withTable);
		stage.do(nat.create(made));
		expect(nat.verify?.(made, stage.kernel)).toEqual([]);
		stage.do(nat.create(other));
		expect(messagesOf(nat.verify?.(made, stage.kernel))).toEqual([
			expect.stringContaining(`is in set ${set} too`),
		]);
	},
);

test("elements of all four sets that nobody knows are strays, each of its family", () => {
	const stage = new Stage(withTable);
	for (const made of [masquerade, ipv6Snat]) stage.do(nat.create(made));
	for (const made of [snat, ipv6]) stage.do(nat.create({ ...made, segment: "tap1" }));
	const look = { kernel: stage.kernel, links: [], place: undefined };
	const strays = nat.strays?.([ipv6Snat], look) ?? [];
	expect(strays.map(({ made }) => made)).toEqual([
		{ ...masquerade, network: "", isIpv6: undefined },
		{ ...snat, segment: "tap1", network: "", isIpv6: undefined },
		{ ...ipv6, segment: "tap1", network: "", isIpv6: true },
	]);
	for (const { made } of strays) stage.do(nat.remove(made, stage.context()));
	expect(nat.strays?.([ipv6Snat], look)).toEqual([]);
	expect(nat.drift(ipv6Snat, stage.kernel)).toEqual([]);
});
