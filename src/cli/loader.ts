#!/usr/bin/env node
/**
 * Where the command line starts under Node: it runs the bundle out of the code that V8 made of it in a run before,
 * which takes half of the time that compiling takes anew. Beside the code lie the chunks it is of, so that one file is
 * read instead of eight. Only what V8 finds to be its own and of the same source is run; V8 checks no more than that,
 * so the rest is seen to here: the code is read only from files that nobody but us can write, and written so that no
 * half of it is ever there under its name. A chunk is the right one by its name, which ends in a hash of its content.
 */
import {
	closeSync,
	constants,
	fstatSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	type Stats,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";

/** What runs a second time as it did the first; each verb has the code that it needs. */
const VERBS = ["up", "down", "plan", "status", "recover", "confirm", "watchdog", "nft"];

/** The command line itself; the build puts its name here. */
const MAIN = "CLI_CHUNK";

type Wrapper = (
	exports: unknown,
	require: (id: string) => unknown,
	module: { exports: unknown },
	filename: string,
	dirname: string,
) => void;

/** A chunk as a run before left it: what V8 is given, and what V8 made of it. */
interface Kept {
	readonly source: string;
	readonly code: Buffer;
}
interface Compiled {
	readonly source: string;
	readonly script: Script;
}

const directory = import.meta.dirname;
const file = cacheFile();
const kept = file === undefined ? new Map<string, Kept>() : read(file);
const scripts = new Map<string, Compiled>();
const modules = new Map<string, { exports: unknown }>();
let isStale = false;

/** Under /var/cache for root (FHS), else where the user keeps such things. Node's own switch turns it off. */
function cacheFile(): string | undefined {
	const verb = process.argv.find((word) => VERBS.includes(word));
	const { HOME, NODE_DISABLE_COMPILE_CACHE: disabled, XDG_CACHE_HOME } = process.env;
	const home = XDG_CACHE_HOME || (HOME && join(HOME, ".cache"));
	const parent = process.geteuid?.() === 0 ? "/var/cache" : home;
	if (verb === undefined || disabled === "1" || !parent?.startsWith("/")) return undefined;
	return join(parent, "umlnet-nl", `${verb}-${process.version}-${process.arch}`);
}

function isOurs({ uid, mode }: Stats): boolean {
	return uid === process.geteuid?.() && (mode & 0o022) === 0;
}

function isInFolderOfOurs(path: string): boolean {
	const folder = lstatSync(join(path, ".."));
	return folder.isDirectory() && isOurs(folder);
}

/** The chunks by their names; none where there is no good file of them. */
function read(path: string): ReadonlyMap<string, Kept> {
	try {
		if (!isInFolderOfOurs(path)) return new Map();
		const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		try {
			const stats = fstatSync(fd);
			return stats.isFile() && isOurs(stats) ? unpack(readFileSync(fd)) : new Map();
		} finally {
			closeSync(fd);
		}
	} catch {
		return new Map();
	}
}

/** V8 copies code that does not begin at a multiple of eight before it reads it (AlignedCachedData). */
function aligned(length: number): number {
	return Math.ceil(length / 8) * 8;
}

/**
 * A line of JSON, `[[chunk, bytes of code, bytes of source, encoding of that], …]`, then the code and the source of one
 * chunk after the other, each beginning at a multiple of eight. @throws Error
 */
function unpack(bytes: Buffer): ReadonlyMap<string, Kept> {
	const chunks = new Map<string, Kept>();
	const line = bytes.indexOf("\n");
	let end = line + 1;
	const next = (length: number): Buffer => {
		const start = aligned(end);
		end = start + length;
		return bytes.subarray(start, end);
	};
	for (const [name, code, source, encoding] of JSON.parse(
		bytes.toString("latin1", 0, line),
	) as Head)
		chunks.set(name, { code: next(code), source: next(source).toString(encoding) });
	return end === bytes.length ? chunks : new Map();
}
type Head = readonly (readonly [
	name: string,
	code: number,
	source: number,
	encoding: BufferEncoding,
])[];

/** Keep the code for the next run, functions that were compiled meanwhile included. */
function write(path: string): void {
	const chunks = [...scripts].map(([name, { source, script }]) => {
		// What is no more than ASCII is read as fast as it is copied.
		const encoding: BufferEncoding =
			Buffer.byteLength(source) === source.length ? "latin1" : "utf8";
		return {
			name,
			code: script.createCachedData(),
			source: Buffer.from(source, encoding),
			encoding,
		};
	});
	const head = chunks.map(({ name, code, source, encoding }): Head[number] => {
		return [name, code.length, source.length, encoding];
	});
	const parts = [Buffer.from(`${JSON.stringify(head)}\n`)];
	for (const { code, source } of chunks)
		for (const part of [code, source]) {
			const { length } = parts.at(-1) as Buffer;
			parts.push(Buffer.alloc(aligned(length) - length), part);
		}
	const draft = `${path}.${process.pid}`;
	try {
		mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
		if (!isInFolderOfOurs(path)) return;
		const fd = openSync(draft, "wx", 0o600);
		try {
			writeFileSync(fd, Buffer.concat(parts));
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(draft, path);
	} catch {
		// Next time it takes as long as this time.
	}
}

function load(name: string): unknown {
	const known = modules.get(name);
	if (known !== undefined) return known.exports;
	const filename = join(directory, name);
	const { code: cachedData, source = wrapped(filename) } = kept.get(name) ?? {};
	const script = new Script(source, { filename, cachedData });
	isStale ||= cachedData === undefined || script.cachedDataRejected === true;
	const module = { exports: {} };
	modules.set(name, module);
	scripts.set(name, { source, script });
	const wrapper = script.runInThisContext() as Wrapper;
	wrapper(module.exports, requireFrom, module, filename, directory);
	return module.exports;
}

const wrapped = (filename: string): string =>
	`(function(exports,require,module,__filename,__dirname){${readFileSync(filename, "utf8")}\n})`;

function requireFrom(id: string): unknown {
	return id.startsWith("./") ? load(id.slice(2)) : require(id);
}

load(MAIN);
if (file !== undefined) process.once("exit", () => isStale && write(file));
