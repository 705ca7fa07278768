import { expect, test } from "vitest";
import type { PlanContext } from "../../src/engine/kind.js";
import { type Ipv6Forwarding, ipv6Forwarding } from "../../src/kinds/ipv6-forwarding.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { lan, withSysctl } from "../engine/hosts.js";
import { remove, set, write } from "./neighbour.js";
import { labels, messagesOf, remembered, Stage } from "./stage.js";
import { testKind } from "./table.js";

const OF_ETH1 = "net/ipv6/conf/eth1/force_forwarding";
const OF_ALL = "net/ipv6/conf/all/force_forwarding";
const want = { link: "eth1" };

testKind(ipv6Forwarding, {
	creations: [
		{
			name: "IPv6 forwarding of an uplink",
			host: lan,
			want,
			steps: [
				"option: switch on IPv6 forwarding of eth1",
				"  do write 1 to net/ipv6/conf/eth1/force_forwarding",
				"  undo write 0 to net/ipv6/conf/eth1/force_forwarding if still 1",
			],
			removal: [
				"option: restore IPv6 forwarding of eth1",
				"  do write 0 to net/ipv6/conf/eth1/force_forwarding if still 1",
				"  undo write 1 to net/ipv6/conf/eth1/force_forwarding",
			],
		},
		{
			name: "IPv6 forwarding that was on before",
			host: withSysctl(lan, [OF_ETH1, "1"]),
			want,
			steps: [],
			removal: [],
		},
		{
			name: "IPv6 forwarding of a host that is a router",
			host: withSysctl(lan, ["net/ipv6/conf/all/forwarding", "1"]),
			want,
			by: "labels",
			steps: ["option: switch on IPv6 forwarding of eth1"],
			removal: ["option: restore IPv6 forwarding of eth1"],
		},
	],
	drifts: [
		{
			name: "IPv6 forwarding was switched off",
			host: lan,
			want,
			meddle: write(OF_ETH1, "0"),
			told: ["IPv6 forwarding of eth1 is off"],
		},
	],
});

/** Create it, let others act, and remove it. */
function removal(hands: (kernel: FakeKernel) => void, other: Partial<PlanContext> = {}): string[] {
	const stage = new Stage(lan);
	const made = ipv6Forwarding.resolve(want, stage.context());
	stage.do(ipv6Forwarding.create(made));
	hands(stage.kernel);
	const context = { ...stage.context(), ...other };
	return labels(ipv6Forwarding.remove(remembered(made), context));
}
const renamed = (name: string) => set("eth1", { IFLA_IFNAME: name });

test("what others did meanwhile is theirs", () => {
	expect(removal(write(OF_ALL, "1"))).toEqual([]);
	expect(removal(write(OF_ETH1, "0"))).toEqual([]);
});

test("it is set back on the uplink it was switched on for, whatever that is called by then", () => {
	expect(removal(renamed("wan"))).toEqual(["option: restore IPv6 forwarding of wan"]);
});

test("an uplink that is another by now is switched on, and the one it was is set back", () => {
	const stage = new Stage(lan);
	const made = ipv6Forwarding.resolve(want, stage.context());
	stage.do(ipv6Forwarding.create(made));
	renamed("old")(stage.kernel);
	set("virbr0", { IFLA_IFNAME: "eth1" })(stage.kernel);
	const next = ipv6Forwarding.reconcile?.(made, want, stage.context()) ?? made;
	expect(labels(ipv6Forwarding.change(made, next, stage.kernel))).toEqual([
		"option: switch on IPv6 forwarding of eth1",
		"option: restore IPv6 forwarding of old",
	]);
});

/** A host without this setting: with an older kernel, or a link whose MTU is too small. */
const without =
	(...devices: readonly ("all" | "eth1")[]) =>
	(kernel: FakeKernel): void => {
		lan(kernel);
		for (const device of devices) {
			const link = [...kernel.ns.links.values()].find(({ name }) => name === device);
			const conf = device === "all" ? kernel.ns.conf.ipv6.all : link?.conf.ipv6;
			delete conf?.force_forwarding;
		}
	};

function asked(host: (kernel: FakeKernel) => void, { link }: Ipv6Forwarding = want) {
	const stage = new Stage(host);
	const made = ipv6Forwarding.resolve({ link }, stage.context());
	const codes = (ipv6Forwarding.warnings?.(made, stage.context()) ?? []).map(({ code }) => code);
	return { stage, made, codes, steps: labels(ipv6Forwarding.create(made)) };
}

test("where it cannot be had nothing is done, and that is said", () => {
	for (const host of [without("eth1"), without("all", "eth1")]) {
		const { stage, made, ...told } = asked(host);
		expect(told).toEqual({ codes: ["WARN_UPLINK_NO_IPV6"], steps: [] });
		expect(ipv6Forwarding.drift(made, stage.kernel)).toEqual([]);
		expect(ipv6Forwarding.change(made, made, stage.kernel)).toEqual([]);
	}
});

test("a tap of ours is not looked at, and on an older kernel not touched", () => {
	const blank = (host: (kernel: FakeKernel) => void) => {
		const stage = new Stage(host);
		const made = ipv6Forwarding.resolve({ link: "eth1" }, stage.context(["eth1"]));
		expect(ipv6Forwarding.warnings?.(made, stage.context(["eth1"]))).toEqual([]);
		return labels(ipv6Forwarding.create(made));
	};
	expect(blank(lan)).toEqual(["option: switch on IPv6 forwarding of eth1"]);
	expect(blank(without("all", "eth1"))).toEqual([]);
});

test("a link that is gone is off, and made again with it", () => {
	const { stage, made } = asked(lan, { link: "virbr0" });
	stage.do(ipv6Forwarding.create(made));
	remove("virbr0")(stage.kernel);
	expect(messagesOf(ipv6Forwarding.drift(made, stage.kernel))).toEqual([
		"IPv6 forwarding of virbr0 is off",
	]);
	expect(labels(ipv6Forwarding.change(made, made, stage.kernel))).toEqual([
		"option: switch on IPv6 forwarding of virbr0",
	]);
	expect(ipv6Forwarding.remove(made, stage.context())).toEqual([]);
});
