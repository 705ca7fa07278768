import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "./lab.js";
import { type Ended, umlnet } from "./umlnet.js";

/** One system call of the main thread, as strace writes it. */
export interface Call {
	readonly name: string;
	/** The whole line. */
	readonly line: string;
	/** Counted from 1 among the calls of that name. */
	readonly ordinal: number;
}

/** Run a command line of ours under strace. */
function traced(lab: Lab, options: readonly string[], args: readonly string[]): Ended {
	const under = ["strace", "-qq", "-s", "200", ...options];
	return umlnet({ netns: lab.host.path, stateDir: lab.stateDir, under }, ...args);
}

function log(lab: Lab, options: readonly string[], args: readonly string[]): string[] {
	const path = join(lab.stateDir, "..", "strace.log");
	const ended = traced(lab, ["-o", path, ...options], args);
	if (ended.status !== 0) throw new Error(`${args.join(" ")}: ${ended.stderr}`);
	return readFileSync(path, "utf8").split("\n");
}

/** The system calls of these names that the main thread of a command line makes, in order. */
export function callsOf(lab: Lab, names: readonly string[], args: readonly string[]): Call[] {
	const counts = new Map<string, number>();
	return log(lab, ["-e", `trace=${names.join(",")}`], args).flatMap((line) => {
		const name = /^\w+/.exec(line)?.[0];
		if (name === undefined) return [];
		const ordinal = (counts.get(name) ?? 0) + 1;
		counts.set(name, ordinal);
		return [{ name, line, ordinal }];
	});
}

/** What all its threads and children do, line by line; `calls` is what strace's `trace=` takes. */
export const traceOf = (lab: Lab, calls: string, args: readonly string[]): string[] =>
	log(lab, ["-f", "-e", `trace=${calls}`], args);

/** Run a command line and kill it as it enters a system call: kill -9, before anything of that call is done. */
export function killedAt(lab: Lab, { name, ordinal }: Call, args: readonly string[]): Ended {
	const inject = `inject=${name}:signal=KILL:when=${ordinal}`;
	return traced(lab, ["-o", "/dev/null", "-e", `trace=${name}`, "-e", inject], args);
}
