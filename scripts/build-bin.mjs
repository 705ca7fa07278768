#!/usr/bin/env node
// `npm run build:bin`: one executable of the command line, for hosts without Node. The bundle is compiled with
// Bun, whose own way to libc takes the place of koffi's native module.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import configuration from "../rolldown.config.js";

const project = fileURLToPath(new URL("..", import.meta.url));
const libc = process.report.getReport().header.glibcVersionRuntime ? "linux" : "musl";
const arch = process.arch;

const BUN_VERSION = "1.4.5";

// As uname(1) calls it, and Bun where it is not x64.
const machine = arch === "arm64" ? "aarch64" : "x86_64";
// ld.so(8) and ld-musl(1) know the C library by these.
const soname = libc === "linux" ? "libc.so.6" : `libc.musl-${machine}.so.1`;

const work = join(project, ".cache", "bin");
const target = join(project, "bin", "umlnet-nl");
mkdirSync(work, { recursive: true });
mkdirSync(dirname(target), { recursive: true });

/** Bun's binary out of its npm package, fetched when first needed: 100 MB that no other script wants. */
function bunBinary() {
	const name = `@oven/bun-linux-${arch === "x64" ? arch : machine}${libc === "musl" ? "-musl" : ""}`;
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
			name: "libc-through-bun",
			load: (id) =>
				id === join(project, "dist/sys/koffi.js")
					? readFileSync(join(project, "scripts/bun-libc.js"), "utf8").replace("LIBC_SONAME", soname)
					: null,
		},
	],
	external: ["bun:ffi"],
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
// By a name that does not tell the platform: the bench measures with it what of a start is Bun's.
rmSync(join(work, "bun"), { force: true });
symlinkSync(bun, join(work, "bun"));
