/**
 * The floor of the runtime: what c_floor.c does in a Worker of Node, under a lock that other processes see, and
 * journalled, as a guest is by definition. Nothing is checked, planned or undone. What our library takes beyond it is
 * ours to answer for; what this takes is not.
 * floor.js NETNS FOLDER [pool]; the lines: ../peer.ts. With `pool` taps stay, blank and down, when their guests have gone.
 */
import { Worker } from "node:worker_threads";
import { CONTENDER, range } from "../guest.js";
import { answerLines } from "./answers.js";
import type { Job, Place } from "./floor_thread.js";

const [netns = "", folder = "", what] = process.argv.slice(2);
const place: Place = { netns, folder, pool: what === "pool" };
const thread = new Worker(new URL("./floor_thread.js", import.meta.url), { workerData: place });
const waiting = new Map<number, () => void>();
let next = 0;
thread.on("message", (done: readonly number[]) => {
	for (const id of done) {
		waiting.get(id)?.();
		waiting.delete(id);
	}
});

function ask(job: (id: number) => Job): Promise<void> {
	const id = next++;
	return new Promise((resolve) => {
		waiting.set(id, resolve);
		thread.postMessage(job(id));
	});
}
/** A guest in the group of those that go down as one with `first`. */
const up = (guest: number, first: number): Promise<void> =>
	ask((id) => ({ id, up: guest, group: first + 1 }));
const down = (first: number, count: number): Promise<void> =>
	ask((id) => ({ id, down: [first, count] }));

async function timed(run: () => Promise<unknown>): Promise<number> {
	const start = process.hrtime.bigint();
	await run();
	return Number(process.hrtime.bigint() - start);
}

async function each(first: number, count: number): Promise<number[]> {
	const times: number[] = [];
	for (const i of range(first, count)) times.push(await timed(() => up(i, first)));
	return times;
}

/** As 64 callers would: as many requests at once. */
async function churn(guests: number, window: number): Promise<void> {
	for (let done = 0; done < guests; done += window) {
		const count = Math.min(window, guests - done);
		await Promise.all(range(CONTENDER, count).map((i) => up(i, CONTENDER)));
		await down(CONTENDER, count);
	}
}

async function answer(verb: string, a: number, b: number): Promise<number[] | undefined> {
	switch (verb) {
		case "up":
			return each(a, b);
		case "down":
			return [await timed(() => down(a, b))];
		case "churn":
			return [await timed(() => churn(a, b))];
		default:
			return undefined;
	}
}

await answerLines(answer);
await thread.terminate();
