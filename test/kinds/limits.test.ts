import { describe, expect, test } from "vitest";
import { FIRST_CHOSEN_INDEX } from "../../src/kernel/kernel.js";
import { connections } from "../../src/kinds/connections.js";
import { download } from "../../src/kinds/download.js";
import { ifb, ifbName } from "../../src/kinds/ifb.js";
import { bucketOf } from "../../src/kinds/shaper.js";
import { upload } from "../../src/kinds/upload.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_REPLACE } from "../../src/uapi/netlink.js";
import { RTM_DELQDISC, RTM_NEWQDISC, TC_H_INGRESS, TC_H_ROOT } from "../../src/uapi/pkt_sched.js";
import { arrange, lan } from "../engine/hosts.js";
import { link, remove } from "./neighbour.js";
import { flushed, withTable } from "./our-tables.js";
import { testKind } from "./table.js";

const MBIT = 1_000_000;
const unlimited = (name: string, tcm_parent: number) => (kernel: FakeKernel) =>
	arrange(kernel, request(RTM_DELQDISC, 0, { tcm_ifindex: link(kernel, name).index, tcm_parent }));

testKind(download, {
	creations: [
		{
			name: "a limit of what a guest receives",
			host: lan,
			want: { link: "eth1", rate: 100 * MBIT, mtu: 1500 },
			steps: [
				"configure: limit what eth1 receives to 100000000 bit/s",
				"  do RTM_NEWQDISC create excl tcm_ifindex 2 tcm_parent 4294967295 tcm_handle 65536",
				"    TCA_KIND tbf TCA_STAB TCA_STAB_BASE overhead -14 linklayer 1 TCA_OPTIONS",
				"    TCA_TBF_PARMS rate linklayer 1 rate 12500000 limit 812500 TCA_TBF_BURST 187500",
				"  undo RTM_DELQDISC tcm_ifindex 2 tcm_parent 4294967295 tcm_handle 65536",
			],
			removal: [
				"configure: limit what eth1 receives to 100000000 bit/s no more",
				"  do RTM_DELQDISC tcm_ifindex 2 tcm_parent 4294967295 tcm_handle 65536",
				"  undo RTM_NEWQDISC create excl tcm_ifindex 2 tcm_parent 4294967295 tcm_handle 65536",
				"    TCA_KIND tbf TCA_STAB TCA_STAB_BASE overhead -14 linklayer 1 TCA_OPTIONS",
				"    TCA_TBF_PARMS rate linklayer 1 rate 12500000 limit 812500 TCA_TBF_BURST 187500",
			],
		},
	],
	drifts: [
		{
			name: "the limit was removed",
			host: lan,
			want: { link: "eth1", rate: 100 * MBIT, mtu: 1500 },
			meddle: unlimited("eth1", TC_H_ROOT),
			told: ["the limit of what eth1 receives to 100000000 bit/s is not in place"],
		},
		{
			name: "the limit was changed",
			host: lan,
			want: { link: "eth1", rate: 100 * MBIT, mtu: 1500 },
			meddle: (kernel) => {
				const { index } = link(kernel, "eth1");
				arrange(
					kernel,
					request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, {
						tcm_ifindex: index,
						tcm_parent: TC_H_ROOT,
						tcm_handle: 0x10000,
						TCA_KIND: "tbf",
						TCA_OPTIONS: { TCA_TBF_PARMS: { rate: { rate: 1 }, limit: 1 } },
					}),
				);
			},
			told: ["the limit of what eth1 receives to 100000000 bit/s is not in place"],
		},
	],
	changes: [
		{
			name: "another limit of what a guest receives",
			host: lan,
			want: { link: "eth1", rate: 100 * MBIT, mtu: 1500 },
			next: { link: "eth1", rate: 20 * MBIT, mtu: 1500 },
			steps: [
				"configure: change the limit of what eth1 receives to 20000000 bit/s",
				"  do RTM_NEWQDISC create tcm_ifindex 2 tcm_parent 4294967295 tcm_handle 65536",
				"    TCA_KIND tbf TCA_STAB TCA_STAB_BASE overhead -14 linklayer 1 TCA_OPTIONS",
				"    TCA_TBF_PARMS rate linklayer 1 rate 2500000 limit 162500 TCA_TBF_BURST 37500",
				"  undo RTM_NEWQDISC create tcm_ifindex 2 tcm_parent 4294967295 tcm_handle 65536",
				"    TCA_KIND tbf TCA_STAB TCA_STAB_BASE cell_log 0 size_log 0 cell_align 0 overhead",
				"    -14 linklayer 1 mpu 0 mtu 0 tsize 0 TCA_OPTIONS TCA_TBF_PARMS rate cell_log 0",
				"    linklayer 1 overhead 0 cell_align 0 mpu 0 rate 12500000 peakrate cell_log 0",
				"    linklayer 0 overhead 0 cell_align 0 mpu 0 rate 0 limit 812500 buffer 0 mtu 0",
				"    TCA_TBF_BURST 187500",
			],
		},
	],
});

