import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Spec } from "../../src/engine/spec.js";
import type { Snapshot } from "../../src/oracle/snapshot.js";
import { Lab } from "./lab.js";
import { S1, S2, S3 } from "./specs.js";
import { type Call, callsOf, killedAt } from "./strace.js";

const flags = ["--owner", "500"];
const host = ["--address", "192.168.33.33/24"];
const SCENARIOS: readonly (readonly [name: string, spec: Spec, up: readonly string[]])[] = [
	["S1", S1, ["up", "tap0", ...flags, ...host]],
	["S2", S2, ["up", "tap0", ...flags, "--bridge", "br0", "--uplink", "eth1"]],
	["S3", S3, ["up", "tap0", ...flags, ...host, "--nat", "eth1", "--snat-to", "10.33.33.34"]],
];
const DOWN = ["down", "tap0"];

/** Where it is killed: at everything that touches the kernel's network or our journal. */
const NAMES = ["sendto", "ioctl", "fsync", "unlink", "rmdir"];
const isPoint = ({ name, line }: Call): boolean =>
	(name !== "ioctl" || /TUN/.test(line)) && !/^fsync\([0-2]\)/.test(line);

// Each kills some twenty processes, one after the other, and looks at what each has left.
vi.setConfig({ testTimeout: 300_000 });

let lab: Lab;
let before: Snapshot;
beforeAll(async () => {
	lab = await Lab.open();
	before = lab.look();
});
afterAll(() => lab.close());

const up = (spec: Spec) => lab.run((host) => host.up(spec));
const down = () => lab.run((host) => host.down({ all: true }));

/** After `recover` it is all there, so that `up` finds nothing to do, or nothing is; then nothing is. */
async function recovered(spec: Spec): Promise<"up" | "down"> {
	const { result } = await lab.run((host) => host.recover());
	expect(result.residual).toEqual([]);
	expect((await lab.run((host) => host.recover())).result.outcome).toBe("nothing");
	const changes = lab.changes(before);
	if (changes.length === 0) return "down";
	expect((await up(spec)).mutations, changes.join("\n")).toEqual([]);
	await down();
	expect(lab.changes(before)).toEqual([]);
	return "up";
}

describe.each(SCENARIOS)("%s", (_, spec, args) => {
	test("killed at any point of up, it is undone by recover, or it was done", async () => {
		const points = callsOf(lab, NAMES, args).filter(isPoint);
		await down();
		expect(points.length).toBeGreaterThan(5);
		const ends = new Set<string>();
		for (const point of points) {
			expect(killedAt(lab, point, args).signal, point.line).toBe("SIGKILL");
			ends.add(await recovered(spec));
		}
		expect(ends).toContain("down");
	});

	test("killed at any point of down, it is undone by recover, or finished", async () => {
		await up(spec);
		const points = callsOf(lab, NAMES, DOWN).filter(isPoint);
		expect(points.length).toBeGreaterThan(5);
		const ends = new Set<string>();
		for (const point of points) {
			await up(spec);
			expect(killedAt(lab, point, DOWN).signal, point.line).toBe("SIGKILL");
			ends.add(await recovered(spec));
		}
		expect(ends).toEqual(new Set(["up", "down"]));
	});
});

test("recover may be killed as well, and run again", async () => {
	const [, spec, args] = SCENARIOS[1] as (typeof SCENARIOS)[1];
	const persist = callsOf(lab, NAMES, args).find(({ line }) => line.includes("TUNSETPERSIST"));
	await down();
	const kill = () => killedAt(lab, persist as Call, args).signal;
	expect(kill()).toBe("SIGKILL");
	const points = callsOf(lab, NAMES, ["recover"]).filter(isPoint);
	expect(lab.changes(before)).toEqual([]);
	expect(points.length).toBeGreaterThan(3);
	for (const point of points) {
		expect(kill()).toBe("SIGKILL");
		expect(lab.changes(before)).not.toEqual([]);
		expect(killedAt(lab, point, ["recover"]).signal, point.line).toBe("SIGKILL");
		expect(await recovered(spec)).toBe("down");
	}
});

test("whoever comes next needs no recover: up first ends what was left half done", async () => {
	const [, spec, args] = SCENARIOS[2] as (typeof SCENARIOS)[2];
	const persist = callsOf(lab, NAMES, args).find(({ line }) => line.includes("TUNSETPERSIST"));
	await down();
	expect(killedAt(lab, persist as Call, args).signal).toBe("SIGKILL");
	expect((await lab.run((host) => host.status())).result.unfinished).toBe("up tap0");
	await up(spec);
	expect((await up(spec)).mutations).toEqual([]);
	await down();
	expect(lab.changes(before)).toEqual([]);
});
