import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./library.js";

const execute = promisify(execFile);

/** The oldest version of Node that package.json allows, and one of each later line. */
export const VERSIONS = ["20.19.0", "22.23.3", "24.21.0"] as const;

/** Run npm quietly, without scripts of packages. */
export const npm = (directory: string, ...args: readonly string[]) =>
	execute("npm", [...args, "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], {
		cwd: directory,
	});

/** The node binary of a version. */
export const nodeBinary = (version: string): Promise<string> =>
	binaryOf(`node-linux-${process.arch}`, version, "bin/node", `node/${version}`);

const machine = process.arch === "arm64" ? "aarch64" : process.arch;

/** Bun, in the version that builds the single file (scripts/build-bin.mjs). */
export const bunBinary = (): Promise<string> =>
	binaryOf(`@oven/bun-linux-${machine}`, "1.4.5", "bin/bun", "bin/glibc");

/** The binary of a runtime, from an npm package that runs nothing when it is installed. */
async function binaryOf(
	name: string,
	version: string,
	path: string,
	cache: string,
): Promise<string> {
	const directory = join(root, ".cache", cache);
	const binary = join(directory, "node_modules", name, path);
	if (existsSync(binary)) return binary;
	mkdirSync(directory, { recursive: true });
	const options = ["--no-save", "--prefer-offline", "--force", "--prefix", "."];
	await npm(directory, "install", ...options, `${name}@${version}`);
	chmodSync(binary, 0o755);
	return binary;
}
