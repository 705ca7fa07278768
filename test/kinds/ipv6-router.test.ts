import { expect, test } from "vitest";
import { wantedTaps } from "../../src/kinds/index.js";
import { ipv6Router, type MadeIpv6Router } from "../../src/kinds/ipv6-router.js";
import { specFromFlags } from "../../src/spec/spec.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { learned, older, withSysctl } from "../engine/hosts.js";
import { write } from "./neighbour.js";
import { labels, messagesOf, remembered, Stage } from "./stage.js";
import { testKind } from "./table.js";

const ALL = "net/ipv6/conf/all/forwarding";
const want = {};
const busy = learned(older, "eth1", "virbr0");

testKind(ipv6Router, {
	creations: [
		{
			name: "IPv6 forwarding of a host",
			host: older,
			want,
			steps: [
				"option: switch on IPv6 forwarding of all interfaces",
				`  do write 1 to ${ALL}`,
				`  undo write 0 to ${ALL} if still 1`,
			],
			removal: [
				"option: restore IPv6 forwarding of all interfaces",
				`  do write 0 to ${ALL} if still 1`,
				`  undo write 1 to ${ALL}`,
			],
		},
		{
			name: "IPv6 forwarding of a host that has learned routers",
			host: busy,
			want,
			by: "labels",
			steps: [
				"option: let eth1 keep the routers that it has learned",
				"option: let virbr0 keep the routers that it has learned",
				"option: switch on IPv6 forwarding of all interfaces",
			],
			removal: [
				"option: restore IPv6 forwarding of all interfaces",
				"option: let eth1 accept router advertisements as before",
				"option: let virbr0 accept router advertisements as before",
			],
		},
		{
			name: "IPv6 forwarding of a host one interface of which has it",
			host: withSysctl(busy, ["net/ipv6/conf/lo/forwarding", "1"]),
			want,
			by: "labels",
			steps: ["option: switch on IPv6 forwarding of all interfaces"],
			removal: [
				"option: restore IPv6 forwarding of all interfaces",
				"option: set net/ipv6/conf/lo/forwarding back to 1",
			],
		},
		{
			name: "IPv6 forwarding of a router",
			host: withSysctl(older, [ALL, "1"]),
			want,
			steps: [],
			removal: [],
		},
	],
	drifts: [
		{
			name: "forwarding was switched off",
			host: older,
			want,
			meddle: write(ALL, "0"),
			told: ["IPv6 forwarding of all interfaces is 0, was switched on"],
		},
	],
});

function made(host: (kernel: FakeKernel) => void = busy) {
	const stage = new Stage(host);
	const one = ipv6Router.resolve(want, stage.context()) as MadeIpv6Router;
	stage.do(ipv6Router.create(one as never));
	return { stage, one: remembered(one) as never };
}

test("routers that were learned stay, and those that are learned afterwards", () => {
	const { stage, one } = made();
	expect(stage.kernel.readLearnedLinks()).toEqual(["eth1", "virbr0"]);
	stage.do(ipv6Router.remove(one, stage.context()));
	expect(stage.kernel.readLearnedLinks()).toEqual(["eth1", "virbr0"]);
});

test("what others switched off is theirs; what was given up for it is given back all the same", () => {
	const { stage, one } = made();
	write(ALL, "0")(stage.kernel);
	expect(labels(ipv6Router.remove(one, stage.context()))).toEqual([
		"option: let eth1 accept router advertisements as before",
		"option: let virbr0 accept router advertisements as before",
	]);
	expect(messagesOf(ipv6Router.drift(one, stage.kernel))).toHaveLength(1);
});

test("it takes the place of the switches of each interface, once for a tap", () => {
	const spec = specFromFlags({ tap: "tap0", owner: 500, address: ["fd00::1/64"], nat: "eth1" });
	const links = {
		uplink: (name: string) => ({ name, mtu: undefined }),
		foreignMtu: () => undefined,
		forcesIpv6: () => false,
	};
	const kinds = (all: ReturnType<typeof wantedTaps>) =>
		all.flatMap(({ resources }) => resources.map(({ kind }) => kind));
	const old = kinds(wantedTaps(spec, links));
	expect(old.filter((kind) => kind.startsWith("ipv6-"))).toEqual(["ipv6-router"]);
	const young = kinds(wantedTaps(spec));
	expect(young.filter((kind) => kind.startsWith("ipv6-"))).toEqual([
		"ipv6-forwarding",
		"ipv6-forwarding",
	]);
});
