import { expect, test } from "vitest";
import { placeOf } from "../../src/engine/journal/place.js";
import { type LinkSetting, linkSetting } from "../../src/kinds/link-setting.js";
import { aliasOf } from "../../src/kinds/mark.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { lan, learned, withSysctl } from "../engine/hosts.js";
import { remove, set, write } from "./neighbour.js";
import { labels, messagesOf, remembered, Stage } from "./stage.js";
import { testKind } from "./table.js";

const conf = (of: string, name: string): string => `net/ipv6/conf/${of}/${name}`;
const setting = (directory: string, name: string, value: string): LinkSetting => ({
	link: "eth1",
	directory,
	name,
	value,
});
const delay = setting("ipv4/neigh", "proxy_delay", "0");
const accept = { ...setting("ipv6/conf", "accept_ra", "2"), instead: "1" };
const forwarding = setting("ipv6/conf", "forwarding", "1");

testKind(linkSetting, {
	creations: [
		{
			name: "a setting of neighbours",
			host: lan,
			want: delay,
			steps: [
				"option: set proxy_delay of eth1 to 0",
				"  do write 0 to net/ipv4/neigh/eth1/proxy_delay",
				"  undo write 80 to net/ipv4/neigh/eth1/proxy_delay if still 0",
			],
			removal: [
				"option: set proxy_delay of eth1 back to 80",
				"  do write 80 to net/ipv4/neigh/eth1/proxy_delay if still 0",
				"  undo write 0 to net/ipv4/neigh/eth1/proxy_delay",
			],
		},
		{
			name: "a setting that was so before",
			host: withSysctl(lan, [conf("eth1", "proxy_ndp"), "1"]),
			want: setting("ipv6/conf", "proxy_ndp", "1"),
			steps: [],
			removal: [],
		},
		{
			name: "a setting instead of one",
			host: lan,
			want: accept,
			by: "labels",
			steps: ["option: set accept_ra of eth1 to 2"],
			removal: ["option: set accept_ra of eth1 back to 1"],
		},
		{
			name: "a setting that is neither",
			host: withSysctl(lan, [conf("eth1", "accept_ra"), "0"]),
			want: accept,
			steps: [],
			removal: [],
		},
		{
			name: "forwarding of IPv6 where other links have learned routers",
			host: learned(lan, "virbr0"),
			want: forwarding,
			steps: [
				"option: let virbr0 keep the routers that it has learned",
				"  do write 2 to net/ipv6/conf/virbr0/accept_ra if still 1",
				"  undo write 1 to net/ipv6/conf/virbr0/accept_ra if still 2",
				"option: set forwarding of eth1 to 1",
				"  do write 1 to net/ipv6/conf/eth1/forwarding",
				"  undo write 0 to net/ipv6/conf/eth1/forwarding if still 1",
				"option: let virbr0 accept router advertisements as before",
				"  do write 1 to net/ipv6/conf/virbr0/accept_ra if still 2",
			],
			removal: [
				"option: set forwarding of eth1 back to 0",
				"  do write 0 to net/ipv6/conf/eth1/forwarding if still 1",
				"  undo write 2 to net/ipv6/conf/virbr0/accept_ra if still 1",
				"  undo write 1 to net/ipv6/conf/eth1/forwarding",
				"  undo write 1 to net/ipv6/conf/virbr0/accept_ra if still 2",
			],
		},
	],
	drifts: [
		{
			name: "a setting was changed",
			host: lan,
			want: delay,
			meddle: write("net/ipv4/neigh/eth1/proxy_delay", "50"),
			told: ["proxy_delay of eth1 is 50, was set to 0"],
		},
		{
			name: "forwarding was switched off where others learned routers",
			host: learned(lan, "virbr0"),
			want: forwarding,
			meddle: write(conf("eth1", "forwarding"), "0"),
			told: ["forwarding of eth1 is 0, was set to 1"],
		},
		{
			name: "what is accepted was changed",
			host: lan,
			want: accept,
			meddle: write(conf("eth1", "accept_ra"), "1"),
			told: ["accept_ra of eth1 is 1, was set to 2"],
		},
	],
});

