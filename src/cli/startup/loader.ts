#!/usr/bin/env node
/**
 * Where the command line starts under Node: it runs the bundle with the code that V8 made of it in a run before, which
 * takes half of the time that compiling takes anew.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { type CachedChunk, readCodeCache, writeCodeCache } from "./code-cache.js";

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

type Source = Omit<CachedChunk, "code">;

const directory = import.meta.dirname;
const file = cacheFile();
const cached = file === undefined ? undefined : readCodeCache(file, directory);
const compiled = new Map<string, Source & { readonly script: Script }>();
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

/** What was not needed this time may be so the next; of the rest, with the functions that were compiled meanwhile. */
function keep(path: string): void {
	const chunks = new Map(cached);
	for (const [chunk, { script, ...source }] of compiled)
		chunks.set(chunk, { ...source, code: script.createCachedData() });
	writeCodeCache(path, chunks);
}

load(MAIN);
if (file !== undefined) process.once("exit", () => isStale && keep(file));
