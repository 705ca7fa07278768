import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { Machine } from "../kernel/machine.js";
import type { Place } from "./library.js";

/** One of our programs under Node, as a command. */
export const node = (name: string, ...args: readonly string[]): string[] => [
	process.execPath,
	join(import.meta.dirname, "programs", name),
	...args,
];

/** What makes a command one whose system calls are watched, or refused. */
export const strace = (file: string, ...options: readonly string[]): string[] => [
	"strace",
	"-f",
	"-qq",
	"-o",
	file,
	...options,
];

/** How a program ended, and what it said. */
export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions {
	readonly env?: NodeJS.ProcessEnv;
	readonly cwd?: string;
}

/** Run a program in a machine to its end. */
export async function run(
	machine: Machine,
	command: readonly string[],
	{ env, cwd }: RunOptions = {},
): Promise<Ended> {
	const child = spawn("nsenter", [`--net=${machine.path}`, ...command], {
		stdio: ["ignore", "pipe", "pipe"],
		env,
		cwd,
	});
	const [stdout, stderr, [code, signal]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>,
	]);
	return { code, signal, stdout, stderr };
}

/** Run a program to its end; it says one JSON value. @throws what it complains of */
export async function tell<T>(machine: Machine, command: readonly string[]): Promise<T> {
	const { code, signal, stdout, stderr } = await run(machine, command);
	if (code !== 0) throw new Error(`it ended with ${code ?? signal}: ${stderr}${stdout}`);
	return JSON.parse(stdout) as T;
}

/** How a call ended that a program made. */
export interface Said {
	readonly value?: object;
	readonly error?: object;
}

/** Lists of calls, made by a process of its own: those of one list at once, one list after the other. */
export const calls = (
	{ stateDir }: Place,
	...lists: readonly (readonly (readonly [verb: string, argument?: unknown])[])[]
): string[] => node("calls.mjs", stateDir, JSON.stringify(lists));

/** A program that goes on, line by line, but not longer than the test. */
export class Running {
	readonly child: ChildProcess;
	readonly #lines: AsyncIterator<string>;
	readonly #closed: Promise<unknown>;
	#complaints = "";
	/** Whether it has come to its end. */
	closed = false;

	constructor(machine: Machine, command: readonly string[]) {
		this.child = machine.spawn(command[0] as string, ...command.slice(1));
		const { stdout, stderr } = this.child;
		if (stdout === null || stderr === null) throw new Error("it has no pipes");
		this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
		this.#closed = once(this.child, "close").then(() => {
			this.closed = true;
		});
		onTestFinished(() => {
			this.child.kill("SIGKILL");
		});
		stderr.on("data", (data) => {
			this.#complaints += data;
		});
	}

	/** The JSON value on its next line. */
	async next<T>(): Promise<T> {
		const { value, done } = await this.#lines.next();
		if (done) throw new Error(`it says no more: ${this.#complaints}`);
		return JSON.parse(value) as T;
	}

	/** Tell it to go on. */
	go(): void {
		this.child.stdin?.write("go\n");
	}

	/** Wait for its end; a signal may bring it about. @returns its exit status, and what it complained of */
	async end(signal?: NodeJS.Signals): Promise<Pick<Ended, "code" | "stderr">> {
		if (signal !== undefined) this.child.kill(signal);
		await this.#closed;
		return { code: this.child.exitCode, stderr: this.#complaints };
	}
}
