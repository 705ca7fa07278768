#!/usr/bin/env node
// `npm run build:bin`: one executable of the command line, for hosts without Node. The bundle is compiled with
// Bun, and koffi's native module is embedded into it: a compiler sees only a require with a literal name.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import configuration from "../rolldown.config.js";

const project = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const libc = process.report.getReport().header.glibcVersionRuntime ? "linux" : "musl";
const arch = process.arch;

const BUN_VERSION = "1.4.5";

/** The directory of an installed package. */
const packageDirectory = (name) => dirname(require.resolve(`${name}/package.json`));

const native = join(packageDirectory(`@koromix/koffi-linux-${arch}`), `${libc}_${arch}`, "koffi.node");
const work = join(project, ".cache", "bin");
const target = join(project, "bin", "umlnet-nl");
mkdirSync(work, { recursive: true });
mkdirSync(dirname(target), { recursive: true });

/** Bun's binary out of its npm package, fetched when first needed: 100 MB that no other script wants. */
function bunBinary() {
	const name = `@oven/bun-linux-${arch === "arm64" ? "aarch64" : arch}${libc === "musl" ? "-musl" : ""}`;
	const binary = join(work, "node_modules", name, "bin", "bun");
	if (!existsSync(binary))
		execFileSync("npm", ["install", "--prefix", work, "--no-save", "--ignore-scripts", `${name}@${BUN_VERSION}`], {
			stdio: ["ignore", "ignore", "inherit"],
		});
	chmodSync(binary, 0o755);
	return binary;
}

// In chunks, as Node runs it: what a verb does not need is neither decoded nor evaluated for it.
const [cli] = configuration;
const bundle = await rolldown({
	...cli,
	input: { main: "dist/cli/main.js" },
	plugins: [
		...cli.plugins,
		{
			name: "embed-koffi",
			load: (id) =>
				id === join(project, "dist/sys/koffi.js")
					? `import native from ${JSON.stringify(native)};\nexport const koffi = native;\n`
					: null,
		},
	],
	external: [native],
});
await bundle.write({ ...cli.output, dir: join(work, "js"), entryFileNames: "main.cjs", sourcemap: false });
await bundle.close();
// Compiled ahead, it starts in half of the time; Bun can do so with CommonJS.
const options = ["--compile", "--bytecode", "--format=cjs", "--minify-syntax", "--outfile", target];
const bun = bunBinary();
execFileSync(bun, ["build", ...options, join(work, "js", "main.cjs")], {
	stdio: ["ignore", "ignore", "inherit"],
	// Without a home of its own Bun would leave a cache in the user's.
	env: { ...process.env, BUN_INSTALL_CACHE_DIR: work },
});
console.log(`${target}: ${(statSync(target).size / 2 ** 20).toFixed(0)} MiB`);
// By names that do not tell the platform: the bench measures with them what of a start is Bun's and the module's.
for (const [name, file] of [["bun", bun], ["koffi.node", native]]) {
	rmSync(join(work, name), { force: true });
	symlinkSync(file, join(work, name));
}
