import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "./lab.js";
import { type Ended, umlnet } from "./umlnet.js";

/** One system call of the main thread, from the output of strace. */
export interface Call {
	readonly name: string;
	/** The whole line. */
	readonly line: string;
	/** Its position, counted from 1, among the calls with that name. */
	readonly ordinal: number;
	/** What it acts on: its name, with the open file or the path. */
	readonly target: string;
	/** Its position, counted from 1, among the calls to that target. A restarted call counts once. */
	readonly nth: number;
	/** Whether it is a call of the runtime for its memory, threads or event loop, which nobody else notices. */
	readonly isRuntime: boolean;
}

// Garbage is collected by one thread, hash seeds are fixed, and no code cache is used, so that two runs make nearly the
// same calls.
const STEADY = ["--single-threaded", "--hash-seed=1", "--random-seed=1"];
const WITHOUT_CACHE = ["-E", "NODE_DISABLE_COMPILE_CACHE=1"];

const RUNTIME =
	/^(mmap|munmap|mprotect|madvise|brk|futex|rt_sig|sched_|getrusage|clock_|epoll_|get[pt]id|prlimit|\w+\(\d+<(anon_inode|pipe:))/;

/** Run a command line of ours under strace. */
function traced(lab: Lab, options: readonly string[], args: readonly string[]): Ended {
	const under = ["strace", "-qq", "-s", "200", ...WITHOUT_CACHE, ...options];
	return umlnet({ netns: lab.host.path, stateDir: lab.stateDir, under, node: STEADY }, ...args);
}

const logOf = (lab: Lab): string => join(lab.stateDir, "..", "strace.log");

function log(lab: Lab, options: readonly string[], args: readonly string[]): string[] {
	const ended = traced(lab, ["-o", logOf(lab), ...options], args);
	if (ended.status !== 0) throw new Error(`${args.join(" ")}: ${ended.stderr}`);
	return readFileSync(logOf(lab), "utf8").split("\n");
}

/** What a call acts on, without the numbers of sockets and processes, which differ in every run. */
function targetOf(name: string, line: string): string {
	const [file = ""] = /^\w+\(\d+<[^>]*>/.exec(line) ?? /"\/[^"]*"/.exec(line) ?? [];
	return `${name} ${file.replace(/\[\d+\]|(?<=\/proc\/(self\/fd\/)?)\d+/g, "")}`;
}

/** Whether a write to /proc/sys was restarted because another thread held the RTNL lock. */
const isSentBack = (line: string): boolean => / = \? ERESTART/.test(line);

function calls(lines: readonly string[]): Call[] {
	const counts = new Map<string, number>();
	const count = (what: string, by: number): number => {
		const now = (counts.get(what) ?? 0) + by;
		counts.set(what, now);
		return now;
	};
	return lines.flatMap((line) => {
		const name = /^\w+/.exec(line)?.[0];
		if (name === undefined) return [];
		const target = targetOf(name, line);
		const sentBack = isSentBack(line);
		const nth = count(target, sentBack ? 0 : 1) + (sentBack ? 1 : 0);
		return [{ name, line, ordinal: count(name, 1), target, nth, isRuntime: RUNTIME.test(line) }];
	});
}

/** The system calls with these names that the main thread of a command line makes, in order. */
export const callsOf = (lab: Lab, names: readonly string[], args: readonly string[]): Call[] =>
	calls(log(lab, ["-y", "-e", `trace=${names.join(",")}`], args));

/** The calls of all its threads and children, line by line. `calls` is the argument of strace's `trace=`. */
export const traceOf = (lab: Lab, calls: string, args: readonly string[]): string[] =>
	log(lab, ["-f", "-e", `trace=${calls}`], args);

/** How a command line that should be killed ended, and its calls with that name until then. */
export interface Killed extends Ended {
	readonly calls: readonly Call[];
}

/** Run a command line and kill it (kill -9) as it enters a system call, before the call does anything. */
export function killedAt(
	lab: Lab,
	{ name, ordinal }: Pick<Call, "name" | "ordinal">,
	args: readonly string[],
): Killed {
	const inject = `inject=${name}:signal=KILL:when=${ordinal}`;
	const ended = traced(lab, ["-y", "-o", logOf(lab), "-e", `trace=${name}`, "-e", inject], args);
	return { ...ended, calls: calls(readFileSync(logOf(lab), "utf8").split("\n")) };
}

/** Whether a command line was killed at exactly this call. */
export function isKilledAt({ signal, calls }: Killed, { target, nth }: Call): boolean {
	const last = calls.at(-1);
	// A call during which the process was killed has not returned.
	const fired = signal === "SIGKILL" && last !== undefined && / = \?$/.test(last.line);
	return fired && last.target === target && last.nth === nth;
}

/** The position at which a call is expected, according to an earlier run of the same command line. */
export function ordinalIn({ calls }: Killed, { target, nth }: Call, tried: number): number {
	const found = calls.find((call) => call.target === target && call.nth === nth);
	return found?.ordinal ?? tried + 1;
}
