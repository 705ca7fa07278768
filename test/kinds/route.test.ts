import { route } from "../../src/kinds/route.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { RTM_DELROUTE } from "../../src/uapi/rtnetlink.js";
import { arrange, lan, routeOver } from "../engine/hosts.js";
import { link } from "./neighbour.js";
import { testKind } from "./table.js";

const want = { to: "10.0.0.5/32", dev: "eth1" };
const deleted = (kernel: FakeKernel): void =>
	arrange(
		kernel,
		request(RTM_DELROUTE, 0, {
			rtm_family: 2,
			rtm_dst_len: 32,
			rtm_scope: 255,
			RTA_DST: Uint8Array.of(10, 0, 0, 5),
		}),
	);

testKind(route, {
	creations: [
		{
			name: "a route",
			host: lan,
			want,
			steps: [
				"route: add route 10.0.0.5/32 dev eth1",
				"  do RTM_NEWROUTE create excl rtm_family 2 rtm_dst_len 32 rtm_table 254 rtm_type 1",
				"    rtm_scope 253 rtm_protocol 117 RTA_DST 10.0.0.5 RTA_OIF eth1",
				"  undo RTM_DELROUTE rtm_family 2 rtm_dst_len 32 rtm_table 254 rtm_type 1 rtm_scope",
				"    253 rtm_protocol 117 RTA_DST 10.0.0.5 RTA_OIF eth1",
			],
			removal: [
				"route: remove route 10.0.0.5/32 dev eth1",
				"  do RTM_DELROUTE rtm_family 2 rtm_dst_len 32 rtm_table 254 rtm_type 1 rtm_scope 253",
				"    rtm_protocol 117 RTA_DST 10.0.0.5 RTA_OIF eth1",
				"  undo RTM_NEWROUTE create excl rtm_family 2 rtm_dst_len 32 rtm_table 254 rtm_type 1",
				"    rtm_scope 253 rtm_protocol 117 RTA_DST 10.0.0.5 RTA_OIF eth1",
			],
		},
		{
			name: "an IPv6 route",
			host: lan,
			want: { to: "fd00::5/128", dev: "eth1" },
			steps: [
				"route: add route fd00::5/128 dev eth1",
				"  do RTM_NEWROUTE create excl rtm_family 10 rtm_dst_len 128 rtm_table 254 rtm_type 1",
				"    rtm_scope 0 rtm_protocol 117 RTA_DST fd00::5 RTA_OIF eth1",
				"  undo RTM_DELROUTE rtm_family 10 rtm_dst_len 128 rtm_table 254 rtm_type 1 rtm_scope",
				"    0 rtm_protocol 117 RTA_DST fd00::5 RTA_OIF eth1",
			],
			removal: [
				"route: remove route fd00::5/128 dev eth1",
				"  do RTM_DELROUTE rtm_family 10 rtm_dst_len 128 rtm_table 254 rtm_type 1 rtm_scope 0",
				"    rtm_protocol 117 RTA_DST fd00::5 RTA_OIF eth1",
				"  undo RTM_NEWROUTE create excl rtm_family 10 rtm_dst_len 128 rtm_table 254 rtm_type",
				"    1 rtm_scope 0 rtm_protocol 117 RTA_DST fd00::5 RTA_OIF eth1",
			],
		},
	],
	drifts: [
		{
			name: "a route was deleted",
			host: lan,
			want,
			meddle: deleted,
			told: ["route 10.0.0.5/32 dev eth1 is missing"],
		},
		{
			name: "a route is somebody else's now",
			up: "mends it beside theirs",
			host: lan,
			want,
			meddle: (kernel) => {
				deleted(kernel);
				arrange(kernel, routeOver(link(kernel, "eth1").index, "10.0.0.5/32", { metric: 5 }));
			},
			told: ["route 10.0.0.5/32 dev eth1 is missing"],
		},
	],
});
