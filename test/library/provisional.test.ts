import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { library, Place, rejection, tapSpec } from "./library.js";
import { node, run } from "./program.js";

const { parseSpec } = library;

/** Wait until a condition is true, but not longer than this. */
async function until(holds: () => boolean, milliseconds = 5_000): Promise<void> {
	const end = Date.now() + milliseconds;
	while (!holds() && Date.now() < end) await setTimeout(20);
	expect(holds()).toBe(true);
}

test("what nobody confirms is rolled back when its time is over", async () => {
	await using place = new Place();
	const host = await place.open();
	const { provisional } = await host.up(tapSpec("tap0"), { confirmWithin: 400 });
	expect(provisional).toMatchObject({ command: "up tap0" });
	expect(place.links).toEqual(["tap0"]);
	expect(await rejection(host.up(tapSpec("tap1")))).toMatchObject({ code: "ERR_PROVISIONAL" });
	await until(() => place.links.length === 0);
	expect(await rejection(host.confirm())).toMatchObject({ code: "ERR_UNCONFIRMED" });
	expect((await host.up(tapSpec("tap1"))).changed).toBe(true);
});

test("what is confirmed stands, whoever confirms it", async () => {
	await using place = new Place();
	const host = await place.open();
	const other = await place.open();
	await host.up(tapSpec("tap0"), { confirmWithin: 1_000 });
	expect(await other.confirm()).toMatchObject({ changed: true, transaction: "up tap0" });
	await setTimeout(1_300);
	expect(place.links).toEqual(["tap0"]);
	await host.down({ taps: ["tap0"] }, { confirmWithin: 300 });
	await until(() => place.links.length === 1);
	await setTimeout(600);
	expect((await host.status()).taps).toMatchObject([{ name: "tap0", drift: [] }]);
});

test("close rolls back what waits to be confirmed", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0"), { confirmWithin: 60_000 });
	await host.close();
	expect(place.links).toEqual([]);
	expect(place.directory).toBeUndefined();
});

test("prune takes the others down in the same transaction, provisional or not", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0", "tap1"));
	const report = await host.up(tapSpec("tap1", "tap2"), { prune: true, confirmWithin: 400 });
	expect(report).toMatchObject({ changed: true, pruned: ["tap0"] });
	expect(report.taps.map(({ name }) => name)).toEqual(["tap1", "tap2"]);
	await until(() => place.links.includes("tap0") && !place.links.includes("tap2"));
	expect((await host.status(undefined, { verify: true })).exact).toBe(true);
	const pruned = await host.up(tapSpec("tap1", "tap2"), { prune: true });
	expect(pruned.pruned).toEqual(["tap0"]);
	expect(place.links.sort()).toEqual(["tap1", "tap2"]);
	const again = await host.up(tapSpec("tap1", "tap2"), { prune: true });
	expect(again).toMatchObject({ changed: false, pruned: [] });
});

test("a Spec that was read here can be brought up there", async () => {
	await using place = new Place();
	const host = await place.open();
	const spec = parseSpec(JSON.stringify(tapSpec("tap0")));
	const { taps } = await host.up(spec);
	expect(taps).toMatchObject([{ name: "tap0", launch: { uml: "eth0=tuntap,tap0" } }]);
	expect((await host.plan(spec)).steps).toEqual([]);
	const { steps } = await host.planDown({ spec });
	expect(steps.map(({ label }) => label)).toContain("delete tap tap0");
	expect((await host.down({ spec })).taps).toEqual(["tap0"]);
});

test("a process does not end before what it did is confirmed or rolled back", async () => {
	await using place = new Place();
	const start = Date.now();
	const program = node("provisional.mjs", place.stateDir);
	const { code, stderr } = await run(place.machine, program);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(Date.now() - start).toBeGreaterThan(650);
	expect(place.links).toEqual([]);
});
