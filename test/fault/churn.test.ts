/**
 * Sixteen processes whose guests come and go on one host, half of them from a pool, while some of the processes are
 * killed, stopped or asked to end, and replaced. Nobody may see an error, and in the end nothing may be left.
 */
import { existsSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { Dice } from "../engine/dice.js";
import { Lab } from "../kernel/lab.js";
import { node, Running } from "../library/program.js";
import { report, seed, sized, THOROUGH, until } from "./campaign.js";

vi.setConfig({ testTimeout: 3_600_000 });

const PROCESSES = 16;
/** These processes live to the end, to show whether memory or descriptors leak. */
const IMMORTAL = 8;
const GUESTS = THOROUGH ? 50 : 16;
/**
 * In a short life a thread that deletes links (src/thread/deletion-queue.ts) may start as late as in the second half.
 */
const FDS = THOROUGH ? 0 : 20;
const SIGNALS = ["SIGKILL", "SIGKILL", "SIGTERM", "SIGSTOP"] as const;

interface Round {
	readonly cycles: number;
	readonly rss: number;
	readonly heapUsed: number;
	readonly fds: number;
}

/** One of the sixteen seats: it is taken by one process after the other, until all rounds are done. */
class Seat {
	readonly #lab: Lab;
	readonly #name: string;
	readonly #pool: string;
	readonly #rounds: number;
	readonly told: Round[] = [];
	readonly errors: string[] = [];
	#running: Running | undefined;
	#doomed = false;
	/** Whether its present process has had guests. */
	#hasBegun = false;
	done = false;

	constructor(lab: Lab, i: number, rounds: number) {
		this.#lab = lab;
		this.#name = `c${i}`;
		this.#pool = i % 2 === 1 ? "pool" : "";
		this.#rounds = rounds;
	}

	/** Run processes until one has ended that nobody killed or stopped. */
	async run(): Promise<void> {
		while (this.told.length < this.#rounds && this.errors.length === 0 && Date.now() < until) {
			this.#doomed = false;
			this.#hasBegun = false;
			await this.#life(this.#rounds - this.told.length);
		}
		this.done = true;
	}

	async #life(rounds: number): Promise<void> {
		const [program = "", ...args] = node(
			"../../fault/programs/churn.mjs",
			this.#lab.stateDir,
			this.#name,
			`${GUESTS}`,
			`${rounds}`,
			this.#pool,
			`${until}`,
		);
		const running = new Running(this.#lab.host, [program, "--expose-gc", ...args]);
		this.#running = running;
		for (let left = rounds; left > 0 && !running.closed; left--) {
			const round = await running.next<Round>().catch(() => undefined);
			if (round === undefined) break;
			this.told.push(round);
			this.#hasBegun = true;
		}
		const { code, stderr } = await running.end();
		if (this.#doomed) return;
		if (code !== 0 || stderr !== "") this.errors.push(`${this.#name}: ${code}: ${stderr}`);
	}

	async meet(signal: (typeof SIGNALS)[number], dice: Dice): Promise<boolean> {
		const running = this.#running;
		if (this.done || !this.#hasBegun || running === undefined || running.closed) return false;
		if (signal === "SIGSTOP") {
			running.child.kill(signal);
			await sleep(dice.next(200));
			return running.child.kill("SIGCONT");
		}
		this.#doomed = true;
		return running.child.kill(signal);
	}
}

/** How much more the second half of a life uses than its middle. */
function growth(rounds: readonly Round[], of: (round: Round) => number): number {
	const part = (from: number, to: number): number => {
		const some = rounds.slice(Math.floor(rounds.length * from), Math.ceil(rounds.length * to));
		return Math.min(...some.map(of));
	};
	return part(0.8, 1) - part(0.4, 0.6);
}
const mebibytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 10) / 10;

test(`guests come and go, processes too, seed ${seed}`, async () => {
	const lab = await Lab.open();
	const before = lab.look();
	const dice = new Dice(seed);
	const rounds = Math.ceil(sized(1_024, 100_000) / PROCESSES / GUESTS);
	// In CI the campaign takes only seconds, in which some processes must be hit by signals.
	const pace = sized(200, 1_000);
	const seats = Array.from({ length: PROCESSES }, (_, i) => new Seat(lab, i, rounds));
	const started = performance.now();
	const lives = Promise.all(seats.map((seat) => seat.run()));
	const met = { SIGKILL: 0, SIGTERM: 0, SIGSTOP: 0 };
	while (!seats.every(({ done }) => done)) {
		await sleep(pace + dice.next(pace));
		const signal = dice.pick(SIGNALS);
		if (await dice.pick(seats.slice(IMMORTAL)).meet(signal, dice)) met[signal]++;
	}
	await lives;
	const seconds = (performance.now() - started) / 1000;

	await lab.run((host) => host.recover());
	await lab.run((host) => host.down({ all: true }));
	const changes = lab.changes(before);
	const files = existsSync(lab.stateDir) ? readdirSync(lab.stateDir) : [];
	lab.close();

	const cycles = seats.flatMap(({ told }) => told).reduce((all, round) => all + round.cycles, 0);
	const errors = seats.flatMap((seat) => seat.errors);
	const old = seats.slice(0, IMMORTAL).map(({ told }) => told);
	const rss = Math.max(...old.map((told) => growth(told, (round) => round.rss)));
	const heap = Math.max(...old.map((told) => growth(told, (round) => round.heapUsed)));
	const fds = Math.max(...old.map((told) => growth(told, (round) => round.fds)));
	const deviations = errors.length + changes.length + files.length + (fds > FDS ? 1 : 0);
	const signals = Object.entries(met).map(([signal, count]) => `${count} ${signal}`);
	const notes =
		`${PROCESSES} processes, ${Math.round(cycles / seconds)} cycles/s, ${signals.join(", ")}; in the later half of a life ` +
		`RSS ${mebibytes(rss)} MiB, heap ${mebibytes(heap)} MiB, ${fds} descriptors more`;
	report({ campaign: "churn", cases: cycles, deviations, seed, notes });
	expect(errors).toEqual([]);
	expect(changes).toEqual([]);
	expect(files).toEqual([]);
	expect(fds).toBeLessThanOrEqual(FDS);
	expect(mebibytes(heap)).toBeLessThan(8);
	expect(mebibytes(rss)).toBeLessThan(64);
	expect(met.SIGKILL + met.SIGTERM).toBeGreaterThan(0);
});
