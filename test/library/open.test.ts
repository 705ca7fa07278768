import { expect, test } from "vitest";
import { Host } from "../../src/host/host.js";
import type { PlanReport, SpecInput } from "../../src/index.js";
import { checkSpec } from "../../src/spec/spec.js";
import { Machine } from "../kernel/machine.js";
import { library, Place, rejection, tapSpec } from "./library.js";
import { run } from "./program.js";

const labels = ({ steps }: PlanReport): string[] => steps.map(({ label }) => label);

test("plan says what up would do, and changes nothing", async () => {
	await using place = new Place();
	const host = await place.open();
	const plan = await host.plan(tapSpec("tap0"));
	expect(labels(plan)).toContain("create tap tap0");
	expect(place.links).toEqual([]);
	expect(labels(await host.up(tapSpec("tap0")))).toEqual(labels(plan));
});

test("up reports the taps as they are on the host", async () => {
	await using place = new Place();
	const host = await place.open();
	const up = await host.up(tapSpec("tap0"));
	expect(up.changed).toBe(true);
	const [tap] = up.taps;
	expect(tap).toMatchObject({ name: "tap0", network: "lab", mode: "host-only", owner: 500 });
	expect(place.machine.json("ip -j link show tap0")).toMatchObject([{ ifindex: tap?.index }]);
});

test("a second up changes nothing", async () => {
	await using place = new Place();
	const host = await place.open();
	const { taps } = await host.up(tapSpec("tap0"));
	expect(await host.up(tapSpec("tap0"))).toEqual({
		changed: false,
		steps: [],
		taps,
		warnings: [],
	});
});

test("status reports all taps and what was made for them, or the taps that are named", async () => {
	await using place = new Place();
	const host = await place.open();
	const { taps } = await host.up(tapSpec("tap0"));
	const status = await host.status();
	const none = { bytes: 0, packets: 0 };
	const seen = { drift: [], drops: {}, traffic: { download: none, upload: none } };
	expect(status.taps).toEqual(taps.map((tap) => ({ ...tap, ...seen })));
	expect(status.resources.map(({ key }) => key)).toContain("link:tap0");
	expect(await host.status(["tap1"])).toMatchObject({ taps: [], resources: [] });
});

test("status says where the host drifted, and up repairs it", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0"));
	place.machine.sh("ip link set tap0 down");
	const drift = async () => (await host.status(["tap0"])).taps.map((tap) => tap.drift);
	expect(await drift()).toEqual([
		[
			{
				...{ object: "link tap0", field: "state", wanted: "up", found: "down" },
				message: "tap0: state is down, was made up",
			},
		],
	]);
	expect((await host.up(tapSpec("tap0"))).changed).toBe(true);
	expect(await drift()).toEqual([[]]);
});

test("planDown says what down would do, and changes nothing", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0"));
	expect(labels(await host.planDown({ taps: ["tap0"] }))).toContain("delete tap tap0");
	expect(place.links).toEqual(["tap0"]);
});

test("down reports the taps it took down, a second one none", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0"));
	const down = await host.down({ taps: ["tap0", "tap1"] });
	expect(down).toMatchObject({ changed: true, taps: ["tap0"] });
	expect(place.links).toEqual([]);
	expect(await host.down({ taps: ["tap0"] })).toEqual({ changed: false, steps: [], taps: [] });
});

test("what others do not get back is reported", async () => {
	await using place = new Place();
	const host = await place.open();
	const network = { mode: "bridged", bridge: "br0", uplink: "eth1" } as const;
	const spec = (...taps: string[]): SpecInput => ({
		version: 1,
		networks: { lab: network },
		taps: Object.fromEntries(taps.map((name) => [name, { network: "lab", owner: 500 }])),
	});
	const withoutUplink = async () => {
		place.machine.sh(
			"ip link add eth1 type veth peer name lan0; ip address add 10.9.0.1/24 dev eth1",
		);
		await host.up(spec("tap0"));
		place.machine.sh("ip link delete eth1");
	};
	const losses = [{ subject: expect.stringContaining("10.9.0.1/24"), reason: expect.any(String) }];

	await withoutUplink();
	expect(await host.down({ taps: ["tap0"] })).toMatchObject({ taps: ["tap0"], losses });
	await withoutUplink();
	expect(await host.down({ all: true })).toMatchObject({ taps: ["tap0"], losses });
	await withoutUplink();
	place.machine.enter();
	const pruning = Host.open({ stateDir: place.stateDir });
	const pruned = await pruning.up(checkSpec(tapSpec("tap1")), { prune: true });
	pruning.close();
	expect(pruned).toMatchObject({ taps: [{ name: "tap1" }], losses });
});

