import { execute } from "../../src/kernel/execute.js";
import { nat } from "../../src/kinds/nat.js";
import { table } from "../../src/kinds/table.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { NFT_MSG_DELSETELEM } from "../../src/uapi/nf_tables.js";
import { lan } from "../engine/hosts.js";
import { testKind } from "./table.js";

/** A LAN with our table. */
function withTable(kernel: FakeKernel): void {
	lan(kernel);
	kernel.aside(() =>
		execute(
			kernel,
			table.create({ name: "umlnet-nl" }).map((step) => step.do),
		),
	);
}
const masquerade = { segment: "tap0", uplink: "eth1", snatTo: undefined, network: "lab" };
const snat = { ...masquerade, snatTo: "10.33.33.34" };
const ipv6 = { ...masquerade, isIpv6: true } as const;
const flushed =
	(set: string) =>
	(kernel: FakeKernel): void => {
		kernel.nftables([
			request(NFT_MSG_DELSETELEM, 0, {
				nfgen_family: 1,
				NFTA_SET_ELEM_LIST_TABLE: "umlnet-nl",
				NFTA_SET_ELEM_LIST_SET: set,
			}),
		]);
	};

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
