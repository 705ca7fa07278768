/**
 * The command is killed (kill -9) as it enters a system call: before anything of that call is done. Then another
 * process recovers, and it is exactly as before or exactly as after. In a full run every system call from the
 * first look at the state directory on is such a point; in CI those that touch the network or the journal.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { checkSpec, type Spec } from "../../src/engine/spec.js";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { Lab } from "../kernel/lab.js";
import { S1, S2, S3, VARIANTS } from "../kernel/specs.js";
import { type Call, callsOf, killedAt } from "../kernel/strace.js";
import { inLane, report, share, THOROUGH } from "./campaign.js";

const flags = ["--owner", "500"];
const host = ["--address", "192.168.33.33/24"];
const nat = { mode: "nat", uplink: "eth1", addresses: ["192.168.33.33/24"] };

interface Scenario {
	readonly name: string;
	readonly spec: Spec;
	readonly up: readonly string[];
}
const byFlags = (name: string, spec: Spec, ...up: string[]): Scenario => ({
	name,
	spec,
	up: ["up", "tap0", ...flags, ...up],
});
/** A spec that takes a file to say it. */
function byFile(name: string, network: object, ...taps: string[]): Scenario {
	const each = taps.map((tap) => [tap, { network: "lab", owner: 500 }]);
	const value = { version: 1, networks: { lab: network }, taps: Object.fromEntries(each) };
	files.set(name, JSON.stringify(value));
	return { name, spec: checkSpec(value), up: ["up", "-f", name] };
}
const files = new Map<string, string>();

const FEW: readonly Scenario[] = [
	byFlags("S1", S1, ...host),
	byFlags("S2", S2, "--bridge", "br0", "--uplink", "eth1"),
	byFlags("S3", S3, ...host, "--nat", "eth1", "--snat-to", "10.33.33.34"),
];
const MORE: readonly Scenario[] = [
	byFlags("proxy ARP", VARIANTS["proxy ARP"] as Spec, ...host, "--proxy-arp"),
	byFile("forwarding of the whole host", { ...nat, forwarding: "global" }, "tap0"),
	byFile("NAT behind a bridge", { ...nat, bridge: "br0" }, "tap0", "tap1"),
	byFile("two taps of a LAN", { mode: "bridged", bridge: "br0", uplink: "eth1" }, "tap0", "tap1"),
	byFile("three taps, each a segment", { mode: "host-only" }, "tap0", "tap1", "tap2"),
];
const SCENARIOS = THOROUGH ? [...FEW, ...MORE] : FEW;
const DOWN = ["down", "--all"];

/** What touches the kernel's network or our journal. */
const NAMES = ["sendto", "ioctl", "fsync", "unlink", "rmdir"];
const isPoint = ({ name, line }: Call): boolean =>
	(name !== "ioctl" || /TUN/.test(line)) && !/^fsync\([0-2]\)/.test(line);
/** What the runtime does for itself, its memory and its threads: as often as it likes, and to nobody else. */
const RUNTIME = /^(mmap|munmap|mprotect|madvise|brk|futex|rt_sig|sched_|getrusage|clock_|epoll_)/;
const STARTING_UP = 100;
const OF_RUNTIME = 10;

/** Where a command is killed; those of the runtime need not come as often as they did. */
interface Point extends Call {
	readonly sure: boolean;
}
const sure = (call: Call): Point => ({ ...call, sure: true });

/** The points of a command, which this runs once to the end. */
function pointsOf(args: readonly string[]): Point[] {
	if (!THOROUGH) return callsOf(lab, NAMES, args).filter(isPoint).map(sure);
	const calls = callsOf(lab, ["all"], args).filter(({ name }) => name !== "execve");
	const first = calls.findIndex(({ line }) => line.includes(`"${lab.stateDir}`));
	const [start, rest] = [calls.slice(0, first), calls.slice(first)];
	const isOurs = ({ name }: Call): boolean => !RUNTIME.test(name);
	// While somebody else has the RTNL a write to /proc/sys is begun again and again: how often is chance.
	const restarted = new Set(
		calls.filter(({ line }) => /ERESTART/.test(line)).map(({ name }) => name),
	);
	const as = (call: Call): Point => ({ ...call, sure: !restarted.has(call.name) });
	const every = (n: number, some: readonly Call[]) => some.filter((_, i) => i % n === 0);
	return [
		...rest.filter(isOurs).map(as),
		// The last of them may not come again: where threads wait for each other is chance.
		...every(OF_RUNTIME, rest.filter((call) => !isOurs(call)).slice(0, -20)).map(unsure),
		...every(STARTING_UP, start.filter(isOurs)).map(sure),
	];
}
const unsure = (call: Call): Point => ({ ...call, sure: false });

// Each kills some twenty processes, or some hundred, one after the other, and looks at what each has left.
vi.setConfig({ testTimeout: 3_600_000 });

let lab: Lab;
let before: Snapshot;
const counts = { kills: 0, missed: 0, up: 0, down: 0 };
const flaws: string[] = [];
beforeAll(async () => {
	lab = await Lab.open();
	before = lab.look();
});
afterAll(() => {
	lab.close();
	const notes = `${SCENARIOS.length} scenarios, ${share} of the points; ${counts.down} ended as nothing, ${counts.up} as all; ${counts.missed} of the runtime's own calls did not come again`;
	report({ campaign: "kill -9", cases: counts.kills, deviations: flaws.length, notes });
});

