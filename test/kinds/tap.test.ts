import { tap } from "../../src/kinds/tap.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { bare, lan } from "../engine/hosts.js";
import { link, remove, set } from "./neighbour.js";
import { testKind } from "./table.js";

const plain = {
	name: "tap0",
	network: "lab",
	owner: 500,
	group: undefined,
	mac: undefined,
	mtu: undefined,
	txqueuelen: undefined,
	multiQueue: false,
	vnetHdr: false,
	parked: false,
};
const dressed = { ...plain, group: 36, mac: "02:00:00:00:00:01", mtu: 1400, txqueuelen: 77 };

const parked = { ...plain, network: "parked", parked: true };

/** Its owner created it again with other features, which only whoever opens a tap can do. */
const opened =
	(access: object) =>
	(kernel: FakeKernel): void => {
		Object.assign(link(kernel, "tap0").tun ?? {}, access);
	};

testKind(tap, {
	creations: [
		{
			name: "a tap",
			host: bare,
			want: plain,
			steps: [
				"tap: create tap tap0",
				"  do make tap tap0 owner 500",
				'  undo delete it if index tap0 is tap0 or "umlnet-nl lab"',
				"configure: bring up tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"persist: make tap0 persistent",
				"  do persist tap0",
			],
			removal: ["tap: delete tap tap0", '  do delete it if index tap0 is tap0 or "umlnet-nl lab"'],
		},
		{
			name: "a tap with everything",
			host: lan,
			want: { ...dressed, multiQueue: true },
			steps: [
				"tap: create tap tap0",
				"  do make tap tap0 owner 500 group 36 multiQueue true",
				'  undo delete it if index tap0 is tap0 or "umlnet-nl lab"',
				"configure: bring up tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_ADDRESS 020000000001 IFLA_MTU 1400 IFLA_TXQLEN 77",
				"persist: make tap0 persistent",
				"  do persist tap0",
			],
			removal: ["tap: delete tap tap0", '  do delete it if index tap0 is tap0 or "umlnet-nl lab"'],
		},
		{
			name: "a parked tap",
			host: bare,
			want: { ...parked, vnetHdr: true },
			steps: [
				"tap: create tap tap0",
				"  do make tap tap0 owner 500 vnetHdr true",
				'  undo delete it if index tap0 is tap0 or "umlnet-nl parked"',
				"configure: park tap tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 0 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    parked IFLA_ADDRESS 027510000001 IFLA_GROUP 0 IFLA_MTU 1500 IFLA_TXQLEN 1000",
				"persist: make tap0 persistent",
				"  do persist tap0",
			],
			removal: [
				"tap: delete tap tap0",
				'  do delete it if index tap0 is tap0 or "umlnet-nl parked"',
			],
		},
	],
	drifts: [
		{
			name: "a tap was deleted",
			host: bare,
			want: dressed,
			meddle: remove("tap0"),
			told: ["tap0 is gone"],
		},
		{
			name: "a tap was taken down",
			host: bare,
			want: plain,
			meddle: set("tap0", { ifi_change: 1 }),
			told: ["tap0: state is down, was made up"],
		},
		{
			name: "a tap's MTU was changed",
			host: bare,
			want: dressed,
			meddle: set("tap0", { IFLA_MTU: 9000 }),
			told: ["tap0: mtu is 9000, was made 1400"],
		},
		{
			name: "a tap's queue was changed",
			host: bare,
			want: dressed,
			meddle: set("tap0", { IFLA_TXQLEN: 5 }),
			told: ["tap0: txqueuelen is 5, was made 77"],
		},
		{
			name: "a tap's MAC was changed",
			host: bare,
			want: dressed,
			meddle: set("tap0", { IFLA_ADDRESS: Uint8Array.of(2, 0, 0, 0, 0, 9) }),
			told: ["tap0: address is 02:00:00:00:00:09, was made 02:00:00:00:00:01"],
		},
		{
			name: "a tap's alias was taken away",
			host: bare,
			want: plain,
			meddle: set("tap0", { IFLA_IFALIAS: "" }),
			told: ["tap0: alias is not set, was made umlnet-nl lab"],
		},
		{
			name: "a tap was renamed",
			host: bare,
			want: plain,
			meddle: set("tap0", { IFLA_IFNAME: "tap9" }),
			told: ["tap0: name is tap9, was made tap0"],
			up: "refuses",
		},
		{
			name: "a tap's owner was changed",
			host: bare,
			want: plain,
			meddle: opened({ owner: 501 }),
			told: ["tap0: owner is 501, not 500"],
			up: "refuses",
		},
		{
			name: "a tap's group was taken away",
			host: bare,
			want: dressed,
			meddle: opened({ group: undefined }),
			told: ["tap0: group is not set, not 36"],
			up: "refuses",
		},
		{
			name: "a tap got queues",
			host: bare,
			want: plain,
			meddle: opened({ multiQueue: true }),
			told: ["tap0: multi_queue is true, not false"],
			up: "refuses",
		},
		{
			name: "whoever opened a tap wants a header on its frames",
			host: bare,
			want: plain,
			meddle: opened({ vnetHdr: true }),
			told: [],
			up: "leaves it",
		},
		{
			name: "much of a tap was changed",
			host: bare,
			want: dressed,
			meddle: (kernel) => {
				set("tap0", { IFLA_MTU: 1500, IFLA_IFALIAS: "mine", ifi_change: 1 })(kernel);
			},
			told: [
				"tap0: alias is mine, was made umlnet-nl lab",
				"tap0: mtu is 1500, was made 1400",
				"tap0: state is down, was made up",
			],
		},
	],
	changes: [
		{
			name: "a parked tap that is taken into service",
			host: bare,
			want: parked,
			next: { ...plain, mtu: 1400 },
			steps: [
				"configure: use parked tap tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_ADDRESS 027510000002 IFLA_MTU 1400",
				"  undo RTM_NEWLINK ifi_index tap0 ifi_flags 0 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    parked IFLA_ADDRESS 027510000001 IFLA_GROUP 0 IFLA_MTU 1500 IFLA_TXQLEN 1000",
			],
		},
		{
			name: "a tap that is parked",
			host: bare,
			want: dressed,
			next: { ...parked, owner: dressed.owner, group: dressed.group },
			steps: [
				"configure: park tap tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 0 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    parked IFLA_ADDRESS 027510000001 IFLA_GROUP 0 IFLA_MTU 1500 IFLA_TXQLEN 1000",
				"  undo RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    lab IFLA_ADDRESS 020000000001 IFLA_MTU 1400 IFLA_TXQLEN 77",
			],
		},
		{
			name: "a tap that is to be opened with a header",
			host: bare,
			want: plain,
			next: { ...plain, vnetHdr: true },
			steps: [],
		},
		{
			name: "a tap that gets MAC and MTU",
			host: bare,
			want: plain,
			next: { ...plain, mac: dressed.mac, mtu: 1400 },
			steps: [
				"configure: change tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_ADDRESS 020000000001 IFLA_MTU 1400",
				"  undo RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    lab IFLA_ADDRESS 02fa00000001 IFLA_MTU 1500",
			],
		},
		{
			name: "a tap that loses its MTU",
			host: bare,
			want: dressed,
			next: { ...dressed, mtu: undefined },
			steps: [
				"configure: change tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_MTU 1500 IFLA_TXQLEN 77",
				"  undo RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    lab IFLA_MTU 1400 IFLA_TXQLEN 77",
			],
		},
		{
			name: "a tap whose queue becomes longer",
			host: bare,
			want: { ...plain, txqueuelen: 77 },
			next: { ...plain, txqueuelen: 88 },
			steps: [
				"configure: change tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_TXQLEN 88",
				"  undo RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    lab IFLA_TXQLEN 77",
			],
		},
		{
			name: "a tap whose queue is named no longer",
			host: bare,
			want: { ...plain, txqueuelen: 77 },
			next: plain,
			steps: [
				"configure: change tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl lab",
				"    IFLA_TXQLEN 1000",
				"  undo RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    lab IFLA_TXQLEN 77",
			],
		},
		{
			name: "a tap that goes to another network",
			host: bare,
			want: plain,
			next: { ...plain, network: "dmz" },
			steps: [
				"configure: change tap0",
				"  do RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl dmz",
				"  undo RTM_NEWLINK ifi_index tap0 ifi_flags 1 ifi_change 1 IFLA_IFALIAS umlnet-nl",
				"    lab",
			],
		},
	],
});
