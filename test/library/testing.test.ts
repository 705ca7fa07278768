import { readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { KernelError } from "../../src/sys/error.js";
import { ModelHost, TemporaryNamespace } from "../../src/testing/index.js";
import { Place, rejection, tapSpec } from "./library.js";

const NAT = {
	version: 1,
	networks: { lab: { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] } },
	taps: { tap0: { network: "lab", owner: 500 } },
} as const;

test("on the model all of the interface works", async () => {
	using host = new ModelHost();
	const before = host.kernel.snapshot();
	expect((await host.plan(NAT)).steps.length).toBeGreaterThan(3);
	const { taps } = await host.up(NAT);
	expect(taps).toMatchObject([{ name: "tap0", launch: { uml: "eth0=tuntap,tap0" } }]);
	expect(await host.up(NAT)).toMatchObject({ changed: false, steps: [] });
	const quiet = { mode: "host-only" } as const;
	const pooled = { lab: { mode: "host-only", pool: { size: 2 } } } as const;
	const taken = await host.take({ network: "lab", networks: pooled });
	expect(taken).toMatchObject({ mode: "host-only", network: "lab" });
	expect((await host.status(undefined, { verify: true })).exact).toBe(true);
	await host.up({ version: 1, networks: { quiet }, taps: { tap9: { network: "quiet" } } });
	expect((await host.plan(NAT, { prune: true })).steps.length).toBeGreaterThan(0);
	expect((await host.up(NAT, { prune: true })).pruned).toEqual(["tap9"]);
	expect((await host.status()).taps.map(({ name }) => name)).not.toContain("tap9");
	expect(await host.up(NAT, { prune: true })).toMatchObject({ changed: false, pruned: [] });
	expect((await host.planDown({ all: true })).steps.length).toBeGreaterThan(3);
	expect(await host.recover()).toMatchObject({ outcome: "nothing" });
	expect(await rejection(host.confirm())).toMatchObject({ code: "ERR_CONFLICT" });
	expect((await host.down({ all: true })).taps.toSorted()).toEqual([taken.name, "tap0"].toSorted());
	expect(host.kernel.snapshot()).toEqual(before);
});

test("what goes wrong on the model is rolled back, and rejected with the kernel's words", async () => {
	using host = new ModelHost();
	const before = host.kernel.snapshot();
	host.kernel.failAt(4, new KernelError("RTM_NEWLINK", "ENOMEM"), "once", "before");
	expect(await rejection(host.up(NAT))).toMatchObject({ code: "ERR_KERNEL", errno: "ENOMEM" });
	expect(host.kernel.snapshot()).toEqual(before);
	expect(await rejection(host.up({ version: 2 } as never))).toMatchObject({ code: "ERR_SPEC" });
});

test("a provisional change on the model is confirmed, or rolled back by who comes next", async () => {
	using host = new ModelHost();
	await host.up(tapSpec("tap0"), { confirmWithin: 60_000 });
	expect(await host.confirm()).toMatchObject({ changed: true });
	await host.up(tapSpec("tap1"), { confirmWithin: 0 });
	expect((await host.down({ taps: ["tap1"] })).taps).toEqual([]);
	expect((await host.status()).taps.map(({ name }) => name)).toEqual(["tap0"]);
});

test("a namespace is thrown away with all that is in it, and the thread never stays there", async () => {
	const here = (): string => readlinkSync("/proc/thread-self/ns/net");
	const before = here();
	await using place = new Place();
	let there: string;
	{
		using namespace = new TemporaryNamespace();
		there = namespace.run(here);
		namespace.addLink("eth1");
		expect(() => namespace.addLink("eth1")).toThrow(/EEXIST/);
		const host = await place.open({ netns: namespace.path });
		await host.up(NAT);
		expect((await host.status(undefined, { verify: true })).exact).toBe(true);
		await host.down({ all: true });
	}
	expect(there).not.toBe(before);
	place.machine.enter();
	const standing = here();
	using other = new TemporaryNamespace();
	expect(other.run(here)).not.toBe(standing);
	expect(here()).toBe(standing);
});
