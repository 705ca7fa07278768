/**
 * Processes bring the same taps up and down, while some of them are killed, stopped or asked to end. The answers that
 * they got must fit a single order of all operations (linearizability, Herlihy and Wing 1990) for each tap. Then no
 * update was lost or done twice, and no tap was given to two processes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { Dice } from "../engine/dice.js";
import { Lab } from "../kernel/lab.js";
import { node, Running } from "../library/program.js";
import { report, seed, sized, THOROUGH, until } from "./campaign.js";

vi.setConfig({ testTimeout: 3_600_000 });

const PROCESSES = 8;
const SIGNALS = ["SIGKILL", "SIGTERM", "SIGSTOP", "SIGSTOP"] as const;
const lan = { mode: "nat", uplink: "eth1", bridge: "br0", addresses: ["192.168.33.33/24"] };
const alone = { mode: "nat", uplink: "eth1", forwarding: "global" };
const TAPS = Object.fromEntries(
	[lan, lan, lan, alone].map((network, i) => {
		const taps = { [`tap${i}`]: { network: "lab", owner: 500 } };
		return [`tap${i}`, { version: 1, networks: { lab: network }, taps }];
	}),
);

/**
 * A request: when it began and ended, in microseconds, and its answer. A killed process got no answer, and whatever it
 * left half done is finished or undone by the next process after its death, before anything else.
 */
interface Operation {
	readonly tap: string;
	readonly verb: "up" | "down";
	readonly start: number;
	end: number;
	changed?: boolean;
	index?: number;
}
/** The index of a tap's link; 0 if it is down, -1 if it was brought up by a process that got no answer. */
type State = number;

/** The state of a tap after an operation, if the operation can have given its answer. */
function after({ verb, changed, index = -1 }: Operation, state: State): State | undefined {
	const isUp = state !== 0;
	if (changed === undefined) return verb === "down" ? 0 : isUp ? state : -1;
	if (changed === (verb === "up" ? isUp : !isUp)) return undefined;
	if (verb === "down") return 0;
	return changed || state === -1 || state === index ? index : undefined;
}

/** A possible state of a tap, and which of the unfinished operations have already taken effect in it. */
interface Possible {
	readonly state: State;
	readonly done: ReadonlySet<Operation>;
}

/** All states that are possible if some of the unfinished operations take effect now. */
function possibilities(from: Possible, underWay: ReadonlySet<Operation>): Possible[] {
	const next = [...underWay].flatMap((one) => {
		const state = from.done.has(one) ? undefined : after(one, from.state);
		if (state === undefined) return [];
		return possibilities({ state, done: new Set([...from.done, one]) }, underWay);
	});
	return [from, ...next];
}

function distinct(all: readonly Possible[]): Possible[] {
	const key = ({ state, done }: Possible) =>
		`${state} ${[...done].map(({ start }) => start).toSorted((a, b) => a - b)}`;
	return [...new Map(all.map((one) => [key(one), one])).values()];
}

/** Whether all operations on a tap can have taken effect in some order, each within its time. */
function hasOrder(operations: readonly Operation[], last: State): boolean {
	const events = operations
		.flatMap((one) => [
			{ at: one.start, one, ends: false },
			{ at: one.end, one, ends: true },
		])
		.toSorted((a, b) => a.at - b.at || Number(a.ends) - Number(b.ends));
	const underWay = new Set<Operation>();
	let possible: Possible[] = [{ state: 0, done: new Set() }];
	for (const { one, ends } of events) {
		if (!ends) underWay.add(one);
		else {
			const all = possible.flatMap((from) => possibilities(from, underWay));
			underWay.delete(one);
			possible = distinct(
				all
					// An operation without an answer may also have done nothing.
					.filter(({ done }) => done.has(one) || one.changed === undefined)
					.map(({ state, done }) => ({
						state,
						done: new Set([...done].filter((other) => other !== one)),
					})),
			);
		}
	}
	return possible.some(({ state }) => state === last || (state === -1 && last > 0));
}

/** One of the eight seats, taken by one process after the other. */
class Seat {
	readonly operations: Operation[] = [];
	readonly errors: string[] = [];
	readonly #lab: Lab;
	readonly #dice: Dice;
	#running: Running | undefined;
	#doomed = false;
	#left: number;

	constructor(lab: Lab, dice: Dice, count: number) {
		this.#lab = lab;
		this.#dice = dice;
		this.#left = count;
	}

	get isDone(): boolean {
		return this.#left <= 0 || this.errors.length > 0 || Date.now() >= until;
	}

