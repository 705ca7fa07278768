import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, cpus, release, totalmem, version } from "node:os";
import { PACKAGES, packageVersion } from "./install.js";
import { root } from "./paths.js";

/** The machine and the software with which the figures were measured. */
export interface Machine {
	readonly date: string;
	readonly commit: string;
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGiB: number;
	readonly kernel: string;
	readonly system: string;
	readonly versions: Readonly<Record<string, string>>;
}

export function machine(): Machine {
	const processors = cpus();
	const packages = PACKAGES.map((name) => [name, packageVersion(name) ?? "absent"] as const);
	return {
		date: new Date().toISOString(),
		commit: commit(),
		cpu: processors[0]?.model.trim() ?? arch(),
		cores: processors.length,
		memoryGiB: Math.round(totalmem() / 2 ** 30),
		kernel: `${release()} ${version()}`,
		system: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "",
		versions: {
			node: process.version,
			go: firstLine("go", "version"),
			...Object.fromEntries(packages),
		},
	};
}

function commit(): string {
	const git = (...words: readonly string[]): string =>
		execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
	try {
		const changed = git("status", "--porcelain", "--", "src", "bench/peers") !== "";
		return `${git("rev-parse", "--short", "HEAD")}${changed ? " and changes" : ""}`;
	} catch {
		return "no repository";
	}
}

const firstLine = (file: string, ...words: readonly string[]): string =>
	spawnSync(file, words, { encoding: "utf8" }).stdout?.split("\n")[0] ?? "";