test("where everything was finished recover finds nothing", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0"));
	await host.down({ taps: ["tap0"] });
	expect(await host.recover()).toEqual({ outcome: "nothing", steps: [], residual: [] });
});

test("down takes names, a spec, or all", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0", "tap1", "tap2", "tap3"));
	expect((await host.down({ spec: tapSpec("tap1", "tap9") })).taps).toEqual(["tap1"]);
	expect((await host.down({ taps: ["tap0"] })).taps).toEqual(["tap0"]);
	expect((await host.planDown({ all: true })).steps).not.toEqual([]);
	expect((await host.down({ all: true })).taps.toSorted()).toEqual(["tap2", "tap3"]);
	expect(place.links).toEqual([]);
});

test("plan with prune plans to take down what is not in the spec", async () => {
	await using place = new Place();
	const host = await place.open();
	await host.up(tapSpec("tap0"));
	const { steps } = await host.plan(tapSpec("tap1"), { prune: true });
	expect(steps.map(({ label }) => label)).toContain("delete tap tap0");
	expect(place.links).toEqual(["tap0"]);
});

test("several engines work on namespaces of their own at the same time", async () => {
	await using one = new Place();
	await using two = new Place();
	await using three = new Place();
	const places = [one, two, three];
	const hosts = await Promise.all(places.map((place) => place.open()));
	await Promise.all(hosts.map((host, i) => host.up(tapSpec("tap0", `only${i}`))));
	for (const [i, place] of places.entries())
		expect(place.links.toSorted()).toEqual([`only${i}`, "tap0"]);
	await Promise.all(hosts.map((host) => host.down({ all: true })));
	for (const place of places) expect(place.links).toEqual([]);
});

test("several engines share one namespace and its journal", async () => {
	await using place = new Place();
	const hosts = await Promise.all(Array.from({ length: 4 }, () => place.open()));
	const ups = hosts.flatMap((host, i) =>
		Array.from({ length: 8 }, (_, j) => host.up(tapSpec(`tap${i}-${j}`, "shared"))),
	);
	// Two engines must not have one address in two places, but both may want the same tap.
	const outcomes = await Promise.allSettled(ups);
	expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
	for (const host of hosts) expect((await host.status()).taps).toHaveLength(33);
	expect(place.links).toHaveLength(33);
	const [first, ...others] = hosts;
	await first?.down({ all: true });
	for (const host of others) expect((await host.status()).taps).toEqual([]);
});

test("without a name the engine works where its caller is", async () => {
	await using place = new Place();
	place.machine.enter();
	await using host = await library.open({ stateDir: place.stateDir });
	await host.up(tapSpec("tap0"));
	expect(place.links).toEqual(["tap0"]);
});

test("a namespace that is not there is a typed error", async () => {
	const error = await rejection(library.open({ netns: "no-such-namespace" }));
	expect(error).toBeInstanceOf(library.UmlnetError);
	expect(error).toMatchObject({ code: "ERR_SPEC", hint: expect.stringContaining("ip netns") });
});

test("what is no network namespace is a typed error", async () => {
	const error = await rejection(library.open({ netns: "/proc/self/status" }));
	expect(error).toBeInstanceOf(library.UmlnetError);
	expect(error).toMatchObject({ code: "ERR_SPEC", hint: expect.stringContaining("ip netns") });
});

test("a program that is no file opens one, too", async () => {
	await using place = new Place();
	const library = new URL("../../dist/index.js", import.meta.url).href;
	const text = `
		const { open } = await import(${JSON.stringify(library)});
		const host = await open({ stateDir: ${JSON.stringify(place.stateDir)} });
		await host.up(${JSON.stringify(tapSpec("tap0"))});
		await host.close();`;
	const program = [process.execPath, "--input-type=module", "-e", text];
	expect(await run(place.machine, program)).toMatchObject({ code: 0, stderr: "" });
	expect(place.links).toEqual(["tap0"]);
});

test("nothing is left of an engine that has had nothing to do", async () => {
	const machine = new Machine();
	await using place = new Place();
	const host = await place.open({ netns: machine.path });
	expect((await host.status()).taps).toEqual([]);
	await rejection(host.up({ version: 2 } as never));
	expect(place.directory).toBeUndefined();
	await host.up(tapSpec("tap0"));
	expect(place.directory).toBeDefined();
	await host.down({ all: true });
	await host.close();
	expect(place.directory).toBeUndefined();
	machine.close();
});
