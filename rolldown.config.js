import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "rolldown";

/** commander can run subcommands that are programs of their own. Ours are not, so it need not load child_process. */
const withoutPrograms = {
	name: "without-programs",
	resolveId: (id, importer) =>
		/^(node:)?child_process$/.test(id) && importer?.includes("commander") ? "\0nothing" : null,
	load: (id) => (id === "\0nothing" ? "export {};" : null),
};

/** A CommonJS bundle can `require` by itself; it need not load node:module, which gives an ES module that ability. */
const withItsRequire = {
	name: "with-its-require",
	resolveId: (id) => (id === "node:module" ? "\0require" : null),
	load: (id) => (id === "\0require" ? "export const createRequire = () => require;" : null),
};

/** The name of the command line's chunk, which contains a hash of its contents, like those of the others. */
let mainChunk;
const nameOfMain = {
	name: "name-of-main",
	generateBundle(_, bundle) {
		mainChunk = Object.values(bundle).find(({ isEntry }) => isEntry).fileName;
	},
};

/** Parts of the program that are needed together: each chunk that is opened delays the start (docs/performance.md). */
const together = (name, priority, modules) => ({ name, priority, test: new RegExp(`/dist/(${modules})\\.js(on)?$`) });
const chunks = [
	together("shared", 3, "(sys|engine|spec)/error|spec/(account-names|checked|fields?)|inet/cidr|proto/proto|cli/(provisional|ssh|render/tap)|sys/process"),
	together("libc", 2, "sys/namespace"),
	together("flags", 1, "spec/flags"),
];

/**
 * gRPC goes into the one file that knows it: whoever installs the package installs none of it, nor what its packages run
 * when they are installed. Their licences stand beside it.
 */
const transport = defineConfig({
	logLevel: "warn",
	input: { transport: "dist/daemon/transport.js" },
	platform: "node",
	plugins: [
		{
			name: "licences",
			generateBundle(_, bundle) {
				const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
				const packages = new Set(modules.flatMap((id) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+\//.exec(id)?.[0] ?? []));
				const source = [...packages]
					.sort()
					.map((path) => `${path.split("/node_modules/").at(-1)}\n\n${licenceOf(path)}`)
					.join("\n\n");
				this.emitFile({ type: "asset", fileName: "transport.licences.txt", source });
			},
		},
	],
	output: { dir: "dist/daemon", format: "esm", entryFileNames: "[name].js", cleanDir: false, minify: { mangle: false, compress: true } },
});

/** The licence of a package, which whoever passes the package on passes on as well. */
function licenceOf(path) {
	const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
	return file === undefined ? JSON.parse(readFileSync(`${path}package.json`, "utf8")).license : readFileSync(path + file, "utf8");
}

/** The threads of the engine, which the daemon starts, lie beside the command line. */
const besideIt = {
	name: "beside-it",
	transform: (code, id) =>
		/\/dist\/thread\/\w+-?\w*\.js$/.test(id) ? { code: code.replace(/"\.\/(worker|deleter)\.js"/, `"./$1.cjs"`), map: null } : null,
};

/**
 * The command line as one bundled entry: hundreds of small modules cost Node more to find than to run. What a
 * verb does not need stays in chunks of its own behind its dynamic import. CommonJS starts sooner than ES modules.
 */
const cli = defineConfig({
	logLevel: "warn",
	input: { cli: "dist/cli/main.js" },
	platform: "node",
	// The native module is not bundled, but loaded from where npm installed it.
	external: [/^@koromix\//],
	plugins: [withoutPrograms, withItsRequire, besideIt, nameOfMain],
	// Numbers of the kernel's headers are inlined, so that no chunk is opened only for a number.
	optimization: { inlineConst: { mode: "all", pass: 1 } },
	treeshake: { moduleSideEffects: [{ test: /\/dist\/uapi\//, sideEffects: false }] },
	output: {
		dir: "dist/bin",
		format: "cjs",
		entryFileNames: "[name]-[hash].cjs",
		chunkFileNames: "[name]-[hash].cjs",
		cleanDir: true,
		minify: { mangle: false, compress: true },
		sourcemap: true,
		codeSplitting: { groups: chunks },
	},
});

/** They are bundled apart: what they share with the command line would lie in more chunks, and each delays its start. */
const threads = defineConfig({
	...cli,
	// They load at once what the command line puts off.
	logLevel: "silent",
	input: { worker: "dist/thread/worker.js", deleter: "dist/thread/deleter.js" },
	plugins: [withItsRequire, besideIt],
	output: { ...cli.output, entryFileNames: "[name].cjs", chunkFileNames: "thread-[hash].cjs", cleanDir: false, sourcemap: false, codeSplitting: true },
});

/** The loader, which starts the command line and keeps its compiled code for the next start. */
const loader = defineConfig({
	input: { "umlnet-nl": "dist/cli/startup/loader.js" },
	platform: "node",
	plugins: [
		{
			name: "name-main",
			renderChunk: (code) => code.replace("CLI_CHUNK", mainChunk),
		},
	],
	output: { ...cli.output, entryFileNames: "[name].cjs", cleanDir: false, sourcemap: false },
});

/** The programs of `umlnet-nl demo` are separate files: the command line itself starts nothing. */
const guest = defineConfig({
	logLevel: "warn",
	input: { programs: "test/guest/programs.ts" },
	platform: "node",
	output: { dir: "dist/guest", format: "cjs", entryFileNames: "[name].cjs", cleanDir: true },
	plugins: [
		{
			name: "guest-scripts",
			generateBundle() {
				for (const fileName of ["init.sh", "launch.sh"])
					this.emitFile({ type: "asset", fileName, source: readFileSync(`test/guest/${fileName}`) });
			},
		},
	],
});

export default [transport, cli, threads, loader, guest];
