/**
 * Our library, as a program would embed it. ours.js NETNS STATE_DIR [POOL] [guarded]; its lines are in ../peer.ts. With POOL,
 * the size of a pool, guests take the taps that wait in it, under names that the engine chooses. With `guarded` what they
 * send is held to their MAC and address.
 */
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { CONTENDER, cidr, OWNER, range, spec, tap } from "../guest.js";
import { library } from "../library.js";
import { answerLines } from "./answers.js";

const [netns = "", stateDir = "", size = "0", word] = process.argv.slice(2);
const pool = { size: Number(size), low: Number(size) / 4, owner: OWNER };
const { open } = await library();
await using host = await open({ netns, stateDir, pool: pool.size > 0 ? pool : undefined });

/** CLOCK_MONOTONIC, the clock of the other peers. */
const now = (): number => Number(process.hrtime.bigint());

/** The tap of the pool that each guest has. */
const taken = new Map<number, string>();

async function up(i: number): Promise<void> {
	if (pool.size === 0) {
		await host.up(spec([i], word === "guarded"));
		return;
	}
	const { networks } = spec([]);
	const { name } = await host.take({ network: "lab", networks, tap: { addresses: [cidr(i)] } });
	taken.set(i, name);
}

async function down(numbers: readonly number[]): Promise<void> {
	await host.down({ taps: numbers.map((i) => taken.get(i) ?? tap(i)) });
}

async function timed(run: () => Promise<unknown>): Promise<number[]> {
	const start = now();
	await run();
	return [now() - start];
}

async function each(first: number, count: number, apart = 0): Promise<number[]> {
	const times: number[] = [];
	for (const i of range(first, count)) {
		if (apart > 0) await sleep(apart);
		times.push(...(await timed(() => up(i))));
	}
	return times;
}

/** Make as many requests at once as 64 callers would, and not one request for all of them. */
async function churn(guests: number, window: number, stop?: AbortSignal): Promise<void> {
	for (let done = 0; done < guests && stop?.aborted !== true; done += window) {
		const numbers = range(CONTENDER, Math.min(window, guests - done));
		await Promise.all(numbers.map(up));
		await down(numbers);
	}
}

/** Independent callers: each brings the next guest up and down. */
async function parallel(guests: number, window: number, stop?: AbortSignal): Promise<void> {
	let next = 0;
	const caller = async (): Promise<void> => {
		for (let i = next++; i < guests && stop?.aborted !== true; i = next++) {
			await up(CONTENDER + i);
			await down([CONTENDER + i]);
		}
	};
	await Promise.all(range(0, window).map(caller));
}

async function beside(churning: typeof churn, count: number, window: number): Promise<number[]> {
	const stop = new AbortController();
	const other = churning(Number.POSITIVE_INFINITY, window, stop.signal);
	await sleep(100);
	const times = await each(0, count, 2);
	stop.abort();
	await other;
	await down(range(0, count));
	return times;
}

/**
 * How late a timer of 1 ms fires during a churn, in nanoseconds, for every time it fires. `monitorEventLoopDelay` would
 * not do, because its histogram loses the single values that rounds are pooled from.
 */
async function delay(guests: number, window: number): Promise<number[]> {
	const late: number[] = [];
	let due = performance.now() + 1;
	const timer = setInterval(() => {
		const at = performance.now();
		late.push(Math.max(0, Math.round((at - due) * 1e6)));
		due = at + 1;
	}, 1);
	try {
		await churn(guests, window);
	} finally {
		clearInterval(timer);
	}
	return late;
}

/** A guest's share of each part of the engine thread's work in a `churn`. */
async function parts(guests: number, window: number): Promise<number[]> {
	const { partsOf } = await import("./parts.js");
	const sums = await partsOf(() => churn(guests, window));
	return sums.map((ns) => Math.round(ns / guests));
}

async function answer(verb: string, a: number, b: number): Promise<number[] | undefined> {
	switch (verb) {
		case "up":
			return each(a, b);
		case "down":
			return timed(() => down(range(a, b)));
		case "churn":
			return timed(() => churn(a, b));
		case "parallel":
			return timed(() => parallel(a, b));
		case "contend":
			return beside(churn, a, b);
		case "crowd":
			return beside(parallel, a, b);
		case "delay":
			return delay(a, b);
		case "parts":
			return parts(a, b);
		default:
			return undefined;
	}
}

await answerLines(answer);