function made(want: LinkSetting, host: (kernel: FakeKernel) => void = lan) {
	const stage = new Stage(host);
	const one = linkSetting.resolve(want, stage.context());
	stage.do(linkSetting.create(one));
	return { stage, one: remembered(one) };
}

test("what others did meanwhile is theirs", () => {
	const { stage, one } = made(delay);
	write("net/ipv4/neigh/eth1/proxy_delay", "50")(stage.kernel);
	expect(linkSetting.remove(one, stage.context())).toEqual([]);
	const all = made(forwarding);
	write(conf("all", "forwarding"), "1")(all.stage.kernel);
	expect(linkSetting.remove(all.one, all.stage.context())).toEqual([]);
});

test("it is set back on the link it was set on, whatever that is called by then", () => {
	const { stage, one } = made(delay);
	set("eth1", { IFLA_IFNAME: "wan" })(stage.kernel);
	set("virbr0", { IFLA_IFNAME: "eth1" })(stage.kernel);
	expect(labels(linkSetting.remove(one, stage.context()))).toEqual([
		"option: set proxy_delay of wan back to 80",
	]);
	const next = linkSetting.reconcile?.(one, delay, stage.context()) ?? one;
	expect(labels(linkSetting.change(one, next, stage.kernel))).toEqual([
		"option: set proxy_delay of eth1 to 0",
		"option: set proxy_delay of wan back to 80",
	]);
});

test("a link without IPv6 has no such setting, and needs none", () => {
	const { stage, one } = made(forwarding, (kernel) => {
		lan(kernel);
		set("eth1", { IFLA_MTU: 1000 })(kernel);
	});
	expect(linkSetting.drift(one, stage.kernel)).toEqual([]);
	expect(linkSetting.change(one, one, stage.kernel)).toEqual([]);
	expect(linkSetting.remove(one, stage.context())).toEqual([]);
});

test("a link that is gone is told of, and one that is made in this transaction gets back what all new ones have", () => {
	const { stage, one } = made({ ...delay, link: "virbr0" });
	remove("virbr0")(stage.kernel);
	expect(messagesOf(linkSetting.drift(one, stage.kernel))).toEqual([
		"proxy_delay of virbr0 is gone, was set to 0",
	]);
	expect(linkSetting.remove(one, stage.context())).toEqual([]);
	const blank = new Stage(lan);
	const context = { ...blank.context(["br0"]), indexOf: () => 4242 };
	for (const [want, before] of [
		[delay, "80"],
		[forwarding, "0"],
	] as const)
		expect(linkSetting.resolve({ ...want, link: "br0" }, context)).toMatchObject({ before });
});

test.each([
	{ ...delay, index: 2, directory: "../../kernel", name: "core_pattern", value: "|x" },
	{ ...delay, index: 2, link: "../eth1" },
	{ ...delay, index: 0 },
	{ ...delay, index: 2, before: "1\n2" },
	{ ...delay, index: 2, learned: ["a/b"] },
])("is not out of a journal: %j", (one) => {
	expect(linkSetting.isMade({ ...delay, index: 2 })).toBe(true);
	expect(linkSetting.isMade(one)).toBe(false);
});

test("all that can be noted on a link fits into its alias", () => {
	const name = "x".repeat(15);
	const proxying = `proxying=${name}:80,80,1,0,0`;
	const ofUplink = [`forwarding=${name}`, `force_forwarding=${name}`, proxying, "ip_forward=0"];
	const state = `state=${placeOf(`/${"d/".repeat(200)}`)}`;
	// IFALIASZ, with its NUL.
	expect(aliasOf("n".repeat(32), [...ofUplink, state]).length).toBeLessThan(256);
});
