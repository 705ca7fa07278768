import { expect, test } from "vitest";
import { execute } from "../../src/kernel/execute.js";
import { drops } from "../../src/kinds/drops.js";
import { ElementSet } from "../../src/kinds/element.js";
import { guard } from "../../src/kinds/guard.js";
import { isolation } from "../../src/kinds/isolation.js";
import { drops as drop } from "../../src/kinds/ruleset/set/drops.js";
import { table } from "../../src/kinds/table.js";
import { request } from "../../src/netlink/request.js";
import { FakeKernel } from "../../src/testing/fake/kernel.js";
import { NFT_MSG_DELSETELEM } from "../../src/uapi/nf_tables.js";
import { lan } from "../engine/hosts.js";
import { testKind } from "./table.js";

/** A host with all our tables. */
const host = (kernel: FakeKernel): void => {
	lan(kernel);
	kernel.aside(() => {
		for (const family of ["inet", "bridge", "arp"] as const)
			execute(
				kernel,
				table.create({ name: "umlnet-nl", family }).map((step) => step.do),
			);
	});
};
const newHost = (): FakeKernel => {
	const kernel = new FakeKernel();
	host(kernel);
	return kernel;
};
const emptied = (nfgen_family: number, set: string) => (kernel: FakeKernel) => {
	kernel.nftables([
		request(NFT_MSG_DELSETELEM, 0, {
			nfgen_family,
			NFTA_SET_ELEM_LIST_TABLE: "umlnet-nl",
			NFTA_SET_ELEM_LIST_SET: set,
		}),
	]);
};

const unbound = { tap: "tap0", network: "lab", level: "basic", addresses: [] } as const;
const known = {
	...unbound,
	mac: "52:54:00:00:00:02",
	addresses: ["10.7.0.2", "fd07::2"],
} as const;
const strict = { ...known, level: "strict" } as const;

testKind(guard, {
	creations: [
		["basic", unbound],
		["basic", known],
		["strict", strict],
		["basic", { ...known, bridge: "virbr0" }],
		["strict", { ...known, level: "strict" as const, bridge: "virbr0" }],
	].map(([level, want], i) => ({
		name: `guard ${level}, ${i + 1}`,
		by: "labels" as const,
		host,
		want: want as typeof strict,
		steps: [`filter: add guard of tap0 (${level})`],
		removal: [`filter: remove guard of tap0 (${level})`],
	})),
	drifts: [
		{
			name: "the only element of a guest was taken out",
			host,
			want: unbound,
			meddle: emptied(1, "unbound_guests"),
			told: ["guard of tap0 (basic) lacks tap0 in nft set inet unbound_guests"],
		},
		{
			name: "the MACs were taken out",
			host,
			want: strict,
			meddle: emptied(1, "guest_macs"),
			told: ["guard of tap0 (strict) lacks tap0 . 52:54:00:00:00:02 in nft set inet guest_macs"],
		},
		{
			name: "ARP is not held to addresses any more",
			host,
			want: strict,
			meddle: emptied(3, "guest_ipv4"),
			told: ["guard of tap0 (strict) lacks tap0 . 10.7.0.2 in nft set arp guest_ipv4"],
		},
	],
	changes: (
		[
			["a guest becomes known", unbound, known],
			["what is known is held strictly", known, strict],
			["nothing is held strictly any more", strict, unbound],
			["the guest gets another MAC", strict, { ...strict, mac: "52:54:00:00:00:03" }],
			["the guest gets another address", strict, { ...strict, addresses: ["10.7.0.3"] }],
			["its tap becomes a port", known, { ...known, bridge: "virbr0" }],
		] as const
	).map(([name, want, next]) => ({
		name,
		by: "labels" as const,
		host,
		want: want as typeof strict,
		next: next as typeof strict,
		steps: [`filter: change guard of tap0 (${next.level})`],
	})),
});

testKind(isolation, {
	creations: [
		{
			name: "guests of a bridge",
			by: "labels",
			host,
			want: { from: "br0", to: "br0" },
			steps: ["filter: add isolation within br0"],
			removal: ["filter: remove isolation within br0"],
		},
	],
	drifts: [
		{
			name: "the way by the host was opened",
			host,
			want: { from: "br0", to: "br0" },
			meddle: emptied(1, "isolated"),
			told: ["isolation within br0 is not in place"],
		},
	],
});

test.each([true, false])(
	"elements are taken out whether they are there or not, by DESTROY or without: %s",
	(canDestroy) => {
		const set = new ElementSet({ family: "inet", name: "umlnet-nl" }, drop.set);
		const element = { key: ["tap0", "mac"] as const };
		for (const add of [[], [set.add([element])]]) {
			const kernel = newHost();
			expect(kernel.nftables(add).refused).toEqual([]);
			expect(kernel.nftables(set.destroy([element], canDestroy)).refused).toEqual([]);
			expect(set.read(kernel, element.key)).toBeUndefined();
		}
	},
);

test("what was dropped is forgotten with its tap", () => {
	const kernel = newHost();
	const set = new ElementSet({ family: "inet", name: "umlnet-nl" }, drop.set);
	kernel.nftables([set.add([{ key: ["tap0", "mac"] }, { key: ["tap1", "mac"] }])]);
	const made = { link: "tap0", families: ["inet", "arp"] } as const;
	execute(
		kernel,
		drops.remove(made, undefined as never).map((step) => step.do),
	);
	expect(set.read(kernel, ["tap0", "mac"])).toBeUndefined();
	expect(set.read(kernel, ["tap1", "mac"])).toBeDefined();
});
