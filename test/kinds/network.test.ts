import { expect, test } from "vitest";
import { type HostLinks, wantedTaps } from "../../src/kinds/index.js";
import { checkSpec } from "../../src/spec/spec.js";

type Fields = Readonly<Record<string, unknown>>;
const NAT = { mode: "nat", uplink: "eth1" };

/** The objects of one kind that a tap of a network needs, and their links. */
function wanted(kind: string, network: Fields, tap: Fields = {}, links?: HostLinks): string[] {
	const spec = checkSpec({
		version: 1,
		networks: { lab: network },
		taps: { tap0: { network: "lab", owner: 500, ...tap } },
	});
	return wantedTaps(spec, links).flatMap(({ resources }) =>
		resources
			.filter((one) => one.kind === kind)
			.map(({ want }) =>
				Object.values(want as object)
					.filter(Boolean)
					.join(" "),
			),
	);
}
const guest = (...addresses: readonly string[]) => ({ guest: { addresses } });
const foreign = {
	uplink: (name: string) => ({ name, mtu: undefined }),
	foreignMtu: () => 1500,
	forcesIpv6: () => true,
};

test("fe80::1 is the gateway on every segment whose IPv6 is forwarded, and on no other", () => {
	const both = { addresses: ["10.0.0.1/24", "fd00::1/64"] };
	const gateways = (...of: Parameters<typeof wanted> extends [string, ...infer R] ? R : never) =>
		wanted("address", ...of).filter((one) => one.includes("fe80::1"));
	expect(gateways({ ...NAT, ...both })).toEqual(["tap0 fe80::1/64"]);
	expect(gateways({ ...NAT, ...both, mode: "routed" })).toEqual(["tap0 fe80::1/64"]);
	expect(gateways({ ...NAT, ...both, bridge: "br0" })).toEqual(["br0 fe80::1/64"]);
	expect(gateways({ ...NAT, ipv6: "routed" })).toEqual(["tap0 fe80::1/64"]);
	expect(gateways(NAT, guest("fd00::2/128"))).toEqual(["tap0 fe80::1/64"]);
	expect(gateways({ ...NAT, addresses: ["10.0.0.1/24"] })).toEqual([]);
	expect(gateways(NAT, guest("fe80::2/64"))).toEqual([]);
	expect(gateways({ mode: "host-only", ...both })).toEqual([]);
	expect(gateways({ mode: "bridged", bridge: "br0", uplink: "eth1", ...both })).toEqual([]);
	expect(gateways({ ...NAT, bridge: "br0" }, guest("fd00::2/64"), foreign)).toEqual([]);
});

test("a guest is reached by a route of its own where no subnet of the host has it", () => {
	const routes = (network: Fields, ...addresses: readonly string[]) =>
		wanted("route", network, guest(...addresses));
	const single = { ...NAT, addresses: ["10.0.0.1/32", "fd00::1/128"] };
	expect(routes(single, "10.7.0.2/32", "fd07::2/64", "fe80::2/64")).toEqual([
		"10.7.0.2/32 tap0",
		"fd07::2/128 tap0",
	]);
	expect(routes(NAT, "fd07::2/128", "fe80::2/64", "10.7.0.2/32")).toEqual(["fd07::2/128 tap0"]);
	expect(routes({ ...NAT, bridge: "br0", addresses: ["10.7.0.1/24"] }, "10.7.0.2/24")).toEqual([]);
	expect(routes({ ...NAT, bridge: "br0", ipv6: "nat" }, "fd07::2/64")).toEqual(["fd07::2/128 br0"]);
	expect(routes({ ...NAT, addresses: ["fd07::1/64"] }, "fd07::2/64")).toEqual([]);
	expect(wanted("route", { ...NAT, bridge: "br0" }, guest("fd07::2/64"), foreign)).toEqual([]);
});

test("each family that a segment has leaves in its own way", () => {
	const nats = (...of: Parameters<typeof wanted> extends [string, ...infer R] ? R : never) =>
		wanted("nat", ...of);
	const both = { ...NAT, addresses: ["10.0.0.1/24", "fd00::1/64"] };
	const ipv4 = "tap0 eth1 lab";
	const ipv6 = "tap0 eth1 lab true";
	expect(nats(both)).toEqual([ipv4, ipv6]);
	expect(nats({ ...both, ipv6: "routed" })).toEqual([ipv4]);
	expect(nats(NAT)).toEqual([ipv4]);
	expect(nats({ ...NAT, ipv6: "nat" })).toEqual([ipv4, ipv6]);
	expect(nats({ ...NAT, addresses: ["fd00::1/64"] })).toEqual([ipv6]);
	expect(nats({ ...NAT, addresses: ["fd00::1/64"], snatTo: "10.9.9.9" })).toEqual([
		"tap0 eth1 10.9.9.9 lab",
		ipv6,
	]);
	expect(nats({ ...both, snatTo: ["fd00:9::9", "10.9.9.9"] })).toEqual([
		"tap0 eth1 10.9.9.9 lab",
		"tap0 eth1 fd00:9::9 lab true",
	]);
	expect(nats({ ...both, mode: "routed" })).toEqual([]);
});
