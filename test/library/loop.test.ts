import { expect, test } from "vitest";
import { Place } from "./library.js";
import { node, Running } from "./program.js";

const MILLISECONDS = "3000";
const UPLINK = "ip link add eth1 address 02:00:00:00:00:e1 type veth peer name lan0";

/** The delays of an event loop, in milliseconds. */
interface Lateness {
	readonly cycles: number;
	readonly steps: number;
	readonly p50: number;
	readonly p99: number;
}

/**
 * On a busy machine every event loop is late. So a process that does nothing runs beside the process whose guests come
 * and go, and the difference between the two is caused by us.
 */
test("64 guests at a time come and go, and the caller's event loop is not 5 ms later for it", async () => {
	await using place = new Place();
	place.machine.sh(UPLINK);
	const guests = ["64", "0"];
	const [churn, idle] = guests.map(
		(count) => new Running(place.machine, node("loop.mjs", place.stateDir, MILLISECONDS, count)),
	) as [Running, Running];
	for (const loop of [churn, idle]) expect(await loop.next()).toBe("ready");
	for (const loop of [churn, idle]) loop.go();
	const [busy, calm] = await Promise.all([churn.next<Lateness>(), idle.next<Lateness>()]);
	for (const loop of [churn, idle]) expect(await loop.end()).toEqual({ code: 0, stderr: "" });

	expect(busy.cycles).toBeGreaterThanOrEqual(64);
	expect(calm).toMatchObject({ cycles: 0 });
	expect(busy.steps).toBeGreaterThan(calm.steps / 10);
	console.log(`event loop p99: ${busy.p99.toFixed(2)} ms late, idle ${calm.p99.toFixed(2)} ms`);
	// If even the idle loop is late, one with work is later in proportion, because both share the processors.
	expect(busy.p99 - calm.p99, "p99 in ms above the idle loop's").toBeLessThan(5 + calm.p99);
	expect(place.links.toSorted()).toEqual(["eth1", "lan0"]);
});
