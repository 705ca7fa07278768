#!/usr/bin/env node
// `npm run build:bin`: one executable of the command line, for hosts without Node. The bundle is compiled with
// Bun, whose own way to libc takes the place of koffi's native module. An executable is for one C library:
// `npm run build:bin -- --libc glibc,musl` makes both, whatever this machine has.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import configuration from "../rolldown.config.js";

const project = fileURLToPath(new URL("..", import.meta.url));
const arch = process.arch;

const BUN_VERSION = "1.4.5";

// The architecture as uname(1) names it; Bun uses the same name except for x64.
const machine = arch === "arm64" ? "aarch64" : "x86_64";
/** For each C library, the suffix of Bun's package and the name that ld.so(8) has for the library. */
const LIBCS = {
	glibc: { suffix: "", soname: "libc.so.6" },
	musl: { suffix: "-musl", soname: `libc.musl-${machine}.so.1` },
};
const own = process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";

const { values } = parseArgs({ options: { libc: { type: "string" } } });
const wanted = values.libc?.split(",") ?? [own];
const unknown = wanted.find((libc) => !Object.hasOwn(LIBCS, libc));
if (unknown !== undefined) {
	console.error(`--libc ${unknown}: there are ${Object.keys(LIBCS).join(" and ")}`);
	process.exit(2);
}

const work = join(project, ".cache", "bin");
const bin = join(project, "bin");
mkdirSync(work, { recursive: true });
mkdirSync(bin, { recursive: true });

/** Bun's binary for a C library, from its npm package, which is downloaded when it is first needed. */
function bunBinary(libc) {
	const name = `@oven/bun-linux-${arch === "x64" ? arch : machine}${LIBCS[libc].suffix}`;
	const directory = join(work, libc);
	const binary = join(directory, "node_modules", name, "bin", "bun");
	if (!existsSync(binary)) {
		console.log(`fetching ${name}@${BUN_VERSION} from npm (about 100 MB) into ${directory}`);
		mkdirSync(directory, { recursive: true });
		const options = ["--no-save", "--ignore-scripts", "--force"];
		execFileSync("npm", ["install", "--silent", "--prefix", directory, ...options, `${name}@${BUN_VERSION}`], {
			stdio: ["ignore", "ignore", "inherit"],
		});
	}
	chmodSync(binary, 0o755);
	return binary;
}

/** Chunks as for Node, so that a verb neither decodes nor evaluates what it does not need. */
async function bundle(libc) {
	const [, cli] = configuration;
	const dir = join(work, libc, "js");
	const built = await rolldown({
		...cli,
		input: { main: "dist/cli/main.js" },
		plugins: [
			...cli.plugins,
			{
				name: "libc-through-bun",
				load: (id) =>
					id === join(project, "dist/sys/koffi.js")
						? readFileSync(join(project, "scripts/bun-libc.js"), "utf8").replace("LIBC_SONAME", LIBCS[libc].soname)
						: null,
			},
		],
		external: ["bun:ffi"],
	});
	await built.write({ ...cli.output, dir, entryFileNames: "main.cjs", sourcemap: false });
	await built.close();
	return join(dir, "main.cjs");
}

const compiler = bunBinary(own);
for (const libc of wanted) {
	const runtime = bunBinary(libc);
	const main = await bundle(libc);
	const target = join(bin, values.libc === undefined ? "umlnet-nl" : `umlnet-nl-${libc}`);
	// Bytecode makes the start much faster (docs/performance.md). Bun supports it for CommonJS.
	const options = ["--compile", "--bytecode", "--format=cjs", "--minify-syntax", "--outfile", target];
	execFileSync(compiler, ["build", ...options, "--compile-executable-path", runtime, main], {
		stdio: ["ignore", "ignore", "inherit"],
		// With the user's home directory, Bun would leave a cache there.
		env: { ...process.env, BUN_INSTALL_CACHE_DIR: work },
	});
	console.log(`${target}: for ${libc}, ${machine}, ${(statSync(target).size / 2 ** 20).toFixed(0)} MiB`);
}

// The files that are installed beside the program.
copyFileSync(join(project, "systemd/umlnet-nl.service"), join(bin, "umlnet-nl.service"));
const pages = join(project, "docs/man");
for (const page of readdirSync(pages)) copyFileSync(join(pages, page), join(bin, page));

// Also under a name without the platform, for the bench, which measures the start of Bun alone.
rmSync(join(work, "bun"), { force: true });
symlinkSync(compiler, join(work, "bun"));
