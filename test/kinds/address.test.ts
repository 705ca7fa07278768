import { expect, test } from "vitest";
import { address } from "../../src/kinds/address.js";
import { request } from "../../src/netlink/request.js";
import type { FakeKernel } from "../../src/testing/fake/kernel.js";
import { RTM_DELADDR } from "../../src/uapi/if_addr.js";
import { addressOn, arrange, lan } from "../engine/hosts.js";
import { link, set } from "./neighbour.js";
import { messagesOf, Stage } from "./stage.js";
import { testKind } from "./table.js";

const want = { link: "eth1", address: "192.168.33.33/24" };
const v6 = { link: "eth1", address: "fd00::1/64" };

const deleted = (kernel: FakeKernel): void =>
	arrange(
		kernel,
		request(RTM_DELADDR, 0, {
			ifa_family: 2,
			ifa_prefixlen: 24,
			ifa_index: link(kernel, "eth1").index,
			IFA_LOCAL: Uint8Array.of(192, 168, 33, 33),
			IFA_ADDRESS: Uint8Array.of(192, 168, 33, 33),
		}),
	);

testKind(address, {
	creations: [
		{
			name: "an address",
			host: lan,
			want,
			steps: [
				"address: add address 192.168.33.33/24 to eth1",
				"  do RTM_NEWADDR create excl IFA_FLAGS 130 IFA_PROTO 117 ifa_family 2 ifa_prefixlen",
				"    24 ifa_index eth1 IFA_LOCAL 192.168.33.33 IFA_ADDRESS 192.168.33.33",
				"  undo RTM_DELADDR ifa_family 2 ifa_prefixlen 24 ifa_index eth1 IFA_LOCAL",
				"    192.168.33.33 IFA_ADDRESS 192.168.33.33",
			],
			removal: [
				"address: remove address 192.168.33.33/24 from eth1",
				"  do RTM_DELADDR ifa_family 2 ifa_prefixlen 24 ifa_index eth1 IFA_LOCAL",
				"    192.168.33.33 IFA_ADDRESS 192.168.33.33",
				"  undo RTM_NEWADDR create excl IFA_FLAGS 130 IFA_PROTO 117 ifa_family 2",
				"    ifa_prefixlen 24 ifa_index eth1 IFA_LOCAL 192.168.33.33 IFA_ADDRESS",
				"    192.168.33.33",
			],
		},
		{
			name: "an IPv6 address",
			host: lan,
			want: v6,
			steps: [
				"address: add address fd00::1/64 to eth1",
				"  do RTM_NEWADDR create excl IFA_FLAGS 130 IFA_PROTO 117 ifa_family 10 ifa_prefixlen",
				"    64 ifa_index eth1 IFA_LOCAL fd00::1 IFA_ADDRESS fd00::1",
				"  undo RTM_DELADDR ifa_family 10 ifa_prefixlen 64 ifa_index eth1 IFA_LOCAL fd00::1",
				"    IFA_ADDRESS fd00::1",
			],
			removal: [
				"address: remove address fd00::1/64 from eth1",
				"  do RTM_DELADDR ifa_family 10 ifa_prefixlen 64 ifa_index eth1 IFA_LOCAL fd00::1",
				"    IFA_ADDRESS fd00::1",
				"  undo RTM_NEWADDR create excl IFA_FLAGS 130 IFA_PROTO 117 ifa_family 10",
				"    ifa_prefixlen 64 ifa_index eth1 IFA_LOCAL fd00::1 IFA_ADDRESS fd00::1",
			],
		},
		{
			name: "a host's address",
			host: lan,
			want: { link: "eth1", address: "10.0.0.1/32" },
			steps: [
				"address: add address 10.0.0.1/32 to eth1",
				"  do RTM_NEWADDR create excl IFA_FLAGS 130 IFA_PROTO 117 ifa_family 2 ifa_prefixlen",
				"    32 ifa_index eth1 IFA_LOCAL 10.0.0.1 IFA_ADDRESS 10.0.0.1",
				"  undo RTM_DELADDR ifa_family 2 ifa_prefixlen 32 ifa_index eth1 IFA_LOCAL 10.0.0.1",
				"    IFA_ADDRESS 10.0.0.1",
			],
			removal: [
				"address: remove address 10.0.0.1/32 from eth1",
				"  do RTM_DELADDR ifa_family 2 ifa_prefixlen 32 ifa_index eth1 IFA_LOCAL 10.0.0.1",
				"    IFA_ADDRESS 10.0.0.1",
				"  undo RTM_NEWADDR create excl IFA_FLAGS 130 IFA_PROTO 117 ifa_family 2",
				"    ifa_prefixlen 32 ifa_index eth1 IFA_LOCAL 10.0.0.1 IFA_ADDRESS 10.0.0.1",
			],
		},
	],
	drifts: [
		{
			name: "an address was deleted",
			host: lan,
			want,
			meddle: deleted,
			told: ["address 192.168.33.33/24 is missing on eth1"],
		},
		{
			name: "an address has another prefix",
			up: "mends it beside theirs",
			host: lan,
			want,
			meddle: (kernel) => {
				deleted(kernel);
				arrange(kernel, addressOn(link(kernel, "eth1").index, "192.168.33.33/25"));
			},
			told: ["address 192.168.33.33/24 is missing on eth1"],
		},
	],
	refusals: [
		{
			name: "an address that somebody else gave the link",
			host: lan,
			want: { link: "eth1", address: "10.33.33.33/24" },
			error: "not ours",
		},
	],
});

test("an address that somebody took off and gave again gets our mark once more", () => {
	const stage = new Stage(lan);
	set("lo", { ifi_flags: 1, ifi_change: 1 })(stage.kernel);
	const made = address.resolve(want, stage.context());
	stage.do(address.create(made));
	deleted(stage.kernel);
	arrange(stage.kernel, addressOn(made.index, want.address));
	const theirs = stage.picture();
	expect(messagesOf(address.verify?.(made, stage.kernel) ?? [])).toEqual([
		"address 192.168.33.33/24 on eth1 is not the one that was made",
	]);
	const steps = address.change(made, made, stage.kernel);
	stage.do(steps);
	expect(address.verify?.(made, stage.kernel)).toEqual([]);
	expect(address.change(made, made, stage.kernel)).toEqual([]);
	stage.undo(steps);
	expect(stage.picture()).toBe(theirs);
});
