/** The default MTU of a tap and a bridge: that of the link through which their packets leave. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { launchArguments } from "../../src/service/launch.js";
import type { Spec } from "../../src/spec/model.js";
import { Lab } from "./lab.js";
import { labSpec } from "./specs.js";

let lab: Lab;
beforeEach(async () => {
	lab = await Lab.open();
});
afterEach(() => lab.close());

const up = (spec: Spec) => lab.run((host) => host.up(spec));
const downAll = () => lab.run((host) => host.down({ all: true }));
const mtuOf = (link: string): unknown =>
	(lab.host.json(`ip -j link show dev ${link}`) as [{ mtu: number }])[0].mtu;

const UPLINK = { uplink: "eth1" };
/** A subnet can only be on one interface, so without a bridge each guest has a route of its own. */
const NAT = { mode: "nat", addresses: ["192.168.33.33/32"], ...UPLINK };
const ROUTED = { mode: "routed", addresses: ["192.168.33.33/32", "fd07::1/128"], ...UPLINK };
const NETWORKS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
	bridged: { mode: "bridged", bridge: "br0", ...UPLINK },
	NAT,
	"NAT of a bridge": { mode: "nat", bridge: "br0", addresses: ["192.168.33.33/24"], ...UPLINK },
	routed: ROUTED,
};

describe.each(Object.entries(NETWORKS))("%s", (_, network) => {
	test.each([9000, 1400])("an uplink of MTU %i", async (mtu) => {
		lab.host.sh(`ip link set eth1 mtu ${mtu}`);
		const before = await lab.lookSettled();
		const { result } = await up(labSpec(network, { tap0: {} }));
		const [report] = result.taps;
		expect(report?.mtu).toBe(mtu);
		expect(launchArguments(report as NonNullable<typeof report>).qemu.join(" ")).toContain(
			`host_mtu=${mtu}`,
		);
		await up(labSpec(network, { tap1: {} }));
		const links = ["tap0", "tap1", ...("bridge" in network ? ["br0"] : [])];
		expect(links.map(mtuOf)).toEqual(links.map(() => mtu));
		expect((await lab.run((host) => host.status(undefined, { verify: true }))).result.exact).toBe(
			true,
		);
		expect((await up(labSpec(network, { tap0: {}, tap1: {} }))).mutations).toEqual([]);
		await downAll();
		expect(await lab.networkChanges(before)).toEqual([]);
	});
});

test("what a spec says counts", async () => {
	lab.host.sh("ip link set eth1 mtu 9000");
	await up(labSpec({ ...NAT, mtu: 1300 }, { tap0: {}, tap1: { mtu: 1280 } }));
	expect(["tap0", "tap1"].map(mtuOf)).toEqual([1300, 1280]);
});

test("IPv6 is not taken off a tap by an uplink that has none", async () => {
	lab.host.sh("ip link set eth1 mtu 1000");
	await up(labSpec(ROUTED, { tap0: {} }));
	expect(mtuOf("tap0")).toBe(1280);
	expect(lab.host.sh("ip -6 address show dev tap0")).toContain("fd07::1/128");
});

test.each(Object.entries(NETWORKS))(
	"an uplink that changes its MTU is no drift, and the next guest has the new one: %s",
	async (_, network) => {
		lab.host.sh("ip link set eth1 mtu 9000");
		await up(labSpec(network, { tap0: {} }));
		lab.host.sh("ip link set eth1 mtu 1400");
		const { result } = await lab.run((host) => host.status(undefined, { verify: true }));
		expect(result.exact).toBe(true);
		await up(labSpec(network, { tap1: {} }));
		expect(["tap0", "tap1"].map(mtuOf)).toEqual([9000, 1400]);
		await up(labSpec(network, { tap0: {} }));
		expect(mtuOf("tap0")).toBe(1400);
		await downAll();
		expect(mtuOf("eth1")).toBe(1400);
	},
);

test.each([9000, 1400])(
	"a bridge of somebody else's keeps its MTU %i, and a tap on it has it",
	async (mtu) => {
		lab.host.sh(`
		ip link add virbr0 type bridge; ip link add v0 type veth peer name v1
		ip link set v0 mtu ${mtu} master virbr0 up; ip link set v1 mtu ${mtu} up; ip link set virbr0 up`);
		const before = await lab.lookSettled();
		await up(labSpec({ mode: "bridged", bridge: "virbr0" }, { tap0: {} }));
		await up(labSpec({ mode: "bridged", bridge: "virbr0" }, { tap1: {} }));
		expect(["virbr0", "tap0", "tap1"].map(mtuOf)).toEqual([mtu, mtu, mtu]);
		await downAll();
		expect(await lab.networkChanges(before)).toEqual([]);
	},
);

test("a guest more of a network looks at its uplink once a second at most", async () => {
	lab.host.sh("ip link set eth1 mtu 9000");
	const spec = (tap: string) => labSpec(NAT, { [tap]: {} });
	const { looks } = await lab.run(async (host) => {
		await host.up(spec("tap0"));
		await host.up(spec("tap1"));
		await host.up(spec("tap2"));
		return {};
	});
	expect(looks).toEqual(["eth1"]);
	expect(mtuOf("tap2")).toBe(9000);
});