/** A LAN with an ifb that has the number of one of ours. */
function withIfb(kernel: FakeKernel): void {
	lan(kernel);
	arrange(
		kernel,
		request(RTM_NEWLINK, NLM_F_CREATE, {
			ifi_index: FIRST_CHOSEN_INDEX + 0x100,
			IFLA_IFNAME: "ifb-t1",
			IFLA_LINKINFO: { IFLA_INFO_KIND: "ifb" },
		}),
	);
}

testKind(upload, {
	creations: [
		{
			name: "a way through an ifb",
			host: withIfb,
			want: { link: "eth1", through: "ifb-t1" },
			steps: [
				"configure: look at what eth1 sends",
				"  do RTM_NEWQDISC create excl tcm_ifindex 2 tcm_parent 4294967281 tcm_handle",
				"    4294901760 TCA_KIND ingress",
				"  undo RTM_DELQDISC tcm_ifindex 2 tcm_parent 4294967281 tcm_handle 4294901760",
				"configure: lead what eth1 sends through ifb-t1",
				"  do RTM_NEWTFILTER create excl tcm_ifindex 2 tcm_parent 4294901760 tcm_handle",
				"    2147485696 tcm_info 66304 TCA_KIND u32 TCA_OPTIONS TCA_U32_SEL flags 1 nkeys 1",
				"    keys 0 mask 0 val 0 off 0 offmask 0 TCA_U32_ACT 1 TCA_ACT_KIND mirred",
				"    TCA_ACT_OPTIONS TCA_MIRRED_PARMS action 4 eaction 1 ifindex 268435712",
			],
			removal: [
				"configure: lead what eth1 sends through ifb-t1 no more",
				"  do RTM_DELQDISC tcm_ifindex 2 tcm_parent 4294967281 tcm_handle 4294901760",
				"  undo RTM_NEWQDISC create excl tcm_ifindex 2 tcm_parent 4294967281 tcm_handle",
				"    4294901760 TCA_KIND ingress",
				"  undo RTM_NEWTFILTER create excl tcm_ifindex 2 tcm_parent 4294901760 tcm_handle",
				"    2147485696 tcm_info 66304 TCA_KIND u32 TCA_OPTIONS TCA_U32_SEL flags 1 nkeys 1",
				"    keys 0 mask 0 val 0 off 0 offmask 0 TCA_U32_ACT 1 TCA_ACT_KIND mirred",
				"    TCA_ACT_OPTIONS TCA_MIRRED_PARMS action 4 eaction 1 ifindex 268435712",
			],
		},
	],
	drifts: [
		{
			name: "the way was removed",
			host: withIfb,
			want: { link: "eth1", through: "ifb-t1" },
			meddle: unlimited("eth1", TC_H_INGRESS),
			told: ["what eth1 sends through ifb-t1 does not go there"],
		},
	],
});

