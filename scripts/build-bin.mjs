#!/usr/bin/env node
// `npm run build:bin`: one executable of the command line, for hosts without Node. The bundle is compiled with
// Bun, and koffi's native module is embedded into it: a compiler sees only a require with a literal name.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const project = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const libc = process.report.getReport().header.glibcVersionRuntime ? "linux" : "musl";
const arch = process.arch;

/** The directory of an installed package. */
const packageDirectory = (name) => dirname(require.resolve(`${name}/package.json`));

const native = join(packageDirectory(`@koromix/koffi-linux-${arch}`), `${libc}_${arch}`, "koffi.node");
const bun = join(packageDirectory(`@oven/bun-linux-${arch === "arm64" ? "aarch64" : arch}`), "bin", "bun");
const work = join(project, ".cache", "bin");
const target = join(project, "bin", "umlnet-nl");
mkdirSync(work, { recursive: true });
mkdirSync(dirname(target), { recursive: true });

const bundle = await rolldown({
	input: { main: join(project, "dist/cli/main.js") },
	platform: "node",
	external: [native],
	plugins: [
		{
			name: "embed-koffi",
			load: (id) =>
				id === join(project, "dist/sys/koffi.js")
					? `import native from ${JSON.stringify(native)};\nexport const koffi = native;\n`
					: null,
		},
	],
});
await bundle.write({ dir: work, format: "esm", codeSplitting: false, entryFileNames: "main.mjs" });
await bundle.close();
chmodSync(bun, 0o755);
execFileSync(bun, ["build", "--compile", "--minify-syntax", join(work, "main.mjs"), "--outfile", target], {
	stdio: ["ignore", "ignore", "inherit"],
	// Without a home of its own Bun would leave a cache in the user's.
	env: { ...process.env, BUN_INSTALL_CACHE_DIR: work },
});
console.log(`${target}: ${(statSync(target).size / 2 ** 20).toFixed(0)} MiB`);
