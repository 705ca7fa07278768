/**
 * The command is killed (kill -9) as it enters a system call: before anything of that call is done. Then another
 * process recovers, and it is exactly as before or exactly as after. In a full run every system call from the
 * first look at the state directory on is such a point; in CI those that touch the network or the journal.
 */
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { difference, type Snapshot } from "../../src/oracle/snapshot.js";
import type { Spec } from "../../src/spec/model.js";
import { checkSpec } from "../../src/spec/spec.js";
import { Lab } from "../kernel/lab.js";
import { S1, S2, S3, VARIANTS } from "../kernel/specs.js";
import { type Call, callsOf, isKilledAt, killedAt, ordinalIn } from "../kernel/strace.js";
import { umlnet } from "../kernel/umlnet.js";
import { inLane, report, THOROUGH, until } from "./campaign.js";

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
	(name !== "ioctl" || /TUN/.test(line)) && !/^fsync\([0-2]</.test(line);
const STARTING_UP = 100;

/** Whose calls: those others can see, or those of the runtime for its memory, its threads and its event loop. */
type Whose = "ours" | "the runtime's own";
const isOf = (whose: Whose) => (call: Call) => call.isRuntime === (whose === "the runtime's own");

/** The points of a command, which this runs once to the end. */
function pointsOf(args: readonly string[], whose: Whose): Call[] {
	if (!THOROUGH) return callsOf(lab, NAMES, args).filter(isPoint);
	const calls = callsOf(lab, ["all"], args).filter(({ name }) => name !== "execve");
	// It is looked for in the directory that it is in, which is open by then.
	const look = new RegExp(`/proc/self/fd/\\d+/${basename(lab.stateDir)}"`);
	const first = calls.findIndex(({ line }) => look.test(line));
	expect(first).toBeGreaterThan(0);
	// Before it looks at anything of ours there is one state of things: now and then will do.
	const start = calls.slice(0, first).filter((_, i) => i % STARTING_UP === 0);
	return [...start, ...calls.slice(first)].filter(isOf(whose));
}

// Each kills some twenty processes, or some hundred, one after the other, and looks at what each has left.
vi.setConfig({ testTimeout: 3_600_000 });

let lab: Lab;
let before: Snapshot;
const ends = { up: 0, down: 0, unknown: 0 };
type End = keyof typeof ends;
const tally = () => ({ points: 0, tried: 0, absent: 0, elsewhere: 0, flaws: [] as string[] });
const tallies: Readonly<Record<Whose, ReturnType<typeof tally>>> = {
	ours: tally(),
	"the runtime's own": tally(),
};
beforeAll(async () => {
	lab = await Lab.open();
	before = lab.look();
});
afterAll(() => {
	lab.close();
	for (const [whose, { points, tried, absent, elsewhere, flaws }] of Object.entries(tallies)) {
		if (points === 0) continue;
		const other = elsewhere === 0 ? "" : `, ${elsewhere} more kills beside one`;
		const none = absent === 0 ? "" : `, ${absent} did not come again`;
		report({
			campaign: `kill -9 at calls: ${whose}`,
			cases: tried,
			of: points,
			deviations: flaws.length,
			notes: `${SCENARIOS.length} scenarios${other}${none}`,
		});
	}
});

const command = (...args: readonly string[]) =>
	umlnet({ netns: lab.host.path, stateDir: lab.stateDir }, ...args);
const up = (spec: Spec) => lab.run((host) => host.up(spec));
const down = () => lab.run((host) => host.down({ all: true }));
const inPlace = ({ up: [verb = "", option = "", file = "", ...more] }: Scenario): string[] => {
	if (option !== "-f") return [verb, option, file, ...more];
	const path = join(lab.stateDir, "..", "spec.json");
	writeFileSync(path, files.get(file) as string);
	return [verb, option, path];
};

/** Taken down it is as if it had never been. */
async function cleared(): Promise<void> {
	if ((await down()).result.changed) expect(lab.changes(before)).toEqual([]);
}

/** After `recover` it is all there, so that `up` finds nothing to do, or nothing is. */
async function recovered(spec: Spec): Promise<End> {
	const { result } = await lab.run((host) => host.recover());
	expect(result.residual).toEqual([]);
	expect((await lab.run((host) => host.recover())).result.outcome).toBe("nothing");
	const changes = lab.changes(before);
	if (changes.length === 0) return "down";
	const { result: status } = await lab.run((host) => host.status(undefined, { verify: true }));
	expect(status.exact, changes.join("\n")).toBe(true);
	expect((await up(spec)).mutations, changes.join("\n")).toEqual([]);
	return "up";
}

/** Where the runtime wakes its threads, and how often the RTNL sends a call back, is chance: it comes in the end. */
const TRIES = 50;
/** Those of the runtime come as it likes: where threads wait for each other is chance. */
const TRIES_OF_RUNTIME = 3;

/**
 * Kill a command at a point, and say how it ended after another process has recovered. strace counts the calls of
 * a name, and now and then one of them comes once more or once less than it did; what it was killed at says where
 * to the next try goes.
 */
async function end(
	{ spec }: Scenario,
	ready: () => unknown,
	point: Call,
	args: readonly string[],
): Promise<End> {
	const counts = tallies[point.isRuntime ? "the runtime's own" : "ours"];
	let { ordinal } = point;
	let how: End = "unknown";
	for (let tries = point.isRuntime ? TRIES_OF_RUNTIME : TRIES; tries > 0; tries--) {
		await ready();
		const killed = killedAt(lab, { ...point, ordinal }, args);
		how = await recovered(spec).catch(async (error) => {
			counts.flaws.push(`${args.join(" ")}, killed at ${point.line}: ${error}`);
			await lab.run((host) => host.recover());
			await down();
			return "unknown" as const;
		});
		ends[how]++;
		if (isKilledAt(killed, point)) {
			counts.tried++;
			return how;
		}
		if (killed.signal === "SIGKILL") counts.elsewhere++;
		ordinal = ordinalIn(killed, point, ordinal);
	}
	if (point.isRuntime) counts.absent++;
	else counts.flaws.push(`${args.join(" ")}: nobody was killed at ${point.line}`);
	return how;
}

/** Kill a command at each of these points, as long as there is time; how it ended. */
async function endAll(
	scenario: Scenario,
	ready: () => unknown,
	points: readonly Call[],
	args: readonly string[],
	deadline = Number.POSITIVE_INFINITY,
): Promise<Set<End>> {
	const ended = new Set<End>();
	const flaws = Object.values(tallies).map((one) => ({ one, since: one.flaws.length }));
	const started = Date.now();
	for (const point of inLane(points)) {
		tallies[point.isRuntime ? "the runtime's own" : "ours"].points++;
		if (Date.now() < deadline) ended.add(await end(scenario, ready, point, args));
	}
	await cleared();
	const took = Math.round((Date.now() - started) / 1000);
	if (THOROUGH) console.log(`${args.join(" ")}: ${inLane(points).length} points in ${took} s`);
	for (const { one, since } of flaws) expect(one.flaws.slice(since)).toEqual([]);
	return ended;
}

describe.each(SCENARIOS)("$name", (scenario) => {
	const { spec } = scenario;

	test("killed at any point of up, it is undone by recover, or it was done", async () => {
		const args = inPlace(scenario);
		const points = pointsOf(args, "ours");
		expect(points.length).toBeGreaterThan(5);
		expect(await endAll(scenario, cleared, points, args)).toContain("down");
	});

	test("killed at any point of down, it is undone by recover, or finished", async () => {
		await up(spec);
		const points = pointsOf(DOWN, "ours");
		expect(points.length).toBeGreaterThan(5);
		const ended = await endAll(scenario, () => up(spec), points, DOWN);
		if (inLane(points).length * 4 > points.length) expect(ended).toEqual(new Set(["up", "down"]));
		else expect(ended.size).toBeGreaterThan(0);
	});
});

/** The last that `up` does, and the one thing in `down` that cannot be undone. */
const HALF_DONE: Readonly<Record<"up" | "down", RegExp>> = {
	up: /TUNSETPERSIST/,
	down: /RTM_DELLINK/,
};

const KILLED_IN = THOROUGH
	? SCENARIOS.map((one, i) => ({ ...one, verb: i % 2 === 0 ? ("up" as const) : ("down" as const) }))
	: [{ ...(FEW[1] as Scenario), verb: "up" as const }];

/** What leaves a scenario half done, again and again: its command is killed in the middle. */
async function halfDone(one: (typeof KILLED_IN)[number]): Promise<() => Promise<void>> {
	const { spec, verb } = one;
	const args = verb === "up" ? inPlace(one) : DOWN;
	if (verb === "down") await up(spec);
	const calls = callsOf(lab, NAMES, args);
	const middle = calls.find(({ line }) => HALF_DONE[verb].test(line)) as Call;
	return async () => {
		await (verb === "up" ? cleared() : up(spec));
		expect(isKilledAt(killedAt(lab, middle, args), middle)).toBe(true);
		expect(lab.changes(before)).not.toEqual([]);
	};
}

test.each(KILLED_IN)("after a killed $verb recover may be killed too: $name", async (one) => {
	const leave = await halfDone(one);
	await leave();
	const points = pointsOf(["recover"], "ours");
	expect(lab.changes(before)).toEqual([]);
	expect(points.length).toBeGreaterThan(3);
	const ended = await endAll(one, leave, points, ["recover"]);
	expect(ended).toEqual(new Set(["down"]));
});

test("whoever comes next needs no recover: up first ends what was left half done", async () => {
	const scenario = FEW[2] as Scenario;
	await (await halfDone({ ...scenario, verb: "up" }))();
	expect((await lab.run((host) => host.status())).result.unfinished).toBe("up tap0");
	await up(scenario.spec);
	expect((await up(scenario.spec)).mutations).toEqual([]);
	await down();
	expect(lab.changes(before)).toEqual([]);
});

test("what cannot be proven ours any more is named and left alone", async () => {
	const scenario = FEW[1] as Scenario;
	await (await halfDone({ ...scenario, verb: "up" }))();
	const theirs = "ip link set br0 down; ip link set br0 name brx; ip link set brx alias mine";
	lab.host.sh(theirs);
	const recovered = command("recover");
	expect(recovered.status).toBe(0);
	expect(recovered.stderr).toMatch(/left alone, not provably ours: link brx, .*create bridge br0/);
	expect(lab.host.sh("ip -br link")).toContain("brx");
	expect(command("recover").stderr).toBe("nothing to do\n");
	lab.host.sh("ip link delete brx");
	expect(await lab.lookSettled().then((after) => difference(before, after))).toEqual([]);
});

const VERBS = ["up", "down", "recover"] as const;
const OWN = (THOROUGH ? SCENARIOS : []).flatMap((one) => VERBS.map((verb) => ({ ...one, verb })));
/** What is left of the time is theirs, in equal parts. */
const share = (at: number): number => Date.now() + (until - Date.now()) / (OWN.length - at);

test.each(OWN.map((one, at) => ({ ...one, at })))(
	"killed within the runtime as well: $name, $verb",
	async ({ verb, at, ...one }) => {
		const deadline = share(at);
		const ready = {
			up: cleared,
			down: () => up(one.spec),
			recover: await halfDone({ ...one, verb: at % 2 === 0 ? "up" : "down" }),
		}[verb];
		const args = { up: inPlace(one), down: DOWN, recover: ["recover"] }[verb];
		await ready();
		const points = pointsOf(args, "the runtime's own");
		const ended = await endAll(one, ready, points, args, deadline);
		if (verb === "recover") expect(ended).not.toContain("up");
	},
);
