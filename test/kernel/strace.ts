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
	/** What it is done to: its name, the open file or the path. */
	readonly target: string;
	/** Counted from 1 among the calls to that target, each one once, however often it was begun again. */
	readonly nth: number;
	/** A call of the runtime's own, for its memory, its threads and its event loop: nobody else sees it. */
	readonly isRuntime: boolean;
}

// One thread collects garbage, the hashes are those of last time, and no code is kept from the last run or for the
// next one: two runs make the same calls, nearly.
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

/** What a call is done to. The numbers of sockets and processes are others in every run. */
function targetOf(name: string, line: string): string {
	const [file = ""] = /^\w+\(\d+<[^>]*>/.exec(line) ?? /"\/[^"]*"/.exec(line) ?? [];
	return `${name} ${file.replace(/\[\d+\]|(?<=\/proc\/(self\/fd\/)?)\d+/g, "")}`;
}

/** A call that another thread's hold of the RTNL sent back, to be made again at once: write to /proc/sys. */
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

/** The system calls of these names that the main thread of a command line makes, in order. */
export const callsOf = (lab: Lab, names: readonly string[], args: readonly string[]): Call[] =>
	calls(log(lab, ["-y", "-e", `trace=${names.join(",")}`], args));

/** What all its threads and children do, line by line; `calls` is what strace's `trace=` takes. */
export const traceOf = (lab: Lab, calls: string, args: readonly string[]): string[] =>
	log(lab, ["-f", "-e", `trace=${calls}`], args);

/** How a command line ended that was to be killed, and the calls of that name that it made until then. */
export interface Killed extends Ended {
	readonly calls: readonly Call[];
}

/** Run a command line and kill it as it enters a system call: kill -9, before anything of that call is done. */
export function killedAt(
	lab: Lab,
	{ name, ordinal }: Pick<Call, "name" | "ordinal">,
	args: readonly string[],
): Killed {
	const inject = `inject=${name}:signal=KILL:when=${ordinal}`;
	const ended = traced(lab, ["-y", "-o", logOf(lab), "-e", `trace=${name}`, "-e", inject], args);
	return { ...ended, calls: calls(readFileSync(logOf(lab), "utf8").split("\n")) };
}

/** Whether a command line was killed, and at this very call. */
export function isKilledAt({ signal, calls }: Killed, { target, nth }: Call): boolean {
	const last = calls.at(-1);
	// Killed, it has not returned.
	const fired = signal === "SIGKILL" && last !== undefined && / = \?$/.test(last.line);
	return fired && last.target === target && last.nth === nth;
}

/** How often a call has to come before it is this one, by what a run of the same command line has shown. */
export function ordinalIn({ calls }: Killed, { target, nth }: Call, tried: number): number {
	const found = calls.find((call) => call.target === target && call.nth === nth);
	return found?.ordinal ?? tried + 1;
}
