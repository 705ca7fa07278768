import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { EmbeddedHost } from "../../src/thread/embedded-host.js";
import { Machine } from "../kernel/machine.js";
import { Contention } from "./contention.js";
import { Place, rejection, root, tapSpec } from "./library.js";
import { node, tell } from "./program.js";

interface Threads {
	readonly before: readonly string[];
	readonly idle: readonly string[];
	readonly busy: readonly string[];
	readonly after: readonly string[];
	readonly links: string;
}

test("the caller's threads stay where they are, engines alone go elsewhere", async () => {
	await using place = new Place();
	const machines = [new Machine(), new Machine()];
	const own = readlinkSync(place.machine.path);
	const elsewhere = machines.map(({ path }) => readlinkSync(path)).toSorted();
	const { before, idle, busy, after, links } = await tell<Threads>(
		place.machine,
		node(
			"threads.mjs",
			place.stateDir,
			JSON.stringify(tapSpec("tap0")),
			...machines.map(({ path }) => path),
		),
	);
	for (const namespaces of [before, after]) expect(new Set(namespaces)).toEqual(new Set([own]));
	for (const namespaces of [idle, busy])
		expect(namespaces.filter((one) => one !== own).toSorted()).toEqual(elsewhere);
	expect(before.length).toBeGreaterThan(4);
	expect(links).not.toContain("tap0");
	expect(place.links).toEqual([]);
	for (const machine of machines) {
		expect(machine.sh("ip link show tap0")).toContain("tap0");
		machine.close();
	}
});

/** An engine whose thread the test can control. */
async function openThread(place: Place): Promise<{ worker: Worker; host: EmbeddedHost }> {
	const worker = new Worker(pathToFileURL(join(root, "dist/thread/worker.js")), {
		workerData: place.options,
	});
	await new Promise((resolve) => worker.once("message", resolve));
	return { worker, host: new EmbeddedHost(worker) };
}

test("a thread that dies rejects what waits for it, and whatever comes later", async () => {
	await using place = new Place();
	const { worker, host } = await openThread(place);
	await host.up(tapSpec("tap0"));
	const contention = await Contention.on(place.directory);
	const calls = [host.up(tapSpec("tap1")), host.down({ taps: ["tap0"] }), host.status()];
	const rejections = Promise.all(calls.map((call: Promise<unknown>) => rejection(call)));
	await contention.felt();
	await worker.terminate();
	for (const error of await rejections) expect(error).toMatchObject({ code: "ERR_CLOSED" });
	expect(await rejection(host.status())).toMatchObject({ code: "ERR_CLOSED" });
	await host.close();
	contention[Symbol.dispose]();

	// Its locks and its unfinished taps are gone with it.
	const next = await place.open();
	expect((await next.down({ all: true })).taps).toEqual(["tap0"]);
	expect(place.links).toEqual([]);
});

test("a thread that cannot go on says why, to all", async () => {
	await using place = new Place();
	const { worker, host } = await openThread(place);
	await host.up(tapSpec("tap0"));
	const contention = await Contention.on(place.directory);
	const pending = rejection(host.up(tapSpec("tap1")));
	await contention.felt();
	worker.postMessage("not a request");
	expect(await pending).toMatchObject({ name: "TypeError" });
	expect(await rejection(host.status())).toMatchObject({ name: "TypeError" });
	contention[Symbol.dispose]();
	expect(await rejection(host.close())).toMatchObject({ name: "TypeError" });
});
