import { bridge } from "../../src/kinds/bridge.js";
import { bare, lan } from "../engine/hosts.js";
import { remove, set } from "./neighbour.js";
import { testKind } from "./table.js";

const plain = { name: "br0", network: "lab", mtu: undefined, uplink: undefined };
const over = { ...plain, uplink: "eth1", mtu: 1400 };

testKind(bridge, {
	creations: [
		{
			name: "a bridge",
			host: bare,
			want: plain,
			steps: [
				"link: create bridge br0",
				"  do RTM_NEWLINK create excl ifi_index br0 IFLA_IFNAME br0 IFLA_ADDRESS 027510000001",
				"    IFLA_LINKINFO IFLA_INFO_KIND bridge IFLA_INFO_DATA IFLA_BR_STP_STATE 0",
				'  undo delete it if index br0 is br0 or "umlnet-nl lab"',
				"configure: bring up br0",
				"  do RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
			],
			removal: ["link: delete bridge br0", '  do delete it if index br0 is br0 or "umlnet-nl lab"'],
		},
		{
			name: "a bridge for an uplink, with its MAC",
			host: lan,
			want: over,
			steps: [
				"link: create bridge br0",
				"  do RTM_NEWLINK create excl ifi_index br0 IFLA_IFNAME br0 IFLA_ADDRESS 525400123456",
				"    IFLA_LINKINFO IFLA_INFO_KIND bridge IFLA_INFO_DATA IFLA_BR_STP_STATE 0",
				'  undo delete it if index br0 is br0 or "umlnet-nl lab uplink=eth1"',
				"configure: bring up br0",
				"  do RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    uplink=eth1 IFLA_MTU 1400",
			],
			removal: [
				"link: delete bridge br0",
				'  do delete it if index br0 is br0 or "umlnet-nl lab uplink=eth1"',
			],
		},
		{
			name: "a bridge that keeps the usual MTU whatever its ports have",
			host: bare,
			want: { ...plain, mtu: 1500 },
			steps: [
				"link: create bridge br0",
				"  do RTM_NEWLINK create excl ifi_index br0 IFLA_IFNAME br0 IFLA_ADDRESS 027510000001",
				"    IFLA_MTU 1499 IFLA_LINKINFO IFLA_INFO_KIND bridge IFLA_INFO_DATA",
				"    IFLA_BR_STP_STATE 0",
				'  undo delete it if index br0 is br0 or "umlnet-nl lab"',
				"configure: bring up br0",
				"  do RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_MTU 1500",
			],
			removal: ["link: delete bridge br0", '  do delete it if index br0 is br0 or "umlnet-nl lab"'],
		},
	],
	drifts: [
		{
			name: "a bridge was deleted",
			host: lan,
			want: over,
			meddle: remove("br0"),
			told: ["br0 is gone"],
		},
		{
			name: "a bridge was taken down",
			host: lan,
			want: plain,
			meddle: set("br0", { ifi_change: 1 }),
			told: ["br0: state is down, was made up"],
		},
		{
			name: "a bridge's MTU was changed",
			host: lan,
			want: over,
			meddle: set("br0", { IFLA_MTU: 9000 }),
			told: ["br0: mtu is 9000, was made 1400"],
		},
		{
			name: "a bridge's MAC was changed",
			host: lan,
			want: over,
			meddle: set("br0", { IFLA_ADDRESS: Uint8Array.of(2, 0, 0, 0, 0, 9) }),
			told: ["br0: address is 02:00:00:00:00:09, was made 52:54:00:12:34:56"],
		},
		{
			name: "a bridge's alias was changed",
			host: lan,
			want: plain,
			meddle: set("br0", { IFLA_IFALIAS: "mine" }),
			told: ["br0: alias is mine, was made umlnet-nl lab"],
		},
		{
			name: "spanning tree of a bridge was switched on",
			host: lan,
			want: plain,
			meddle: set("br0", {
				IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge", IFLA_INFO_DATA: { IFLA_BR_STP_STATE: 1 } },
			}),
			told: ["br0: spanning tree is on, was made off"],
		},
		{
			name: "a bridge was renamed",
			host: lan,
			want: plain,
			meddle: set("br0", { IFLA_IFNAME: "br9" }),
			told: ["br0: name is br9, was made br0"],
			up: "refuses",
		},
	],
	changes: [
		{
			name: "a bridge that gets an MTU",
			host: bare,
			want: plain,
			next: { ...plain, mtu: 1400 },
			steps: [
				"configure: change br0",
				"  do RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_MTU 1400",
				"  undo RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_MTU 1500",
			],
		},
		{
			name: "a bridge that loses its MTU",
			host: lan,
			want: over,
			next: { ...over, mtu: undefined },
			steps: [
				"configure: change br0",
				"  do RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    uplink=eth1 IFLA_MTU 1500",
				"  undo RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    uplink=eth1 IFLA_MTU 1400",
			],
		},
		{
			name: "a bridge of another network",
			host: bare,
			want: plain,
			next: { ...plain, network: "dmz" },
			steps: [
				"configure: change br0",
				"  do RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl dmz",
				"  undo RTM_NEWLINK ifi_index br0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
			],
		},
	],
});
