import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { EmbeddedHost } from "../../src/thread/embedded-host.js";
import { Contention, until } from "./contention.js";
import { library, Place, rejection, tapSpec } from "./library.js";
import { node, tell } from "./program.js";

/** The error with which one call of each method is rejected. */
const rejections = (host: EmbeddedHost, signal?: AbortSignal): Promise<unknown[]> =>
	Promise.all(
		[
			host.up(tapSpec("tap9"), { signal }),
			host.take({ network: "lab", networks: {} } as never, { signal }),
			host.down({ taps: ["tap0"] }, { signal }),
			host.plan(tapSpec("tap9"), { signal }),
			host.planDown({ all: true }, { signal }),
			host.status(undefined, { signal }),
			host.recover({ signal }),
			host.confirm({ signal }),
		].map((call: Promise<unknown>) => rejection(call)),
	);

describe("a call that is called off", () => {
	test("before it was made asks nothing", async () => {
		await using place = new Place();
		const host = await place.open();
		const reason = new Error("changed my mind");
		for (const said of await rejections(host, AbortSignal.abort(reason))) expect(said).toBe(reason);
		expect(place.directory).toBeUndefined();
		expect(place.links).toEqual([]);
	});

	test("while it waits in the queue is never begun", async () => {
		await using place = new Place();
		const host = await place.open();
		await host.up(tapSpec("tap0"));
		const contention = await Contention.on(place.directory);
		const first = host.up(tapSpec("tap1"));
		await contention.felt();
		const caller = new AbortController();
		const queued = rejections(host, caller.signal);
		const up = host.up(tapSpec("tap2"));
		caller.abort("too late");
		for (const said of await queued) expect(said).toBe("too late");
		contention[Symbol.dispose]();
		expect((await first).changed).toBe(true);
		expect((await up).changed).toBe(true);
		expect(place.links.toSorted()).toEqual(["tap0", "tap1", "tap2"]);
		expect(getEventListeners(caller.signal, "abort")).toEqual([]);
	});

	test("after it began is finished, its caller is told at once", async () => {
		await using place = new Place();
		const host = await place.open();
		await host.up(tapSpec("tap0"));
		const contention = await Contention.on(place.directory);
		const caller = new AbortController();
		const up = host.up(tapSpec("tap1"), { signal: caller.signal });
		await contention.felt();
		caller.abort();
		expect(await rejection(up)).toBe(caller.signal.reason);
		contention[Symbol.dispose]();
		const status = await host.status();
		expect(status.taps.map(({ name, drift }) => [name, drift])).toEqual([
			["tap0", []],
			["tap1", []],
		]);
		expect(status.unfinished).toBeUndefined();
		expect(place.links.toSorted()).toEqual(["tap0", "tap1"]);
	});

	test("by the clock is told so", async () => {
		await using place = new Place();
		const host = await place.open();
		await host.up(tapSpec("tap0"));
		using _ = await Contention.on(place.directory);
		const error = await rejection(host.down({ all: true }, { signal: AbortSignal.timeout(20) }));
		expect(error).toMatchObject({ name: "TimeoutError" });
	});

	test("in no way leaves a tap that nobody knows", async () => {
		await using place = new Place();
		const host = await place.open({ pool: { size: 2, low: 1 } });
		const parked = async () => (await host.status()).taps.map(({ mode }) => mode);
		await until(async () => (await parked()).length === 2);
		const contention = await Contention.on(place.directory);
		const caller = new AbortController();
		const guest = { network: "lab", networks: { lab: { mode: "host-only" } } } as const;
		const taken = host.take(guest, { signal: caller.signal });
		await contention.felt();
		caller.abort("no");
		expect(await rejection(taken)).toBe("no");
		contention[Symbol.dispose]();
		await until(async () => (await parked()).every((mode) => mode === "parked"));
		expect(await parked()).toEqual(["parked", "parked"]);
	});

	test("in the end leaves no listener", async () => {
		await using place = new Place();
		const host = await place.open();
		const { signal } = new AbortController();
		await host.up(tapSpec("tap0"), { signal });
		await rejection(host.up({} as never, { signal }));
		await host.close();
		expect(getEventListeners(signal, "abort")).toEqual([]);
	});
});

describe("close", () => {
	test("finishes what was asked and leaves the taps", async () => {
		await using place = new Place();
		const host = await place.open();
		const ups = ["tap0", "tap1", "tap2"].map((name) => host.up(tapSpec(name)));
		const closing = host.close();
		expect((await Promise.all(ups)).map(({ changed }) => changed)).toEqual([true, true, true]);
		await closing;
		expect(place.links.toSorted()).toEqual(["tap0", "tap1", "tap2"]);
	});

	test("twice, or at once, is as good as once", async () => {
		await using place = new Place();
		const host = await place.open({ pool: { size: 2, low: 1 } });
		const up = host.up(tapSpec("tap0"));
		const closings = [host.close(), host.close()];
		expect(await Promise.all(closings)).toEqual([undefined, undefined]);
		expect((await up).changed).toBe(true);
		const after = place.links;
		expect(await host.close()).toBeUndefined();
		expect(await host[Symbol.asyncDispose]()).toBeUndefined();
		expect(await rejection(host.status())).toMatchObject({ code: "ERR_CLOSED" });
		// Closing does only what it should: the taps of the pool are gone, the others stay.
		expect(after).toEqual(["tap0"]);
		expect(place.links).toEqual(["tap0"]);
	});

	test("refuses every later call", async () => {
		await using place = new Place();
		const host = await place.open();
		const closing = host.close();
		for (const error of await rejections(host)) {
			expect(error).toBeInstanceOf(library.UmlnetError);
			expect(error).toMatchObject({ code: "ERR_CLOSED" });
		}
		await closing;
		expect(await rejection(host.status())).toMatchObject({ code: "ERR_CLOSED" });
		expect(place.links).toEqual([]);
	});

	test("is what `await using` does", async () => {
		await using place = new Place();
		let kept: EmbeddedHost;
		{
			await using host = await library.open(place.options);
			kept = host;
			await host.up(tapSpec("tap0"));
		}
		expect(await rejection(kept.status())).toMatchObject({ code: "ERR_CLOSED" });
		expect(place.links).toEqual(["tap0"]);
	});
});

test("what is no call at all is refused, and the next one served", async () => {
	await using place = new Place();
	const host = await place.open();
	const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
		["ERR_USAGE", () => host.up({ version: 1, act() {} } as never)],
		["ERR_USAGE", () => host.up(undefined as never)],
		["ERR_USAGE", () => host.down(undefined as never)],
		["ERR_USAGE", () => host.down({ taps: "tap0" } as never)],
		["ERR_USAGE", () => host.down({ taps: [1] } as never)],
		["ERR_USAGE", () => host.planDown({} as never)],
		["ERR_USAGE", () => host.take({ network: "lab", networks: {} } as never)],
	];
	for (const [code, call] of calls) {
		const error = await rejection(call());
		expect(error).toBeInstanceOf(library.UmlnetError);
		expect(error).toMatchObject({ code });
	}
	expect((await host.up(tapSpec("tap0"))).changed).toBe(true);
});

test.each([{}, { pool: { size: 4, low: 2 } }])(
	"a process ends by itself with an idle engine open: %j",
	async (options) => {
		await using place = new Place();
		const spec = JSON.stringify(tapSpec("tap0"));
		const said = await tell(
			place.machine,
			node("idle.mjs", place.stateDir, spec, JSON.stringify(options)),
		);
		expect(said).toEqual({ changed: true, refused: "ERR_USAGE", late: "late" });
		expect(place.links).toContain("tap0");
	},
);