testKind(ifb, {
	creations: [
		{
			name: "an ifb",
			host: lan,
			want: { name: "ifb-t1", network: "lab", rate: 20 * MBIT, mtu: 1500 },
			steps: [
				"configure: create ifb ifb-t1",
				"  do RTM_NEWLINK create excl ifi_index ifb-t1 IFLA_IFNAME ifb-t1 IFLA_NUM_TX_QUEUES",
				"    1 IFLA_NUM_RX_QUEUES 1 IFLA_LINKINFO IFLA_INFO_KIND ifb",
				'  undo delete it if index ifb-t1 is ifb-t1 or "umlnet-nl lab"',
				"configure: bring up ifb-t1",
				"  do RTM_NEWLINK ifi_index ifb-t1 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    lab",
				"configure: limit what goes through ifb-t1 to 20000000 bit/s",
				"  do RTM_NEWQDISC create excl tcm_ifindex 268435457 tcm_parent 4294967295 tcm_handle",
				"    65536 TCA_KIND tbf TCA_STAB TCA_STAB_BASE overhead -14 linklayer 1 TCA_OPTIONS",
				"    TCA_TBF_PARMS rate linklayer 1 rate 2500000 limit 162500 TCA_TBF_BURST 37500",
			],
			removal: [
				"configure: delete ifb ifb-t1",
				'  do delete it if index ifb-t1 is ifb-t1 or "umlnet-nl lab"',
			],
		},
	],
	drifts: [
		{
			name: "it was deleted",
			host: lan,
			want: { name: "ifb-t1", network: "lab", rate: 20 * MBIT, mtu: 1500 },
			meddle: remove("ifb-t1"),
			told: ["ifb-t1 is gone"],
			up: "mends it beside theirs",
		},
		{
			name: "its limit was removed",
			host: lan,
			want: { name: "ifb-t1", network: "lab", rate: 20 * MBIT, mtu: 1500 },
			meddle: unlimited("ifb-t1", TC_H_ROOT),
			told: ["the limit of what goes through ifb-t1 to 20000000 bit/s is not in place"],
		},
	],
});

