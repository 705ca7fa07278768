#!/usr/bin/env node
/**
 * Where the command line starts under Node: it runs the bundle out of the code that V8 made of it in a run before,
 * which takes half of the time that compiling takes anew. Only what V8 finds to be its own and of the same source is
 * run; V8 checks no more than that, so the rest is seen to here: the code is read only from files that nobody but us
 * can write, and written so that no half of it is ever there under its name.
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
import { Script, constants as vm } from "node:vm";

/** What runs a second time as it did the first; each verb has the code that it needs. */
const VERBS = ["up", "down", "plan", "status", "recover", "confirm", "keep", "nft"];

/** The command line itself; the build puts its name here. */
const MAIN = "CLI_CHUNK";

type Wrapper = (
	exports: unknown,
	require: (id: string) => unknown,
	module: { exports: unknown },
	filename: string,
	dirname: string,
) => void;

const directory = import.meta.dirname;
const file = cacheFile();
const cached = file === undefined ? new Map<string, Buffer>() : read(file);
const scripts = new Map<string, Script>();
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

/** The code by the names of the chunks; none where there is no good file of it. */
function read(path: string): ReadonlyMap<string, Buffer> {
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

/** A line of JSON, `[[chunk, bytes], …]`, and the code of one chunk after the other. @throws Error */
function unpack(bytes: Buffer): ReadonlyMap<string, Buffer> {
	const codes = new Map<string, Buffer>();
	let start = bytes.indexOf("\n") + 1;
	for (const [name, length] of JSON.parse(bytes.toString("latin1", 0, start)) as [
		string,
		number,
	][]) {
		codes.set(name, bytes.subarray(start, start + length));
		start += length;
	}
	return start === bytes.length ? codes : new Map();
}

/** Keep the code for the next run, functions that were compiled meanwhile included. */
function write(path: string): void {
	const codes = [...scripts].map(([name, script]) => [name, script.createCachedData()] as const);
	const head = `${JSON.stringify(codes.map(([name, { length }]) => [name, length]))}\n`;
	const draft = `${path}.${process.pid}`;
	try {
		mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
		if (!isInFolderOfOurs(path)) return;
		const fd = openSync(draft, "wx", 0o600);
		try {
			writeFileSync(fd, Buffer.concat([Buffer.from(head), ...codes.map(([, code]) => code)]));
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
	const cachedData = cached.get(name);
	const script = new Script(
		`(function(exports,require,module,__filename,__dirname){${readFileSync(filename, "utf8")}\n})`,
		{ filename, cachedData, importModuleDynamically: vm.USE_MAIN_CONTEXT_DEFAULT_LOADER },
	);
	isStale ||= cachedData === undefined || script.cachedDataRejected === true;
	const module = { exports: {} };
	modules.set(name, module);
	scripts.set(name, script);
	const wrapper = script.runInThisContext() as Wrapper;
	wrapper(module.exports, requireFrom, module, filename, directory);
	return module.exports;
}

function requireFrom(id: string): unknown {
	return id.startsWith("./") ? load(id.slice(2)) : require(id);
}

load(MAIN);
if (file !== undefined) process.once("exit", () => isStale && write(file));
