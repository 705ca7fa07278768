import { expect, test } from "vitest";
import { type GuestPolicy, guestPolicy } from "../../src/kinds/guest-policy.js";
import { POLICIES } from "../../src/kinds/ruleset/set/policy.js";
import { flushed, withTable } from "./our-tables.js";
import { elements } from "./stage.js";
import { testKind } from "./table.js";

const comment = "lab";
const ofAll = { network: "lab", group: 5 };
const ofTap = { link: "t1" };
const ipv4 = { link: "br0", address: "10.7.0.2" };
const ipv6 = { link: "br0", address: "fd07::2" };
const say = (what: GuestPolicy["what"], is: string, of: GuestPolicy["of"]): GuestPolicy => ({
	what,
	is,
	of,
	comment,
});
const made = (want: GuestPolicy) => ({ by: "elements" as const, host: withTable, want });

testKind(guestPolicy, {
	creations: [
		{
			...made(say("egress", "internet", ofAll)),
			name: "a network's",
			steps: [
				"filter: add egress internet of network lab",
				'  do add egress_internet_networks group 5 comment "lab"',
				'  undo remove egress_internet_networks group 5 comment "lab"',
			],
			removal: [
				"filter: remove egress internet of network lab",
				'  do remove egress_internet_networks group 5 comment "lab"',
				'  undo add egress_internet_networks group 5 comment "lab"',
			],
		},
		{
			...made(say("host", "closed", ofTap)),
			name: "a tap's",
			steps: [
				"filter: add host access closed of t1",
				'  do add host_closed_segments t1 comment "lab"',
				'  undo remove host_closed_segments t1 comment "lab"',
			],
			removal: [
				"filter: remove host access closed of t1",
				'  do remove host_closed_segments t1 comment "lab"',
				'  undo add host_closed_segments t1 comment "lab"',
			],
		},
		{
			...made(say("inbound", "published", ipv4)),
			name: "a guest's",
			steps: [
				"filter: add inbound published of 10.7.0.2 on br0",
				'  do add inbound_published_guests4 br0 . 10.7.0.2 comment "lab"',
				'  undo remove inbound_published_guests4 br0 . 10.7.0.2 comment "lab"',
			],
			removal: [
				"filter: remove inbound published of 10.7.0.2 on br0",
				'  do remove inbound_published_guests4 br0 . 10.7.0.2 comment "lab"',
				'  undo add inbound_published_guests4 br0 . 10.7.0.2 comment "lab"',
			],
		},
		{
			...made(say("egress", "full", ipv6)),
			name: "a guest's of IPv6",
			steps: [
				"filter: add egress full of fd07::2 on br0",
				'  do add egress_full_guests6 br0 . fd07::2 comment "lab"',
				'  undo remove egress_full_guests6 br0 . fd07::2 comment "lab"',
			],
			removal: [
				"filter: remove egress full of fd07::2 on br0",
				'  do remove egress_full_guests6 br0 . fd07::2 comment "lab"',
				'  undo add egress_full_guests6 br0 . fd07::2 comment "lab"',
			],
		},
	],
	drifts: [
		{
			name: "what is said of networks was flushed",
			host: withTable,
			want: say("host", "services", ofAll),
			meddle: flushed("host_services_networks"),
			told: ["host access services of network lab is not in place"],
		},
		{
			name: "what is said of guests was flushed",
			host: withTable,
			want: say("egress", "none", ipv6),
			meddle: flushed("egress_none_guests6"),
			told: ["egress none of fd07::2 on br0 is not in place"],
		},
	],
	changes: [
		{
			name: "a network that reaches less",
			...made(say("egress", "internet", ofAll)),
			next: say("egress", "none", ofAll),
			steps: [
				"filter: remove egress internet of network lab",
				'  do remove egress_internet_networks group 5 comment "lab"',
				'  undo add egress_internet_networks group 5 comment "lab"',
				"filter: add egress none of network lab",
				'  do add egress_none_networks group 5 comment "lab"',
				'  undo remove egress_none_networks group 5 comment "lab"',
			],
		},
		{
			name: "a network that reaches all",
			...made(say("egress", "none", ofAll)),
			next: say("egress", "full", ofAll),
			steps: [
				"filter: remove egress none of network lab",
				'  do remove egress_none_networks group 5 comment "lab"',
				'  undo add egress_none_networks group 5 comment "lab"',
			],
		},
		{
			name: "a tap that reaches all, where its network does not",
			...made(say("egress", "none", ofTap)),
			next: say("egress", "full", ofTap),
			steps: [
				"filter: remove egress none of t1",
				'  do remove egress_none_segments t1 comment "lab"',
				'  undo add egress_none_segments t1 comment "lab"',
				"filter: add egress full of t1",
				'  do add egress_full_segments t1 comment "lab"',
				'  undo remove egress_full_segments t1 comment "lab"',
			],
		},
	],
});

test("what is usual needs no element of a network, and one of a tap", () => {
	for (const [what, is] of [
		["egress", "full"],
		["host", "open"],
		["inbound", "open"],
	] as const) {
		expect(guestPolicy.create(say(what, is, ofAll))).toEqual([]);
		expect(guestPolicy.create(say(what, is, ofTap))).toHaveLength(1);
	}
});

test("each thing that can be said of each is an element of a set of its own", () => {
	const all = Object.entries(POLICIES).flatMap(([what, words]) =>
		Object.keys(words).flatMap((is) =>
			[ofAll, ofTap, ipv4, ipv6].map((of) => say(what as GuestPolicy["what"], is, of)),
		),
	);
	const added = all.flatMap((one) =>
		elements(guestPolicy.create(one)).filter((line) => line.startsWith("  do add")),
	);
	expect(added).toHaveLength(4 * 9 - 3);
	expect(new Set(added).size).toBe(added.length);
	const keys = new Set(all.map((one) => guestPolicy.key(one)));
	// One thing is said of one at a time.
	expect(keys.size).toBe(3 * 4);
});

test("only what is said of guests is taken from a journal", () => {
	expect(guestPolicy.isMade(say("egress", "none", ipv4))).toBe(true);
	for (const wrong of [
		{ ...say("egress", "none", ipv4), what: "toString" },
		say("egress", "none", { link: "br0", address: "10.7.0" }),
		say("egress", "none", { link: "a/b" }),
		say("egress", "none", { network: "lab", group: -1 }),
		say("egress", "none", {} as never),
	])
		expect(guestPolicy.isMade(wrong)).toBe(false);
});
