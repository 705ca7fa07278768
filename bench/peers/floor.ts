/**
 * The floor of the runtime: c_floor.c in a Worker of Node, with a lock that other processes can see and a journal,
 * which every guest needs by definition. Nothing is checked, planned or undone. The time that our library takes in
 * addition is ours to justify. floor.js NETNS FOLDER [pool]; its lines are in ../peer.ts. With `pool` the taps of
 * former guests stay, unconfigured and down.
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
/** Bring up a guest in the group of those that go down together with `first`. */
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

/** Make as many requests at once as 64 callers would. */
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
