/**
 * Somebody removes the journal, or the whole directory, while processes are running that know its contents. The next of
 * them must write it again, and a change that waits to be confirmed must still wait.
 */
import { existsSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { Journal } from "../../src/engine/journal/journal.js";
import type { State } from "../../src/engine/state.js";
import { batchOf } from "../../src/kinds/table.js";
import { busyLan, lan } from "./hosts.js";
import { Rig, scratch } from "./rig.js";
import { specs } from "./scenarios.js";

const directory = scratch();
afterAll(() => rmSync(directory, { recursive: true }));
const open: { close(): void }[] = [];
afterEach(() => {
	for (const one of open.splice(0)) one.close();
});
function rigOf(host = lan): Rig {
	const rig = new Rig(directory, host);
	open.push(rig);
	return rig;
}
const remove = (rig: Rig): void => rmSync(dirname(rig.path), { recursive: true });

/** Another process that has read the journal. */
function another(rig: Rig): Journal {
	const journal = new Journal(rig.state, undefined, batchOf);
	open.push(journal);
	journal.refresh();
	return journal;
}
const says = ({ state, unfinished }: Journal): string =>
	JSON.stringify([[...state.taps], [...state.entries], unfinished]);

test("what is up is remembered again, by who knows it, for everybody", () => {
	const rig = rigOf();
	rig.up(specs.snat);
	const ours = rig.ours();
	const picture = rig.picture();
	remove(rig);
	rig.journal.refresh();
	expect(rig.ours()).toBe(ours);
	expect(says(another(rig))).toBe(says(rig.journal));
	rig.kernel.heal();
	rig.up(specs.snat);
	expect(rig.kernel.operations.filter(({ mutates }) => mutates)).toEqual([]);
	rig.restart();
	expect(rig.ours()).toBe(ours);
	expect(rig.picture()).toBe(picture);
});

test("of what others wrote to the end", () => {
	const rig = rigOf();
	rig.up(specs.snat);
	const late = another(rig);
	rig.up(specs.twoNetworks);
	remove(rig);
	late.refresh();
	expect(says(late)).toBe(says(rig.journal));
});

test("a file that was emptied is no better than none", () => {
	const rig = rigOf();
	rig.up(specs.snat);
	const ours = rig.ours();
	truncateSync(rig.path, 0);
	rig.journal.refresh();
	expect(rig.ours()).toBe(ours);
	rig.restart();
	expect(rig.ours()).toBe(ours);
});

test("who took the last tap down is not contradicted", () => {
	const rig = rigOf();
	rig.up(specs.snat);
	const late = another(rig);
	rig.down(...Object.keys(specs.snat.taps));
	remove(rig);
	late.refresh();
	expect(late.isEmpty).toBe(true);
	expect(existsSync(rig.path)).toBe(false);
});

test("nor who took away all of it without the journal", () => {
	const rig = rigOf();
	rig.up(specs.snat);
	remove(rig);
	const asked: State[] = [];
	rig.journal.refresh((state) => {
		asked.push(state);
		return false;
	});
	expect(asked.map(({ taps }) => [...taps.keys()])).toEqual([Object.keys(specs.snat.taps)]);
	expect(rig.journal.isEmpty).toBe(true);
	expect(existsSync(rig.path)).toBe(false);
});

test("who has begun a new one meanwhile is right", () => {
	const rig = rigOf();
	rig.up(specs.snat);
	const late = another(rig);
	remove(rig);
	const fresh = another(rig);
	fresh.begin("9-9-9-1", "up tap9", []);
	fresh.abort("9-9-9-1");
	late.refresh();
	expect(late.isEmpty).toBe(true);
	expect(readFileSync(rig.path).includes("tap0")).toBe(false);
});

const WITHIN = 30_000;

test("what waits to be confirmed waits on, and can be confirmed", () => {
	const rig = rigOf(busyLan);
	rig.up(specs.bridged, WITHIN);
	const { transaction } = rig.journal.unfinished as { transaction: string };
	const waiting = another(rig);
	remove(rig);
	waiting.refresh();
	rig.restart();
	expect(rig.engine.provisional).toMatchObject({ transaction, remaining: 30 });
	expect(rig.engine.confirm().changed).toBe(true);
	waiting.refresh();
	expect(waiting.outcomeOf(transaction)).toBe(true);
});

test("and is undone when its time is over", () => {
	const rig = rigOf(busyLan);
	const before = rig.picture();
	rig.up(specs.bridged, WITHIN);
	const { transaction } = rig.journal.unfinished as { transaction: string };
	const waiting = another(rig);
	remove(rig);
	waiting.refresh();
	rig.restart();
	rig.now = WITHIN;
	rig.recover();
	expect(rig.picture()).toBe(before);
	expect(rig.engine.status()).toMatchObject({ taps: [] });
	waiting.refresh();
	expect(waiting.outcomeOf(transaction)).toBe(false);
});

test("where another journal is by now, who waits undoes it himself", () => {
	const rig = rigOf(busyLan);
	const before = rig.picture();
	rig.up(specs.bridged, WITHIN);
	const { transaction } = rig.journal.unfinished as { transaction: string };
	remove(rig);
	const fresh = another(rig);
	fresh.begin("9-9-9-1", "up tap9", []);
	fresh.abort("9-9-9-1");
	rig.journal.refresh();
	expect(rig.journal.orphan).toMatchObject({ transaction, command: "up tap0" });
	rig.recover();
	expect(rig.picture()).not.toBe(before);
	rig.engine.rollBack("somebody else's");
	expect(rig.picture()).not.toBe(before);
	rig.engine.rollBack(transaction);
	expect(rig.picture()).toBe(before);
	expect(rig.journal.outcomeOf(transaction)).toBe(false);
	expect(rig.journal.orphan).toBeUndefined();
});

test("or whoever knows it recovers after its time", () => {
	const rig = rigOf(busyLan);
	const before = rig.picture();
	rig.up(specs.bridged, WITHIN);
	remove(rig);
	const fresh = another(rig);
	fresh.begin("9-9-9-1", "up tap9", []);
	fresh.abort("9-9-9-1");
	rig.journal.refresh();
	rig.now = WITHIN;
	rig.recover();
	expect(rig.picture()).toBe(before);
});
