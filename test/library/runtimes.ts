import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./library.js";

const execute = promisify(execFile);

/** The oldest version of Node that package.json promises, and one of each later line. */
export const VERSIONS = ["20.19.0", "22.23.3", "24.21.0"] as const;

/** npm, without a word and without running anything that a package brings along. */
export const npm = (directory: string, ...args: readonly string[]) =>
	execute("npm", [...args, "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], {
		cwd: directory,
	});

/** The node of a version: npm has the binaries in packages of their own. */
export async function nodeBinary(version: string): Promise<string> {
	const name = `node-linux-${process.arch}`;
	const directory = join(root, ".cache/node", version);
	const binary = join(directory, "node_modules", name, "bin/node");
	if (existsSync(binary)) return binary;
	mkdirSync(directory, { recursive: true });
	await npm(
		directory,
		"install",
		"--no-save",
		"--prefer-offline",
		"--prefix",
		".",
		`${name}@${version}`,
	);
	return binary;
}