const up = (spec: Spec) => lab.run((host) => host.up(spec));
const down = () => lab.run((host) => host.down({ all: true }));
const inPlace = ({ up: [verb = "", option = "", file = "", ...more] }: Scenario): string[] => {
	if (option !== "-f") return [verb, option, file, ...more];
	const path = join(lab.stateDir, "..", "spec.json");
	writeFileSync(path, files.get(file) as string);
	return [verb, option, path];
};

/** After `recover` it is all there, so that `up` finds nothing to do, or nothing is; then nothing is. */
async function recovered(spec: Spec): Promise<"up" | "down"> {
	const { result } = await lab.run((host) => host.recover());
	expect(result.residual).toEqual([]);
	expect((await lab.run((host) => host.recover())).result.outcome).toBe("nothing");
	const changes = lab.changes(before);
	if (changes.length === 0) return "down";
	const { result: status } = await lab.run((host) => host.status(undefined, { verify: true }));
	expect(status.exact, changes.join("\n")).toBe(true);
	expect((await up(spec)).mutations, changes.join("\n")).toEqual([]);
	await down();
	expect(lab.changes(before)).toEqual([]);
	return "up";
}

const TRIES = 3;

/**
 * Kill a command at a point, and say how it ended after another has recovered. Now and then a call comes once
 * less than it did, as a thread of the runtime's need not be woken: then the one before it is tried.
 */
async function end(
	{ spec }: Scenario,
	ready: () => unknown,
	point: Point,
	args: readonly string[],
): Promise<"up" | "down" | "unknown"> {
	for (let tries = 1; ; tries++) {
		await ready();
		const at = { ...point, ordinal: Math.max(1, point.ordinal - tries + 1) };
		const killed = killedAt(lab, at, args).signal === "SIGKILL";
		const how = await recovered(spec).catch(async (error) => {
			flaws.push(`${args.join(" ")}, killed at ${point.name} ${point.ordinal}: ${error}`);
			await lab.run((host) => host.recover());
			await down();
			return "unknown" as const;
		});
		if (killed) counts.kills++;
		else if (!point.sure) counts.missed++;
		else if (tries < TRIES) continue;
		else flaws.push(`${args.join(" ")}: nobody was killed at ${point.line}`);
		if (how !== "unknown") counts[how]++;
		return how;
	}
}

const noNewFlaws = (since: number): void => expect(flaws.slice(since)).toEqual([]);

describe.each(SCENARIOS)("$name", (scenario) => {
	const { spec } = scenario;

	test("killed at any point of up, it is undone by recover, or it was done", async () => {
		const since = flaws.length;
		const args = inPlace(scenario);
		const points = pointsOf(args);
		await down();
		expect(points.length).toBeGreaterThan(5);
		const ends = new Set<string>();
		for (const point of inLane(points)) ends.add(await end(scenario, () => {}, point, args));
		noNewFlaws(since);
		expect(ends).toContain("down");
	});

	test("killed at any point of down, it is undone by recover, or finished", async () => {
		const since = flaws.length;
		await up(spec);
		const points = pointsOf(DOWN);
		expect(points.length).toBeGreaterThan(5);
		const ends = new Set<string>();
		for (const point of inLane(points)) ends.add(await end(scenario, () => up(spec), point, DOWN));
		noNewFlaws(since);
		if (inLane(points).length * 4 > points.length) expect(ends).toEqual(new Set(["up", "down"]));
		else expect(ends.size).toBeGreaterThan(0);
	});
});

/** The last that `up` does, and the one thing in `down` that cannot be undone. */
const HALF_DONE: Readonly<Record<"up" | "down", RegExp>> = {
	up: /TUNSETPERSIST/,
	down: /RTM_DELLINK/,
};

/** Kill a command in the middle. */
function leaveHalfDone(point: Call, args: readonly string[]): void {
	expect(killedAt(lab, point, args).signal).toBe("SIGKILL");
	expect(lab.changes(before)).not.toEqual([]);
}

const KILLED_IN = THOROUGH
	? SCENARIOS.map((one, i) => ({ ...one, verb: i % 2 === 0 ? ("up" as const) : ("down" as const) }))
	: [{ ...(FEW[1] as Scenario), verb: "up" as const }];

test.each(KILLED_IN)("after a killed $verb recover may be killed too: $name", async (one) => {
	const since = flaws.length;
	const { spec, verb } = one;
	const args = verb === "up" ? inPlace(one) : DOWN;
	const ready = async () => {
		if (verb === "down") await up(spec);
	};
	await ready();
	const calls = callsOf(lab, NAMES, args);
	const middle = calls.find(({ line }) => HALF_DONE[verb].test(line)) as Call;
	await down();
	await ready();
	leaveHalfDone(middle, args);
	const points = pointsOf(["recover"]);
	expect(lab.changes(before)).toEqual([]);
	expect(points.length).toBeGreaterThan(3);
	const halfDone = async () => {
		await ready();
		leaveHalfDone(middle, args);
	};
	for (const point of inLane(points))
		expect(await end(one, halfDone, point, ["recover"])).toBe("down");
	noNewFlaws(since);
});

test("whoever comes next needs no recover: up first ends what was left half done", async () => {
	const scenario = FEW[2] as Scenario;
	const args = inPlace(scenario);
	const persist = callsOf(lab, NAMES, args).find(({ line }) => line.includes("TUNSETPERSIST"));
	await down();
	expect(killedAt(lab, persist as Call, args).signal).toBe("SIGKILL");
	expect((await lab.run((host) => host.status())).result.unfinished).toBe("up tap0");
	await up(scenario.spec);
	expect((await up(scenario.spec)).mutations).toEqual([]);
	await down();
	expect(lab.changes(before)).toEqual([]);
});
