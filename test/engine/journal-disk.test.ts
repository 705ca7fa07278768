import { readFileSync, rmSync } from "node:fs";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { UmlnetError } from "../../src/sys/error.js";
import { lan } from "./hosts.js";
import { Rig, scratch } from "./rig.js";
import { noFlaws, told } from "./run.js";
import { specs } from "./scenarios.js";

/** A disk with this much free space, which may refuse to sync. */
const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY, inMemory: true, broken: false }));
const EXT4 = 0xef53;

vi.mock("node:fs", async (original) => {
	const fs = await original<typeof import("node:fs")>();
	const failure = (code: string) => Object.assign(new Error(code), { code });
	return {
		...fs,
		writeSync(fd: number, bytes: Uint8Array) {
			if (disk.room <= 0) throw failure("ENOSPC");
			const written = fs.writeSync(fd, bytes.subarray(0, Math.min(disk.room, bytes.length)));
			disk.room -= written;
			return written;
		},
		fsyncSync(fd: number) {
			if (disk.broken) throw failure("EIO");
			fs.fsyncSync(fd);
		},
		statfsSync(path: string) {
			const found = fs.statfsSync(path);
			return disk.inMemory ? found : { ...found, type: EXT4 };
		},
	};
});

const directory = scratch();
afterEach(() =>
	Object.assign(disk, { room: Number.POSITIVE_INFINITY, inMemory: true, broken: false }),
);
afterAll(() => rmSync(directory, { recursive: true }));

const before = specs.hostOnly;
const spec = specs.snat;

/** A host on which something is up, and its state. */
function ready(): { rig: Rig; start: string } {
	const rig = new Rig(directory, lan);
	rig.up(before);
	return { rig, start: rig.picture() };
}

function attempt(act: () => void): UmlnetError | undefined {
	try {
		act();
		return undefined;
	} catch (error) {
		if (error instanceof UmlnetError) return error;
		throw error;
	}
}

/** How many bytes `act` writes into the journal of such a host. */
function sizeOf(act: (rig: Rig) => void): number {
	const { rig } = ready();
	const { length } = readFileSync(rig.path);
	act(rig);
	rig.close();
	return readFileSync(rig.path).length - length;
}

test.each<[string, (rig: Rig) => void]>([
	["up", (rig) => rig.up(spec)],
	["down", (rig) => rig.down("tap0")],
])("%s on a disk that is full at any byte is undone, or done; and can be done later", (_, act) => {
	const flaws: string[] = [];
	const size = sizeOf(act);
	const { rig: goal } = ready();
	act(goal);
	const end = goal.picture();
	goal.close();
	for (let room = 0; room <= size; room += 3) {
		const { rig, start } = ready();
		disk.room = room;
		const error = attempt(() => act(rig));
		const picture = rig.picture();
		disk.room = Number.POSITIVE_INFINITY;
		if (error !== undefined && error.code !== "ERR_JOURNAL") flaws.push(`${room}: ${told(error)}`);
		rig.restart();
		const { outcome } = rig.recover();
		const now = rig.picture();
		const isGood = outcome === "finished" ? now === end : now === (error ? start : end);
		if (!isGood) flaws.push(`${room}: ${outcome}, neither before nor after, ${told(error)}`);
		if (error !== undefined && picture !== now && outcome !== "finished")
			flaws.push(`${room}: it took recover to come back`);
		if (error !== undefined) act(rig);
		rig.restart();
		if (rig.journal.unfinished) flaws.push(`${room}: unfinished`);
		rig.close();
	}
	noFlaws(flaws);
});

test("a disk that cannot sync leaves everything as it was", () => {
	const { rig, start } = ready();
	rig.restart();
	Object.assign(disk, { inMemory: false, broken: true });
	const size = readFileSync(rig.path).length;
	const error = attempt(() => rig.up(spec));
	expect(error?.code).toBe("ERR_JOURNAL");
	expect(error?.cause).toMatchObject({ code: "EIO" });
	expect(rig.picture()).toBe(start);
	expect(readFileSync(rig.path)).toHaveLength(size);
	disk.broken = false;
	rig.up(spec);
	rig.close();
});

test("a disk without room for the first byte is told, with where to look", () => {
	const rig = new Rig(directory, lan);
	disk.room = 0;
	const error = attempt(() => rig.up(spec));
	expect(error).toMatchObject({ code: "ERR_JOURNAL", cause: { code: "ENOSPC" } });
	expect(error?.hint).toContain(`df ${rig.state.path}`);
	disk.room = Number.POSITIVE_INFINITY;
	rig.up(spec);
	rig.restart();
	expect([...rig.journal.state.taps.keys()].sort()).toEqual(Object.keys(spec.taps).sort());
	rig.close();
});
