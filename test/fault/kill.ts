import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test as base, expect } from "vitest";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import type { Spec } from "../../src/spec/model.js";
import { Lab } from "../kernel/lab.js";
import { type Call, callsOf, isKilledAt, killedAt, ordinalIn } from "../kernel/strace.js";
import { inLane, report, THOROUGH } from "./campaign.js";

/** A command that brings up a spec. */
export interface Scenario {
	readonly name: string;
	readonly spec: Spec;
	/** The command line, which contains the whole spec if there is no `file`. */
	readonly up: readonly string[];
	/** The contents of the spec file that the command line names with `-f`. */
	readonly file?: string;
}

/** The state of the host after `recover`: everything up, or as before. Unknown if something was wrong. */
export type End = "up" | "down" | "unknown";

/** Which system calls: those that others can notice, or those of the runtime for its memory, threads and event loop. */
export type Whose = "ours" | "the runtime's own";
const whoseIs = ({ isRuntime }: Call): Whose => (isRuntime ? "the runtime's own" : "ours");

export const DOWN = ["down", "--all"];

/** The calls that touch the network or our journal. */
const NAMES = ["sendto", "ioctl", "fsync", "unlink", "rmdir"];
const isPoint = ({ name, line }: Call): boolean =>
	(name !== "ioctl" || /TUN/.test(line)) && !/^fsync\([0-2]</.test(line);
/** Until it looks at anything of ours a command has changed nothing, so only some of its calls are tried. */
const STARTING_UP = 100;
/** How many of the runtime's own calls are tried in CI, spread over all of them. */
const FEW_POINTS = 5;

/** The last action of `up`, and the only action of `down` that cannot be undone. */
const HALF_DONE: Readonly<Record<"up" | "down", RegExp>> = {
	up: /TUNSETPERSIST/,
	down: /RTM_DELLINK/,
};

/**
 * When the runtime wakes its threads, and how often a call is restarted because of the RTNL lock, is random, so a call
 * that did not occur is tried again.
 */
const TRIES = 50;
/** Calls of the runtime depend on how its threads wait for each other, so they occur at random. */
const TRIES_OF_RUNTIME = 3;

/** Kills commands in a lab of its own, and counts the results. */
export class KillCampaign {
	readonly lab: Lab;
	/** The host without anything of ours. */
	readonly before: Snapshot;
	readonly #tallies: Readonly<Record<Whose, Tally>> = {
		ours: new Tally(),
		"the runtime's own": new Tally(),
	};

	private constructor(lab: Lab) {
		this.lab = lab;
		this.before = lab.look();
	}

	static async open(): Promise<KillCampaign> {
		return new KillCampaign(await Lab.open());
	}

	/** `notes` are added to the counts in the report. */
	close(notes: string): void {
		this.lab.close();
		for (const [whose, tally] of Object.entries(this.#tallies)) tally.report(whose, notes);
	}

	up(spec: Spec) {
		return this.lab.run((host) => host.up(spec));
	}

	down() {
		return this.lab.run((host) => host.down({ all: true }));
	}

	/** The command line of a scenario, whose spec file is written first. */
	commandOf({ up, file }: Scenario): readonly string[] {
		if (file === undefined) return up;
		const path = join(this.lab.stateDir, "..", "spec.json");
		writeFileSync(path, file);
		return [...up, "-f", path];
	}

	/** The system calls of a command, found by running it once. */
	pointsOf(args: readonly string[], whose: Whose): readonly Call[] {
		if (!THOROUGH && whose === "ours") return callsOf(this.lab, NAMES, args).filter(isPoint);
		const calls = callsOf(this.lab, ["all"], args).filter(({ name }) => name !== "execve");
		// The state directory is opened by its name in its parent, which is open already.
		const look = new RegExp(`/proc/self/fd/\\d+/${basename(this.lab.stateDir)}"`);
		const first = calls.findIndex(({ line }) => look.test(line));
		expect(first).toBeGreaterThan(0);
		const start = calls.slice(0, first).filter((_, i) => i % STARTING_UP === 0);
		const points = [...start, ...calls.slice(first)].filter((call) => whoseIs(call) === whose);
		return THOROUGH
			? points
			: points.filter((_, i) => i % Math.ceil(points.length / FEW_POINTS) === 0);
	}

	/** Take everything down, after which the host must be as if nothing had ever been up. */
	async clear(): Promise<void> {
		if ((await this.down()).result.changed) expect(this.lab.changes(this.before)).toEqual([]);
	}

	/** Returns a function that leaves a scenario half done, by killing its command in the middle. */
	async halfDone(scenario: Scenario, verb: "up" | "down"): Promise<() => Promise<void>> {
		const { spec } = scenario;
		const args = verb === "up" ? this.commandOf(scenario) : DOWN;
		if (verb === "down") await this.up(spec);
		const calls = callsOf(this.lab, NAMES, args);
		const middle = calls.find(({ line }) => HALF_DONE[verb].test(line)) as Call;
		return async () => {
			await (verb === "up" ? this.clear() : this.up(spec));
			expect(isKilledAt(killedAt(this.lab, middle, args), middle)).toBe(true);
			expect(this.lab.changes(this.before)).not.toEqual([]);
		};
	}

	/** Kill a command at each of these calls, as long as there is time. @returns how that ended */
	async killAtAll(
		{ spec }: Scenario,
		ready: () => unknown,
		points: readonly Call[],
		args: readonly string[],
		deadline = Number.POSITIVE_INFINITY,
	): Promise<Set<End>> {
		const ended = new Set<End>();
		const tallies = Object.values(this.#tallies).map((one) => ({ one, since: one.flaws.length }));
		const started = Date.now();
		for (const point of inLane(points)) {
			this.#tallies[whoseIs(point)].points++;
			if (Date.now() < deadline) ended.add(await this.#killAt(spec, ready, point, args));
		}
		await this.clear();
		const took = Math.round((Date.now() - started) / 1000);
		if (THOROUGH) console.log(`${args.join(" ")}: ${inLane(points).length} points in ${took} s`);
		for (const { one, since } of tallies) expect(one.flaws.slice(since)).toEqual([]);
		return ended;
	}

	/**
	 * Kill a command at a call, and return the state after another process has recovered. strace counts calls by name,
	 * and now and then there is one more or one less than before; the call that was hit shows which count to try next.
	 */
	async #killAt(
		spec: Spec,
		ready: () => unknown,
		point: Call,
		args: readonly string[],
	): Promise<End> {
		const tally = this.#tallies[whoseIs(point)];
		let { ordinal } = point;
		let end: End = "unknown";
		for (let tries = point.isRuntime ? TRIES_OF_RUNTIME : TRIES; tries > 0; tries--) {
			await ready();
			const killed = killedAt(this.lab, { ...point, ordinal }, args);
			end = await this.#recover(spec).catch(async (error) => {
				tally.flaws.push(`${args.join(" ")}, killed at ${point.line}: ${error}`);
				await this.lab.run((host) => host.recover());
				await this.down();
				return "unknown" as const;
			});
			if (isKilledAt(killed, point)) {
				tally.tried++;
				return end;
			}
			if (killed.signal === "SIGKILL") tally.elsewhere++;
			ordinal = ordinalIn(killed, point, ordinal);
		}
		if (point.isRuntime) tally.absent++;
		else tally.flaws.push(`${args.join(" ")}: nobody was killed at ${point.line}`);
		return end;
	}

	/** After `recover` either everything is up, so that `up` has nothing to do, or nothing is. */
	async #recover(spec: Spec): Promise<End> {
		const { result } = await this.lab.run((host) => host.recover());
		expect(result.residual).toEqual([]);
		expect((await this.lab.run((host) => host.recover())).result.outcome).toBe("nothing");
		const changes = this.lab.changes(this.before);
		if (changes.length === 0) return "down";
		const { result: status } = await this.lab.run((host) =>
			host.status(undefined, { verify: true }),
		);
		expect(status.exact, changes.join("\n")).toBe(true);
		expect((await this.up(spec)).mutations, changes.join("\n")).toEqual([]);
		return "up";
	}
}

/** Counts the results of a group of calls. */
class Tally {
	points = 0;
	tried = 0;
	/** Calls that did not occur again. */
	absent = 0;
	/** Kills that hit another call than the intended one. */
	elsewhere = 0;
	readonly flaws: string[] = [];

	report(whose: string, notes: string): void {
		if (this.points === 0) return;
		const other = this.elsewhere === 0 ? "" : `, ${this.elsewhere} more kills beside one`;
		const none = this.absent === 0 ? "" : `, ${this.absent} did not come again`;
		report({
			campaign: `kill -9 at calls: ${whose}`,
			cases: this.tried,
			of: this.points,
			deviations: this.flaws.length,
			notes: `${notes}${other}${none}`,
		});
	}
}

/** The tests of one file share a campaign. */
export const killTest = (notes: string) =>
	base.extend<{ campaign: KillCampaign }>({
		campaign: [
			// biome-ignore lint/correctness/noEmptyPattern: vitest reads from it which fixtures this one needs
			async ({}, use) => {
				const campaign = await KillCampaign.open();
				await use(campaign);
				campaign.close(notes);
			},
			{ scope: "file" },
		],
	});
