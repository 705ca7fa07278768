import { port } from "../../src/kinds/port.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { PF_BRIDGE_RTM_SETLINK, RTM_NEWLINK } from "../../src/uapi/if_link.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../src/uapi/netlink.js";
import { AF_BRIDGE } from "../../src/uapi/socket.js";
import { arrange } from "../engine/hosts.js";
import { enslave, link } from "./neighbour.js";
import { testKind } from "./table.js";

/** Bridges br0 and br1, and another link eth9. */
function bridges(kernel: FakeKernel): void {
	kernel.addNic("eth9");
	for (const name of ["br0", "br1"])
		arrange(
			kernel,
			request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, {
				IFLA_IFNAME: name,
				IFLA_ADDRESS: Uint8Array.of(2, 0, 0, 0, 0, Number(name.at(-1))),
				IFLA_LINKINFO: { IFLA_INFO_KIND: "bridge" },
			}),
		);
}
const want = { link: "eth9", bridge: "br0" };
const isolated = { ...want, isolated: true } as const;

testKind(port, {
	creations: [
		{
			name: "a port",
			host: bridges,
			want,
			steps: [
				"configure: add eth9 to bridge br0",
				"  do RTM_NEWLINK ifi_index eth9 IFLA_MASTER br0",
				"  undo RTM_NEWLINK ifi_index eth9 IFLA_MASTER 0 if index eth9 is eth9 and has",
				"    IFLA_MASTER br0",
			],
			removal: [
				"configure: take eth9 out of bridge br0",
				"  do RTM_NEWLINK ifi_index eth9 IFLA_MASTER 0 if index eth9 is eth9 and has",
				"    IFLA_MASTER br0",
				"  undo RTM_NEWLINK ifi_index eth9 IFLA_MASTER br0 if index eth9 is eth9 and has",
				"    IFLA_MASTER 0",
			],
		},
		{
			name: "an isolated port",
			by: "labels",
			host: bridges,
			want: isolated,
			steps: ["configure: add eth9 to bridge br0", "configure: isolate port eth9 of bridge br0"],
			removal: ["configure: take eth9 out of bridge br0"],
		},
	],
	drifts: [
		{
			name: "a port is isolated no more",
			host: bridges,
			want: isolated,
			meddle: (kernel) => {
				kernel.rtnetlink([
					request(PF_BRIDGE_RTM_SETLINK, 0, {
						ifi_family: AF_BRIDGE,
						ifi_index: link(kernel, "eth9").index,
						IFLA_PROTINFO: { IFLA_BRPORT_ISOLATED: 0 },
					}),
				]);
			},
			told: ["port eth9 of bridge br0 is not isolated"],
		},
		{
			name: "a port was taken out",
			host: bridges,
			want,
			meddle: enslave("eth9"),
			told: ["eth9 is no port of br0"],
		},
		{
			name: "a port is in another bridge",
			host: bridges,
			want,
			meddle: enslave("eth9", "br1"),
			told: ["eth9 is no port of br0"],
			up: "refuses",
		},
	],
	changes: [
		{
			name: "a port that is to be isolated",
			by: "labels",
			host: bridges,
			want,
			next: isolated,
			steps: ["configure: isolate port eth9 of bridge br0"],
		},
		{
			name: "a port that is to be isolated no more",
			by: "labels",
			host: bridges,
			want: isolated,
			next: want,
			steps: ["configure: let port eth9 of bridge br0 be isolated no more"],
		},
		{
			name: "an isolated port that moves",
			by: "labels",
			host: bridges,
			want: isolated,
			next: { ...isolated, bridge: "br1" },
			steps: ["configure: add eth9 to bridge br1", "configure: isolate port eth9 of bridge br1"],
		},
		{
			name: "a port that moves to another bridge",
			host: bridges,
			want,
			next: { link: "eth9", bridge: "br1" },
			steps: [
				"configure: add eth9 to bridge br1",
				"  do RTM_NEWLINK ifi_index eth9 IFLA_MASTER br1",
				"  undo RTM_NEWLINK ifi_index eth9 IFLA_MASTER br0",
			],
		},
	],
});