	async run(): Promise<void> {
		while (!this.isDone) {
			this.#doomed = false;
			const args = [this.#lab.stateDir, JSON.stringify(TAPS), `${1 + this.#dice.next(2 ** 31)}`];
			const program = node(
				"../../fault/programs/overlap.mjs",
				...args,
				`${this.#left}`,
				`${until}`,
			);
			this.#running = new Running(this.#lab.host, program);
			await this.#listen(this.#running);
			const { code, stderr } = await this.#running.end();
			const died = Number(process.hrtime.bigint() / 1000n);
			for (const one of this.operations) one.end = Math.min(one.end, died);
			if (!this.#doomed && (code !== 0 || stderr !== "")) this.errors.push(`${code}: ${stderr}`);
		}
	}

	async #listen(running: Running): Promise<void> {
		const begun = new Map<number, Operation>();
		for (;;) {
			const said = await running.next<Operation & { id: number }>().catch(() => undefined);
			if (said === undefined) return;
			const { id, ...rest } = said;
			const known = begun.get(id);
			if (known !== undefined) Object.assign(known, rest);
			else {
				const operation = { ...rest, end: Number.POSITIVE_INFINITY };
				begun.set(id, operation);
				this.operations.push(operation);
				this.#left--;
			}
		}
	}

	async meet(signal: (typeof SIGNALS)[number]): Promise<boolean> {
		const running = this.#running;
		if (this.isDone || this.#doomed || running === undefined || running.closed) return false;
		if (signal !== "SIGSTOP") {
			this.#doomed = true;
			return running.child.kill(signal);
		}
		running.child.kill(signal);
		await sleep(this.#dice.next(100));
		return running.child.kill("SIGCONT");
	}
}

test(`whoever works on the same taps: one order explains it all, seed ${seed}`, async () => {
	const lab = await Lab.open();
	const before = lab.look();
	const dice = new Dice(seed);
	const cases = sized(300, 10_000);
	const seats = Array.from({ length: PROCESSES }, () => new Seat(lab, dice, cases / PROCESSES));
	const lives = Promise.all(seats.map((seat) => seat.run()));
	let met = 0;
	while (!seats.every(({ isDone }) => isDone)) {
		// After a kill another process starts, which takes some time.
		await sleep((THOROUGH ? 1_000 : 200) + dice.next(400));
		if (await dice.pick(seats).meet(dice.pick(SIGNALS))) met++;
	}
	await lives;

	await lab.run((host) => host.recover());
	const { result } = await lab.run((host) => host.status(undefined, { verify: true }));
	const found = new Map(result.taps.map(({ name, index }) => [name, index]));
	const operations = seats.flatMap((seat) => seat.operations);
	const flaws = Object.keys(TAPS).filter((tap) => {
		const its = operations.filter((one) => one.tap === tap);
		return !hasOrder(its, found.get(tap) ?? 0);
	});
	await lab.run((host) => host.down({ all: true }));
	const changes = lab.changes(before);
	lab.close();

	const errors = seats.flatMap((seat) => seat.errors);
	const untold = operations.filter(({ changed }) => changed === undefined).length;
	report({
		campaign: "the same taps by many",
		cases: operations.length,
		deviations: flaws.length + errors.length + changes.length + (result.exact ? 0 : 1),
		seed,
		notes: `${PROCESSES} processes, ${met} signals, ${untold} were not told how it ended`,
	});
	expect(errors).toEqual([]);
	expect(flaws).toEqual([]);
	expect(result.exact).toBe(true);
	expect(changes).toEqual([]);
	expect(met).toBeGreaterThan(0);
	expect(untold).toBeGreaterThan(0);
});

test("an order that is none is noticed", () => {
	type Told = readonly [verb: "up" | "down", changed?: boolean, index?: number];
	const inOrder = (last: State, ...all: readonly Told[]): boolean =>
		hasOrder(
			all.map(([verb, changed, index], i) => ({
				...{ tap: "tap0", verb, start: 2 * i, end: 2 * i + 1 },
				...(changed !== undefined && { changed }),
				...(index !== undefined && { index }),
			})),
			last,
		);
	expect(inOrder(7, ["up", true, 7], ["up", false, 7])).toBe(true);
	expect(inOrder(8, ["up", true, 7], ["up", true, 8])).toBe(false);
	expect(inOrder(8, ["up", true, 7], ["up", false, 8])).toBe(false);
	expect(inOrder(7, ["up", true, 7], ["down", false])).toBe(false);
	expect(inOrder(0, ["up", true, 7])).toBe(false);
	expect(inOrder(0, ["up", true, 7], ["down"])).toBe(true);
	expect(inOrder(7, ["up", true, 7], ["down"])).toBe(true);
	expect(inOrder(7, ["up", true, 7], ["down"], ["up", true, 8])).toBe(false);
	expect(inOrder(8, ["up", true, 7], ["down"], ["up", true, 8])).toBe(true);
});