testKind(connections, {
	creations: [
		{
			name: "a limit of connections",
			host: withTable,
			want: { segment: "t1", most: 500, tap: "t1" },
			steps: [
				"filter: limit connections of t1 to 500",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 NFTA_SET_ELEM_USERDATA comment "t1"',
				"    NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA NFTA_CONNLIMIT_COUNT",
				"    500 NFTA_CONNLIMIT_FLAGS 1",
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 NFTA_SET_ELEM_USERDATA comment "t1"',
				"    NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA NFTA_CONNLIMIT_COUNT",
				"    500 NFTA_CONNLIMIT_FLAGS 1",
			],
			removal: [
				"filter: limit connections of t1 to 500 no more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 NFTA_SET_ELEM_USERDATA comment "t1"',
				"    NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA NFTA_CONNLIMIT_COUNT",
				"    500 NFTA_CONNLIMIT_FLAGS 1",
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 NFTA_SET_ELEM_USERDATA comment "t1"',
				"    NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA NFTA_CONNLIMIT_COUNT",
				"    500 NFTA_CONNLIMIT_FLAGS 1",
			],
		},
		{
			name: "a limit of connections of a guest on a bridge",
			host: withTable,
			want: { segment: "br0", mac: "52:54:00:12:34:56", most: 500, tap: "t1" },
			steps: [
				"filter: limit connections of t1 to 500",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET bridged_connections NFTA_SET_ELEM_LIST_ELEMENTS",
				"    0 NFTA_SET_ELEM_KEY NFTA_DATA_VALUE",
				"    627230000000000000000000000000005254001234560000 NFTA_SET_ELEM_USERDATA comment",
				'    "t1" NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA',
				"    NFTA_CONNLIMIT_COUNT 500 NFTA_CONNLIMIT_FLAGS 1",
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET bridged_connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE",
				"    627230000000000000000000000000005254001234560000 NFTA_SET_ELEM_USERDATA comment",
				'    "t1" NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA',
				"    NFTA_CONNLIMIT_COUNT 500 NFTA_CONNLIMIT_FLAGS 1",
			],
			removal: [
				"filter: limit connections of t1 to 500 no more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET bridged_connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				"    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE",
				"    627230000000000000000000000000005254001234560000 NFTA_SET_ELEM_USERDATA comment",
				'    "t1" NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA',
				"    NFTA_CONNLIMIT_COUNT 500 NFTA_CONNLIMIT_FLAGS 1",
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET bridged_connections NFTA_SET_ELEM_LIST_ELEMENTS",
				"    0 NFTA_SET_ELEM_KEY NFTA_DATA_VALUE",
				"    627230000000000000000000000000005254001234560000 NFTA_SET_ELEM_USERDATA comment",
				'    "t1" NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA',
				"    NFTA_CONNLIMIT_COUNT 500 NFTA_CONNLIMIT_FLAGS 1",
			],
		},
	],
	drifts: [
		{
			name: "its element was flushed",
			host: withTable,
			want: { segment: "t1", most: 500, tap: "t1" },
			meddle: flushed("connections"),
			told: ["the limit of connections of t1 to 500 is not in place"],
		},
	],
	changes: [
		{
			name: "another limit of connections",
			host: withTable,
			want: { segment: "t1", most: 500, tap: "t1" },
			next: { segment: "t1", most: 5, tap: "t1" },
			steps: [
				"filter: limit connections of t1 to 500 no more",
				"  do NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 NFTA_SET_ELEM_USERDATA comment "t1"',
				"    NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA NFTA_CONNLIMIT_COUNT",
				"    500 NFTA_CONNLIMIT_FLAGS 1",
				"  undo NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 NFTA_SET_ELEM_USERDATA comment "t1"',
				"    NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA NFTA_CONNLIMIT_COUNT",
				"    500 NFTA_CONNLIMIT_FLAGS 1",
				"filter: limit connections of t1 to 5",
				"  do NFT_MSG_NEWSETELEM create excl nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE",
				"    umlnet-nl NFTA_SET_ELEM_LIST_SET connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 NFTA_SET_ELEM_USERDATA comment "t1"',
				"    NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA NFTA_CONNLIMIT_COUNT",
				"    5 NFTA_CONNLIMIT_FLAGS 1",
				"  undo NFT_MSG_DELSETELEM nfgen_family 1 NFTA_SET_ELEM_LIST_TABLE umlnet-nl",
				"    NFTA_SET_ELEM_LIST_SET connections NFTA_SET_ELEM_LIST_ELEMENTS 0",
				'    NFTA_SET_ELEM_KEY NFTA_DATA_VALUE t1 NFTA_SET_ELEM_USERDATA comment "t1"',
				"    NFTA_SET_ELEM_EXPR NFTA_EXPR_NAME connlimit NFTA_EXPR_DATA NFTA_CONNLIMIT_COUNT",
				"    5 NFTA_CONNLIMIT_FLAGS 1",
			],
		},
	],
});

describe("a token bucket", () => {
	test.each([
		["what passes at once is far less than what is measured", 100 * MBIT, 1500],
		["the same of a slow link", 8_000, 1500],
		["the same of the fastest there is", 1e12, 65_521],
	])("%s", (_, rate, mtu) => {
		const { speed, burst, limit } = bucketOf({ rate, mtu });
		expect(speed).toBe(rate / 8);
		expect(burst).toBeGreaterThanOrEqual(mtu + 14);
		expect(burst).toBeLessThanOrEqual(Math.max(mtu + 14, 0.02 * speed));
		expect(limit).toBeGreaterThan(burst);
		// Both have 32 bits in the kernel's struct.
		if (rate < 1e11) expect(limit).toBeLessThan(2 ** 32);
	});
});

test("the ifb of a tap has a name that no other tap's has, and that a link can have", () => {
	const names = ["tap0", "tap0123456", "tap01234567", "tap012345678901", "tap012345678902"];
	const made = names.map(ifbName);
	expect(made.slice(0, 3)).toEqual(["ifb-tap0", "ifb-tap0123456", "ifb-tap01234567"]);
	expect(new Set(made).size).toBe(names.length);
	for (const name of made) expect(name).toMatch(/^ifb-[A-Za-z0-9]{4,11}$/);
});
