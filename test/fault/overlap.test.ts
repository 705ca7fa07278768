/**
 * Processes that bring up and take down the same taps, while some are killed, held still or told to end: what each
 * was told must fit one order of all that was done (linearizability, Herlihy and Wing 1990), tap by tap. Then no
 * update was lost, none was done twice, and no tap was given to two.
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
 * Something that was asked for: from when to when, in microseconds, and what was said. Whoever was killed was not
 * told; what it left half done is ended by whoever comes after its death, before anything of their own.
 */
interface Operation {
	readonly tap: string;
	readonly verb: "up" | "down";
	readonly start: number;
	end: number;
	changed?: boolean;
	index?: number;
}
/** The number of a tap's link; 0 when it is down, -1 when somebody brought it up who was not told. */
type State = number;

/** What becomes of a tap by an operation, if that can have said what it said. */
function after({ verb, changed, index = -1 }: Operation, state: State): State | undefined {
	const isUp = state !== 0;
	if (changed === undefined) return verb === "down" ? 0 : isUp ? state : -1;
	if (changed === (verb === "up" ? isUp : !isUp)) return undefined;
	if (verb === "down") return 0;
	return changed || state === -1 || state === index ? index : undefined;
}

/** How a tap can be, and which of those that have begun and not ended have been done to make it so. */
interface Possible {
	readonly state: State;
	readonly done: ReadonlySet<Operation>;
}

/** All that can come of it when some of those that are under way are done now. */
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

/** Whether there is an order in which all of a tap's operations can have been done, each within its time. */
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
					// Of whom nobody knows whether it did anything, it may have done nothing.
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

/** A place among the eight: one process after the other. */
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
		// A process that is killed is followed by one that takes its time to start.
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
