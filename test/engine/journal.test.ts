import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { encodeRecord } from "../../src/engine/journal/fast/record-writer.js";
import { frame, HEAD, MAGIC as MAGIC_BYTES } from "../../src/engine/journal/frame.js";
import { Journal } from "../../src/engine/journal/journal.js";
import { decodeRecord, type JournalRecord } from "../../src/engine/journal/record.js";
import { batchOf } from "../../src/kinds/table.js";
import { UmlnetError } from "../../src/sys/error.js";
import { report } from "../fault/campaign.js";
import { lan } from "./hosts.js";
import { journalPath, Rig, scratch, stateIn } from "./rig.js";
import { noFlaws } from "./run.js";
import { specs } from "./scenarios.js";

const directory = scratch();
const state = stateIn(directory);
const path = journalPath(directory);
afterAll(() => rmSync(directory, { recursive: true }));

const MAGIC = MAGIC_BYTES.length;

/** The positions at which records begin, and the end of the last one. */
function bounds(bytes: Buffer): number[] {
	const out: number[] = [];
	let at = MAGIC;
	for (; at < bytes.length; at += HEAD + bytes.readUInt32LE(at)) out.push(at);
	return [...out, at];
}

/** What a journal says is ours and unfinished, as text. */
const saidBy = ({ state, unfinished, pendingDeletes }: Journal): string =>
	JSON.stringify([
		[...state.taps],
		[...state.entries],
		[
			unfinished?.transaction,
			unfinished?.provisional?.deadline,
			unfinished?.provisional?.steps.length,
		],
		[...pendingDeletes],
	]);

/** What a process reads from these bytes: their contents, or the code of the error. */
function read(bytes: Uint8Array): string {
	writeFileSync(path, bytes);
	const journal = new Journal(state, undefined, batchOf);
	try {
		journal.refresh();
		return saidBy(journal);
	} catch (error) {
		if (error instanceof UmlnetError) return error.code;
		throw error;
	} finally {
		journal.close();
	}
}

/** A realistic journal: several transactions, of which one was undone and the last is half done. */
function writeReal(): Buffer {
	const rig = new Rig(directory, lan);
	rig.up(specs.hostOnly);
	rig.kernel.heal();
	rig.kernel.failAt(4, new UmlnetError("ERR_SYSTEM", "no"), "once", "before");
	expect(() => rig.up(specs.snat)).toThrow("no");
	rig.up(specs.snat);
	rig.down("tap0");
	rig.up(specs.hostOnly, 30_000);
	rig.engine.confirm();
	const downProvisionally = () => rig.engine.down([{ id: 0, taps: ["tap0"] }], false, 30_000);
	downProvisionally();
	rig.now = 30_000;
	rig.recover();
	downProvisionally();
	rig.engine.confirm();
	rig.journal.begin("1-1", "up tap9", []);
	rig.close();
	return readFileSync(path);
}

const real = writeReal();
const starts = bounds(real);
const records = starts.slice(0, -1).map((start, i) => real.subarray(start, starts[i + 1]));
/** The state after each record. The first one is that of an empty journal. */
const states = starts.map((end) => read(real.subarray(0, end)));

