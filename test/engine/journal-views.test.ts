import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { Journal } from "../../src/engine/journal/journal.js";
import type { Delta, Entry } from "../../src/engine/state.js";
import { UmlnetError } from "../../src/sys/error.js";
import { Dice } from "./dice.js";
import { journalPath, scratch, stateIn } from "./rig.js";

const directory = scratch();
const state = stateIn(directory);
const path = journalPath(directory);
afterAll(() => rmSync(directory, { recursive: true }));

const nothing: Delta = { put: [], drop: [], up: [], down: [] };
const entry = (key: string, bytes = 10): Entry => ({
	kind: "test",
	key,
	made: { name: "x".repeat(bytes) },
	path: "",
});
let count = 0;

/** Write one transaction that puts or drops an entry. */
function commit(journal: Journal, delta: Partial<Delta>): void {
	journal.refresh();
	const transaction = `1-${++count}`;
	journal.begin(transaction, "up", []);
	journal.commit(transaction, { ...nothing, ...delta });
}
const keys = (journal: Journal): string[] => {
	journal.refresh();
	return [...journal.state.entries.keys()];
};

const dice = new Dice();
let here: Journal;
let there: Journal;
beforeEach(() => {
	rmSync(path, { force: true });
	here = new Journal(state);
	there = new Journal(state);
});
afterEach(() => {
	here.close();
	there.close();
});

describe("two processes with one journal", () => {
	test("see what the other one did", () => {
		commit(here, { put: [entry("a")] });
		expect(keys(there)).toEqual(["a"]);
		commit(there, { put: [entry("b")] });
		expect(keys(here)).toEqual(["a", "b"]);
		commit(here, { drop: ["a"] });
		expect(keys(there)).toEqual(["b"]);
	});

	test(`stay equal however they take turns, seed ${dice.seed}`, () => {
		const journals = [here, there, new Journal(state)];
		const model = new Set<string>();
		for (let i = 0; i < 300; i++) {
			const journal = dice.pick(journals);
			const key = `k${dice.next(23)}`;
			if (model.delete(key)) commit(journal, { drop: [key] });
			else {
				model.add(key);
				commit(journal, { put: [entry(key)] });
			}
			if (i % 10 === 0) for (const each of journals) expect(keys(each)).toEqual([...model]);
		}
		for (const journal of journals) journal.close();
	});

	test("see what the other one left half done, and that it was undone", () => {
		here.begin("1-a", "up tap0", [{ label: "nothing", actions: [] }]);
		there.refresh();
		expect(there.unfinished?.command).toBe("up tap0");
		there.abort("1-a");
		here.refresh();
		expect(here.unfinished).toBeUndefined();
	});

	test("begin nothing while something is half done", () => {
		here.begin("1-a", "up tap0", []);
		there.refresh();
		expect(() => there.begin("1-b", "up tap1", [])).toThrow("up tap0 is still half done");
		expect(there.unfinished?.transaction).toBe("1-a");
	});

	test("begin anew when the journal was removed meanwhile", () => {
		commit(here, { put: [entry("a")] });
		expect(keys(there)).toEqual(["a"]);
		commit(there, { drop: ["a"] });
		there.remove();
		expect(keys(here)).toEqual([]);
		commit(here, { put: [entry("b")] });
		expect(keys(there)).toEqual(["b"]);
	});

	test("cut what a killed one tore, and go on behind it", () => {
		commit(here, { put: [entry("a")] });
		keys(there);
		commit(here, { put: [entry("b")] });
		truncateSync(path, statSync(path).size - 5);
		there.refresh();
		expect([...there.state.entries.keys()]).toEqual(["a"]);
		expect(there.unfinished).toBeDefined();
		there.abort(there.unfinished?.transaction ?? "");
		commit(there, { put: [entry("c")] });
		const third = new Journal(state);
		expect(keys(third)).toEqual(["a", "c"]);
		third.close();
	});
});

describe("a journal that has grown", () => {
	const LARGE = 300_000;

	/** Write large transactions that leave one small entry each. */
	function grow(journal: Journal, times: number): void {
		for (let i = 0; i < times; i++) {
			commit(journal, { put: [entry(`large${i}`, LARGE), entry(`small${i}`)] });
			commit(journal, { drop: [`large${i}`] });
		}
	}

	test("is written anew as one record, and says the same", () => {
		grow(here, 8);
		expect(statSync(path).size).toBeLessThan(8 * LARGE);
		const said = keys(here);
		expect(said).toHaveLength(8);
		expect(keys(there)).toEqual(said);
		expect(existsSync(`${path}.new`)).toBe(false);
	});

	test("is noticed by others, who go on in the new one", () => {
		commit(there, { put: [entry("first")] });
		grow(here, 8);
		commit(there, { put: [entry("last")] });
		expect(keys(here)).toEqual(keys(there));
		expect(keys(here)).toContain("last");
		expect(keys(here)).toContain("first");
	});

	test("is not written anew at every turn when there is much to say", () => {
		for (let i = 0; i < 5; i++) commit(here, { put: [entry(`k${i}`, LARGE)] });
		const { ino } = statSync(path);
		for (let i = 0; i < 5; i++) commit(new Journal(state), { put: [entry("again")] });
		expect(statSync(path).ino).toBe(ino);
	});

	test("may have been left half written anew by a killed process", () => {
		writeFileSync(`${path}.new`, "umlnetj1 and then nothing");
		grow(here, 8);
		expect(keys(there)).toHaveLength(8);
		expect(existsSync(`${path}.new`)).toBe(false);
	});

	test("stays as it is when it cannot be written anew", () => {
		mkdirSync(join(`${path}.new`, "in the way"), { recursive: true });
		try {
			grow(here, 5);
			expect(statSync(path).size).toBeGreaterThan(5 * LARGE);
			expect(keys(there)).toEqual(keys(here));
		} finally {
			rmSync(`${path}.new`, { recursive: true });
		}
		grow(here, 1);
		expect(statSync(path).size).toBeLessThan(2 * LARGE);
	});

	test("whose checkpoint is damaged is refused", () => {
		grow(here, 8);
		const bytes = readFileSync(path);
		bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
		writeFileSync(path, bytes);
		const journal = new Journal(state);
		expect(() => journal.refresh()).toThrow(UmlnetError);
		journal.close();
	});
});
