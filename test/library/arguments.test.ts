/**
 * Callers in plain JavaScript must be told what is wrong with their arguments, before the engine is asked for anything.
 */
import { describe, expect, test } from "vitest";
import { open } from "../../src/index.js";
import type { EmbeddedHost } from "../../src/thread/embedded-host.js";
import { Place, rejection, tapSpec } from "./library.js";

/** Values of all types, of which an option or argument accepts only some. */
const WRONG: Readonly<Record<string, unknown>> = {
	"an AbortController": new AbortController(),
	"a number": 5,
	"a negative number": -1,
	NaN: Number.NaN,
	"a string": "abort",
	"an empty string": "",
	"a function": () => {},
	"an array": [1],
	null: null,
	true: true,
	"an empty object": {},
	"a symbol": Symbol("x"),
};
const but = (...names: string[]) => Object.entries(WRONG).filter(([name]) => !names.includes(name));

type Call = (host: EmbeddedHost, value: never) => Promise<unknown>;
const CALLS: readonly (readonly [string, Call, ReturnType<typeof but>])[] = [
	["the signal of up", (host, signal) => host.up(tapSpec("tap0"), { signal }), but()],
	[
		"the signal of take",
		(host, signal) => host.take({ network: "lab", networks: {} } as never, { signal }),
		but(),
	],
	["the signal of down", (host, signal) => host.down({ all: true }, { signal }), but()],
	["the signal of plan", (host, signal) => host.plan(tapSpec("tap0"), { signal }), but()],
	["the signal of planDown", (host, signal) => host.planDown({ all: true }, { signal }), but()],
	["the signal of status", (host, signal) => host.status(undefined, { signal }), but()],
	["the signal of recover", (host, signal) => host.recover({ signal }), but()],
	["the signal of confirm", (host, signal) => host.confirm({ signal }), but()],
	[
		"the options of up",
		(host, options) => host.up(tapSpec("tap0"), options),
		but("an empty object", "an AbortController"),
	],
	[
		"the options of status",
		(host, options) => host.status([], options),
		but("an empty object", "an AbortController"),
	],
	["prune of up", (host, prune) => host.up(tapSpec("tap0"), { prune }), but("true")],
	["prune of plan", (host, prune) => host.plan(tapSpec("tap0"), { prune }), but("true")],
	["verify of status", (host, verify) => host.status([], { verify }), but("true")],
	["the spec of up", (host, spec) => host.up(spec), but("an empty object", "an AbortController")],
	[
		"the guest of take",
		(host, guest) => host.take(guest),
		but("an empty object", "an AbortController"),
	],
	[
		"the network of take",
		(host, network) => host.take({ network, networks: {} } as never),
		// A name may be any text; without a pool the call is refused nevertheless.
		but(),
	],
	[
		"the networks of take",
		(host, networks) => host.take({ network: "lab" as never, networks }),
		but(),
	],
	[
		"the tap of take",
		(host, tap) => host.take({ network: "lab", networks: {}, tap } as never),
		but(),
	],
	["strays of recover", (host, strays) => host.recover({ strays }), but("true")],
	["what recover gives up", (host, giveUp) => host.recover({ giveUp }), but()],
	["what is to go down", (host, which) => host.down(which), but()],
	["the names of what is to go down", (host, taps) => host.down({ taps }), but()],
	[
		"the spec of what is to go down",
		(host, spec) => host.down({ spec }),
		but("an empty object", "an AbortController"),
	],
	["all of what is to go down", (host, all) => host.down({ all }), but("true")],
	["the names of status", (host, taps) => host.status(taps), but()],
];

describe("a call with a value of a wrong type is refused, and nothing is asked:", () => {
	test.each(CALLS)("%s", async (_, call, values) => {
		await using place = new Place();
		const host = await place.open();
		for (const [name, value] of values)
			expect(await rejection(call(host, value as never)), name).toMatchObject({
				code: "ERR_USAGE",
			});
		expect(place.directory).toBeUndefined();
		expect(place.links).toEqual([]);
	});
});

test("an option that is none is told from those there are", async () => {
	await using place = new Place();
	const host = await place.open();
	const options = { singal: AbortSignal.abort() } as object;
	const said = await rejection(host.up(tapSpec("tap0"), options));
	expect(said).toMatchObject({
		code: "ERR_USAGE",
		hint: "its options are signal, confirmWithin, sparing, prune",
	});
});

describe("open refuses an option of a wrong type, and starts nothing:", () => {
	test.each([
		["netns", but("a string")],
		["stateDir", but("a string")],
		["timeout", but("a number")],
		["pool", but()],
	])("%s", async (name, values) => {
		for (const [what, value] of values)
			expect(await rejection(open({ [name]: value })), what).toMatchObject({ code: "ERR_USAGE" });
	});

	test.each([
		["size", but("a number")],
		["low", but("a number")],
		["owner", but("a number")],
		["group", but("a number")],
		["vnetHdr", but("true")],
	])("%s of a pool", async (name, values) => {
		for (const [what, value] of values) {
			const pool = { size: 2, low: 1, [name]: value } as never;
			expect(await rejection(open({ pool })), what).toMatchObject({ code: "ERR_USAGE" });
		}
	});
});

test("those who give up do not keep others waiting", async () => {
	await using place = new Place();
	const host = await place.open();
	const caller = new AbortController();
	const given = Array.from({ length: 5000 }, (_, i) =>
		rejection(host.up(tapSpec(`gone${i}`), { signal: caller.signal })),
	);
	caller.abort();
	const asked = [host.up(tapSpec("tap0")), host.status(), host.down({ taps: ["gone0"] })];
	await Promise.all(asked);
	await Promise.all(given);
	// What had begun is finished and stays; all other requests were never begun.
	const { taps } = await host.status();
	expect(taps.length).toBeLessThan(5000 / 4);
	expect(taps.map(({ name }) => name)).toContain("tap0");
	await host.down({ all: true });
});

test("nor does close wait for them", async () => {
	await using place = new Place();
	const host = await place.open();
	const caller = new AbortController();
	const given = Array.from({ length: 5000 }, (_, i) =>
		rejection(host.up(tapSpec(`gone${i}`), { signal: caller.signal })),
	);
	caller.abort();
	await host.close();
	await Promise.all(given);
	expect(place.links.length).toBeLessThan(5000 / 4);
});
