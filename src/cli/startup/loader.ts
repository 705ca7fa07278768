#!/usr/bin/env node
/**
 * The entry point of the command line under Node. It runs the chunks of the bundle from V8's code of an earlier run,
 * which is faster than compiling them (docs/performance.md), and keeps the code of this run for the next one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { type CachedChunk, readCodeCache, writeCodeCache } from "./code-cache.js";

/** The verbs that have a cache file of their own, with the code that their runs need. */
const VERBS = ["up", "down", "plan", "status", "recover", "confirm", "watchdog", "nft"];

/** The file name of the main chunk, which the build inserts. */
const MAIN = "CLI_CHUNK";

type Wrapper = (
	exports: unknown,
	require: (id: string) => unknown,
	module: { exports: unknown },
	filename: string,
	dirname: string,
) => void;

type Source = Omit<CachedChunk, "code">;

const directory = import.meta.dirname;
const file = cacheFile();
const cached = file === undefined ? undefined : readCodeCache(file, directory);
const compiled = new Map<string, Source & { readonly script: Script }>();
const modules = new Map<string, { exports: unknown }>();
/** Whether a chunk of this run was not in the cache, or V8 rejected its code. */
let isStale = false;

/**
 * The cache file of this command line: below /var/cache for root (FHS), else in the user's cache directory. Undefined
 * if nothing should be cached. The variable that disables Node's own compile cache disables ours, too.
 */
function cacheFile(): string | undefined {
	const verb = process.argv.find((word) => VERBS.includes(word));
	const { HOME, NODE_DISABLE_COMPILE_CACHE: disabled, XDG_CACHE_HOME } = process.env;
	const home = XDG_CACHE_HOME || (HOME && join(HOME, ".cache"));
	const parent = process.geteuid?.() === 0 ? "/var/cache" : home;
	if (verb === undefined || disabled === "1" || !parent?.startsWith("/")) return undefined;
	return join(parent, "umlnet-nl", `${verb}-${process.version}-${process.arch}`);
}

/** Load a chunk as Node loads a CommonJS module, but with code from the cache if there is some. */
function load(chunk: string): unknown {
	const known = modules.get(chunk);
	if (known !== undefined) return known.exports;
	const filename = join(directory, chunk);
	const before = cached?.get(chunk);
	const { source, encoding } = before ?? readSource(filename);
	const script = new Script(wrapped(source.toString(encoding)), {
		filename,
		cachedData: before?.code,
	});
	isStale ||= before === undefined || script.cachedDataRejected === true;
	const module = { exports: {} };
	modules.set(chunk, module);
	compiled.set(chunk, { source, encoding, script });
	const wrapper = script.runInThisContext() as Wrapper;
	wrapper(module.exports, requireFrom, module, filename, directory);
	return module.exports;
}

/** The wrapper in which Node puts a CommonJS module. */
const wrapped = (source: string): string =>
	`(function(exports,require,module,__filename,__dirname){${source}\n})`;

function readSource(filename: string): Source {
	const source = readFileSync(filename);
	return { source, encoding: source.toString().length === source.length ? "latin1" : "utf8" };
}

function requireFrom(id: string): unknown {
	return id.startsWith("./") ? load(id.slice(2)) : require(id);
}

/**
 * Write the cache. It gets V8's present code of the chunks of this run, including functions that were compiled in the
 * meantime, and keeps the other chunks for runs that need them.
 */
function keep(path: string): void {
	const chunks = new Map(cached);
	for (const [chunk, { script, ...source }] of compiled)
		chunks.set(chunk, { ...source, code: script.createCachedData() });
	writeCodeCache(path, chunks);
}

load(MAIN);
if (file !== undefined) process.once("exit", () => isStale && keep(file));
