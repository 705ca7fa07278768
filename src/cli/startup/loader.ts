#!/usr/bin/env node
/**
 * Where the command line starts under Node: it runs the chunks of the bundle from the code that V8 made of them in an
 * earlier run, which is faster than to compile them anew (docs/performance.md), and keeps that of this run for the next.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { type CachedChunk, readCodeCache, writeCodeCache } from "./code-cache.js";

/** The verbs whose runs are alike: each has a cache file of its own, with the code that it needs. */
const VERBS = ["up", "down", "plan", "status", "recover", "confirm", "watchdog", "nft"];

/** The file name of the main chunk; the build puts it here. */
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
/** Whether a chunk of this run was not in the cache, or V8 did not accept its code. */
let isStale = false;

/**
 * The cache file of this command line: under /var/cache for root (FHS), else where the user keeps caches. Undefined when
 * nothing shall be kept; Node's own switch for its compile cache turns ours off, too.
 */
function cacheFile(): string | undefined {
	const verb = process.argv.find((word) => VERBS.includes(word));
	const { HOME, NODE_DISABLE_COMPILE_CACHE: disabled, XDG_CACHE_HOME } = process.env;
	const home = XDG_CACHE_HOME || (HOME && join(HOME, ".cache"));
	const parent = process.geteuid?.() === 0 ? "/var/cache" : home;
	if (verb === undefined || disabled === "1" || !parent?.startsWith("/")) return undefined;
	return join(parent, "umlnet-nl", `${verb}-${process.version}-${process.arch}`);
}

/** As Node loads a CommonJS module, but with the code from the cache if there is some. */
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

/** As Node itself wraps a CommonJS module. */
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
 * Write the cache: of the chunks of this run the code that V8 has by now, functions that were compiled meanwhile
 * included; the others are kept as they were, for the next run may need them.
 */
function keep(path: string): void {
	const chunks = new Map(cached);
	for (const [chunk, { script, ...source }] of compiled)
		chunks.set(chunk, { ...source, code: script.createCachedData() });
	writeCodeCache(path, chunks);
}

load(MAIN);
if (file !== undefined) process.once("exit", () => isStale && keep(file));