describe("a journal", () => {
	test("that was taken for this has begins, commits, ends, an undone transaction, and provisional ones confirmed and expired", () => {
		const kinds = records.flatMap((record) =>
			Object.keys(decodeRecord(record.subarray(HEAD), batchOf)),
		);
		const all = ["begin", "commit", "end", "abort", "provisional", "expire"];
		expect(new Set(kinds)).toEqual(new Set(all));
		expect(records.length).toBeGreaterThan(15);
		expect(new Set(states).size).toBeGreaterThan(6);
	});

	test("cut at any byte says what was so after the last whole record", () => {
		const flaws = Array.from({ length: real.length + 1 }, (_, length) => {
			const whole = starts.filter((start) => start <= length).length;
			const said = read(real.subarray(0, length));
			return said === states[Math.max(whole - 1, 0)] ? [] : [`cut at ${length}: ${said}`];
		});
		report({
			campaign: "journal cut at every byte",
			cases: real.length + 1,
			deviations: flaws.flat().length,
		});
		noFlaws(flaws.flat());
	});

	test("cut at any byte is whole again once it was read", () => {
		for (const [i, start] of starts.entries())
			for (const cut of [start - 1, start + 1, start + HEAD, start + HEAD + 1]) {
				const length = Math.min(Math.max(cut, 0), real.length);
				read(real.subarray(0, length));
				const { size } = statSync(path);
				expect(starts).toContain(size);
				expect(size, `cut around record ${i}`).toBeLessThanOrEqual(Math.max(length, MAGIC));
			}
	});

	test("with any bit flipped is refused, or says what was so after an earlier record", () => {
		const earlier = new Set([...states, "ERR_JOURNAL"]);
		let refused = 0;
		const flaws: string[] = [];
		for (let bit = 0; bit < real.length * 8; bit++) {
			const bytes = Uint8Array.from(real);
			bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
			const said = read(bytes);
			if (said === "ERR_JOURNAL") refused++;
			else if (!earlier.has(said) || said === states.at(-1)) flaws.push(`bit ${bit}: ${said}`);
			// A journal that is refused must be left unchanged, so that a person can inspect it.
			if (said === "ERR_JOURNAL" && statSync(path).size !== bytes.length)
				flaws.push(`bit ${bit}: refused and cut`);
		}
		report({
			campaign: "journal with any bit flipped",
			cases: real.length * 8,
			deviations: flaws.length,
			notes: `${refused} refused`,
		});
		noFlaws(flaws);
		expect(refused).toBeGreaterThan(real.length * 8 * 0.8);
	});
});

describe("records of a journal", () => {
	const magic = real.subarray(0, MAGIC);
	const order = (indexes: readonly number[]): string =>
		read(Buffer.concat([magic, ...indexes.map((i) => records[i] as Buffer)]));
	const all = records.map((_, i) => i);
	/** The results that are allowed if everything from record i on is damaged. */
	const upTo = (i: number): string[] => ["ERR_JOURNAL", ...states.slice(0, i + 1)];

	test("are refused when one stands twice", () => {
		for (const i of all)
			for (let at = i + 1; at <= all.length; at++)
				expect(order(all.toSpliced(at, 0, i)), `${i} again at ${at}`).toBe("ERR_JOURNAL");
	});

	test("are refused when one is missing, or are those before it", () => {
		for (const i of all) {
			const said = order(all.toSpliced(i, 1));
			expect(i === all.length - 1 ? states.slice(0, -1) : ["ERR_JOURNAL"]).toContain(said);
		}
	});

	test("are refused when some are missing in a row, a whole transaction as well", () => {
		for (const i of all)
			for (let count = 2; i + count < all.length; count++)
				expect(order(all.toSpliced(i, count)), `${count} from ${i}`).toBe("ERR_JOURNAL");
	});

	test("are refused in any other order", () => {
		let orders = 0;
		for (const i of all)
			for (const j of all.slice(i + 1)) {
				const swapped = all.with(i, j).with(j, i);
				expect(upTo(i), `${i} and ${j} swapped`).toContain(order(swapped));
				const moved = all.toSpliced(i, 1).toSpliced(j, 0, i);
				expect(upTo(i), `${i} moved to ${j}`).toContain(order(moved));
				orders += 2;
			}
		for (const four of permutations(all.slice(0, 4)))
			if (four.some((at, i) => at !== i)) {
				expect(order([...four, ...all.slice(4)]), four.join()).toBe("ERR_JOURNAL");
				orders++;
			}
		report({ campaign: "journal in another order", cases: orders, deviations: 0 });
		expect(orders).toBeGreaterThan(70);
	});

	test("of two journals do not mix", () => {
		const rig = new Rig(directory, lan);
		rig.up(specs.hostOnly);
		rig.close();
		const other = readFileSync(path);
		const [first = 0, second = 0] = bounds(other);
		const foreign = other.subarray(first, second);
		expect(read(Buffer.concat([real, foreign]))).toBe("ERR_JOURNAL");
		expect(read(Buffer.concat([magic, foreign, ...records]))).toBe("ERR_JOURNAL");
	});
});

