import { expect, test } from "vitest";
import { proxyNeighbour } from "../../src/kinds/proxy-neighbour.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { arrange, lan, neighbourOn } from "../engine/hosts.js";
import { link, remove, set } from "./neighbour.js";
import { labels, messagesOf, remembered, Stage } from "./stage.js";
import { testKind } from "./table.js";

const want = { link: "eth1", address: "10.33.33.110" };
const ipv6 = { link: "eth1", address: "2001:db8::110" };
/** Everything that the link answers for goes when it goes down (pneigh_ifdown). */
const downAndUp = (kernel: FakeKernel): void => {
	kernel.ns.neighbours = kernel.ns.neighbours.filter(
		({ index }) => index !== link(kernel, "eth1").index,
	);
};
const theirs = (kernel: FakeKernel): void => {
	lan(kernel);
	arrange(kernel, neighbourOn(link(kernel, "eth1").index, want.address, { proxied: true }));
};

testKind(proxyNeighbour, {
	creations: [
		{
			name: "an address that is answered for",
			host: lan,
			want,
			steps: [
				"route: answer for 10.33.33.110 on eth1",
				"  do RTM_NEWNEIGH create ndm_family 2 ndm_ifindex 2 ndm_flags 8 NDA_DST 10.33.33.110",
				"    ndm_state 128 NDA_PROTOCOL 117",
				"  undo RTM_DELNEIGH ndm_family 2 ndm_ifindex 2 ndm_flags 8 NDA_DST 10.33.33.110 if",
				"    index eth1 is eth1",
			],
			removal: [
				"route: answer for 10.33.33.110 on eth1 no more",
				"  do RTM_DELNEIGH ndm_family 2 ndm_ifindex 2 ndm_flags 8 NDA_DST 10.33.33.110 if",
				"    index eth1 is eth1",
				"  undo RTM_NEWNEIGH create ndm_family 2 ndm_ifindex 2 ndm_flags 8 NDA_DST",
				"    10.33.33.110 ndm_state 128 NDA_PROTOCOL 117 if index eth1 is eth1",
			],
		},
		{
			name: "an address of IPv6 that is answered for",
			host: lan,
			want: ipv6,
			by: "labels",
			steps: ["route: answer for 2001:db8::110 on eth1"],
			removal: ["route: answer for 2001:db8::110 on eth1 no more"],
		},
	],
	drifts: [
		{
			name: "the link was down for a moment",
			host: lan,
			want,
			meddle: downAndUp,
			told: ["proxy neighbour 10.33.33.110 on eth1 is missing"],
		},
	],
});

test("one that is there already is somebody's, of each family", () => {
	const stage = new Stage(theirs);
	const both = [want, ipv6].map((one) => proxyNeighbour.resolve(one, stage.context()));
	const [first, second] = proxyNeighbour.validateAll?.(both, stage.context()) ?? [];
	expect(first?.message).toContain(
		"proxy neighbour 10.33.33.110 on eth1: found one that is not ours",
	);
	expect(second).toBeUndefined();
});

test("one that somebody made anew is not the one that was made", () => {
	const stage = new Stage(lan);
	const made = proxyNeighbour.resolve(want, stage.context());
	stage.do(proxyNeighbour.create(made));
	expect(proxyNeighbour.verify?.(made, stage.kernel)).toEqual([]);
	arrange(
		stage.kernel,
		neighbourOn(link(stage.kernel, "eth1").index, want.address, { proxied: true }),
	);
	expect(proxyNeighbour.drift(made, stage.kernel)).toEqual([]);
	expect(messagesOf(proxyNeighbour.verify?.(made, stage.kernel))).toEqual([
		"proxy neighbour 10.33.33.110 on eth1 is not the one that was made",
	]);
});

test("it goes from the link it was made on, and from no other", () => {
	const stage = new Stage(lan);
	const made = remembered(proxyNeighbour.resolve(want, stage.context()));
	stage.do(proxyNeighbour.create(made));
	set("eth1", { IFLA_IFNAME: "wan" })(stage.kernel);
	expect(labels(proxyNeighbour.remove(made, stage.context()))).toEqual([
		"route: answer for 10.33.33.110 on wan no more",
	]);
	set("virbr0", { IFLA_IFNAME: "eth1" })(stage.kernel);
	const next = proxyNeighbour.reconcile?.(made, want, stage.context()) ?? made;
	expect(labels(proxyNeighbour.change(made, next, stage.kernel))).toEqual([
		"route: answer for 10.33.33.110 on eth1",
		"route: answer for 10.33.33.110 on wan no more",
	]);
	remove("eth1")(stage.kernel);
	const gone = { ...made, link: "virbr0", index: 4242 };
	expect(proxyNeighbour.remove(gone, stage.context())).toEqual([]);
});

test("those with our mark that nobody knows are strays", () => {
	const stage = new Stage(theirs);
	const made = [ipv6, { ...want, address: "10.33.33.111" }].map((one) =>
		proxyNeighbour.resolve(one, stage.context()),
	);
	for (const one of made) stage.do(proxyNeighbour.create(one));
	const look = { kernel: stage.kernel, links: [], place: undefined };
	const strays = proxyNeighbour.strays?.(made.slice(0, 1), look) ?? [];
	expect(strays.map(({ made: { address } }) => address)).toEqual(["10.33.33.111"]);
});
