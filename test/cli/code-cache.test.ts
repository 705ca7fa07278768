import {
	chmodSync,
	closeSync,
	existsSync,
	ftruncateSync,
	linkSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterAll, beforeEach, expect, test } from "vitest";
import {
	type CachedChunk,
	readCodeCache,
	writeCodeCache,
} from "../../src/cli/startup/code-cache.js";
import { scratch } from "../engine/rig.js";
import { report } from "../fault/campaign.js";

const place = scratch();
const chunksAt = join(place, "bin");
const folder = join(place, "cache");
const file = join(folder, `status-${process.version}-x64`);
mkdirSync(chunksAt);
afterAll(() => rmSync(place, { recursive: true }));

function chunk(name: string, text: string): [string, CachedChunk] {
	writeFileSync(join(chunksAt, name), text);
	const code = new Script(text).createCachedData();
	return [name, { source: Buffer.from(text), encoding: "utf8", code }];
}
const chunks = new Map([chunk("a.cjs", "1 + 1;"), chunk("b.cjs", "'käse';"), chunk("c.cjs", "")]);
beforeEach(() => {
	rmSync(folder, { recursive: true, force: true });
	for (const [name, { source }] of chunks) writeFileSync(join(chunksAt, name), source);
	writeCodeCache(file, chunks);
});
const read = () => readCodeCache(file, chunksAt);

test("what was kept is read again, byte by byte, and begins where V8 wants it", () => {
	const again = read();
	expect([...again.keys()]).toEqual([...chunks.keys()]);
	for (const [name, { source, encoding, code }] of again) {
		expect(source.equals(chunks.get(name)?.source as Buffer)).toBe(true);
		expect(code.equals(chunks.get(name)?.code as Buffer)).toBe(true);
		expect({ encoding, offset: code.byteOffset % 8 }).toEqual({ encoding: "utf8", offset: 0 });
	}
});

test("with any bit flipped, and cut or grown to any length, nothing of it is believed", () => {
	const good = readFileSync(file);
	let cases = 0;
	const believed: string[] = [];
	const isBelieved = (what: string): void => {
		cases++;
		if (read().size > 0) believed.push(what);
	};
	const fd = openSync(file, "r+");
	for (let bit = 0; bit < 8 * good.length; bit++) {
		const at = bit >> 3;
		writeSync(fd, Uint8Array.of((good[at] as number) ^ (1 << (bit & 7))), 0, 1, at);
		isBelieved(`bit ${bit}`);
		writeSync(fd, good, at, 1, at);
	}
	// A file after a power failure: it has its full length and is zero from some position on.
	for (let from = good.length - 8; from >= 0; from -= 8) {
		writeSync(fd, Buffer.alloc(8), 0, 8, from);
		isBelieved(`zero from ${from}`);
	}
	writeSync(fd, good, 0, good.length, 0);
	for (let length = good.length - 1; length >= 0; length--) {
		ftruncateSync(fd, length);
		isBelieved(`length ${length}`);
	}
	closeSync(fd);
	for (const more of [Buffer.alloc(1), good]) {
		writeFileSync(file, Buffer.concat([good, more]));
		isBelieved(`${more.length} bytes more`);
	}
	report({
		campaign: "kept code with any bit flipped, cut anywhere",
		cases,
		deviations: believed.length,
	});
	expect(believed).toEqual([]);
	writeFileSync(file, good);
	expect(read().size).toBe(3);
});

test.each<[string, () => void]>([
	["is changed, as long as it was", () => writeFileSync(join(chunksAt, "a.cjs"), "1 - 1;")],
	["is longer", () => writeFileSync(join(chunksAt, "c.cjs"), ";")],
	["is gone", () => rmSync(join(chunksAt, "b.cjs"))],
])("where a chunk %s, the code of it is of no use", (_, change) => {
	change();
	expect(read().size).toBe(0);
});

test("it is written anew, not over the old file, whatever that was; drafts of old go", () => {
	const backup = join(place, "backup");
	linkSync(file, backup);
	const before = readFileSync(backup);
	for (const draft of [`${file}.4711`, join(folder, "up-v20.19.0-arm64.1")])
		writeFileSync(draft, "");
	writeFileSync(join(folder, "notes.1"), "not ours");
	writeCodeCache(file, new Map([...chunks].slice(1)));
	expect([...read().keys()]).toEqual(["b.cjs", "c.cjs"]);
	expect(readFileSync(backup).equals(before)).toBe(true);
	expect(readdirSync(folder).sort()).toEqual(["notes.1", file.slice(folder.length + 1)].sort());
	truncateSync(file, 10);
	writeCodeCache(file, chunks);
	expect(read().size).toBe(3);
	rmSync(backup);
});

test("a folder that others can write is neither read from nor written to", () => {
	chmodSync(folder, 0o770);
	expect(read().size).toBe(0);
	rmSync(file);
	writeCodeCache(file, chunks);
	expect(existsSync(file)).toBe(false);
});