function permutations(values: readonly number[]): number[][] {
	if (values.length === 0) return [[]];
	return values.flatMap((value, i) =>
		permutations(values.toSpliced(i, 1)).map((rest) => [value, ...rest]),
	);
}

describe("what is no journal", () => {
	test.each([
		["a text", Buffer.from("# my notes\nnothing to see\n")],
		["a short text", Buffer.from("notes")],
		["zeroes", Buffer.alloc(100)],
		["another magic", Buffer.concat([Buffer.from("umlnetj2"), real.subarray(8)])],
		["a magic in capitals", Buffer.from("UMLNETJ1")],
	])("is refused and left alone: %s", (_, bytes) => {
		expect(read(bytes)).toBe("ERR_JOURNAL");
		expect(readFileSync(path)).toEqual(bytes);
	});

	test("is not an empty file, nor a torn beginning: there nothing of ours can be yet", () => {
		for (let length = 0; length <= MAGIC; length++) {
			expect(read(real.subarray(0, length))).toBe(states[0]);
			expect(statSync(path).size).toBe(MAGIC);
		}
	});

	test("says where it is damaged and that nothing was changed", () => {
		const bytes = Uint8Array.from(real);
		bytes[MAGIC + HEAD + 3] = (bytes[MAGIC + HEAD + 3] as number) ^ 1;
		writeFileSync(path, bytes);
		const journal = new Journal(state, undefined, batchOf);
		expect(() => journal.refresh()).toThrow(/journal: damaged at byte 8; nothing was changed/);
		// Reading it again gives the same error.
		expect(() => journal.refresh()).toThrow(/damaged/);
		journal.close();
	});
});

describe("a record with a good checksum", () => {
	test("and any byte changed is refused or read, and never anything else", () => {
		let refused = 0;
		for (const [i, record] of records.entries())
			for (let at = HEAD; at < record.length; at++) {
				const body = Uint8Array.from(record.subarray(HEAD));
				body[at - HEAD] = (body[at - HEAD] as number) ^ (1 << (at & 7));
				const start = starts[i] as number;
				const said = read(Buffer.concat([real.subarray(0, start), frame(body, start)]));
				if (said === "ERR_JOURNAL") refused++;
			}
		expect(refused).toBeGreaterThan(0);
	});

	test.each<[string, JournalRecord]>([
		[
			"begins before the last one has ended",
			{ begin: { transaction: "2-1", command: "", steps: [] } },
		],
		["ends what never began", { end: { transaction: "2-1" } }],
		["undoes what never began", { abort: { transaction: "2-1" } }],
		["starts all over", { checkpoint: { put: [], drop: [], up: [], down: [] } }],
	])("that %s is refused", (_, record) => {
		const out = frame(encodeRecord(record), real.length);
		expect(read(Buffer.concat([real, out]))).toBe("ERR_JOURNAL");
	});

	test("that names a message nobody knows, or says nothing, is refused", () => {
		const i = records.findIndex((record) => record.includes("NFT_MSG_DELTABLE"));
		const text = (records[i] as Buffer).subarray(HEAD).toString("latin1");
		const unknown = Buffer.from(text.replace("NFT_MSG_DELTABLE", "NFT_MSG_OLDTABLE"), "latin1");
		const start = starts[i] as number;
		const before = real.subarray(0, start);
		expect(read(Buffer.concat([before, frame(unknown, start)]))).toBe("ERR_JOURNAL");
		expect(read(Buffer.concat([before, frame(Buffer.of(0), start)]))).toBe("ERR_JOURNAL");
	});
});
