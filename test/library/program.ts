import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { Machine } from "../kernel/machine.js";
import type { Place } from "./library.js";

/** The command that runs one of our programs under Node. */
export const node = (name: string, ...args: readonly string[]): string[] => [
	process.execPath,
	join(import.meta.dirname, "programs", name),
	...args,
];

/** The prefix that makes strace watch a command, or refuse its system calls. */
export const strace = (file: string, ...options: readonly string[]): string[] => [
	"strace",
	"-f",
	"-qq",
	"-o",
	file,
	...options,
];

/** How a program ended, and its output. */
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

/** Run a program in a machine until it ends. */
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

/** Run a program until it ends. It prints one JSON value. @throws its standard error */
export async function tell<T>(machine: Machine, command: readonly string[]): Promise<T> {
	const { code, signal, stdout, stderr } = await run(machine, command);
	if (code !== 0) throw new Error(`it ended with ${code ?? signal}: ${stderr}${stdout}`);
	return JSON.parse(stdout) as T;
}

/** The result of a call that a program made. */
export interface Said {
	readonly value?: { readonly changed?: boolean };
	readonly error?: { readonly code?: string };
}

/** A process that makes lists of calls: those of one list at the same time, and one list after the other. */
export const calls = (
	{ stateDir }: Place,
	...lists: readonly (readonly (readonly [verb: string, argument?: unknown])[])[]
): string[] => node("calls.mjs", stateDir, JSON.stringify(lists));

/** A program that runs beside the test and is killed at its end. Its output is read line by line. */
export class Running {
	readonly child: ChildProcess;
	readonly #lines: AsyncIterator<string>;
	readonly #closed: Promise<unknown>;
	#complaints = "";
	/** Whether it has ended. */
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

	/** Tell it to continue. */
	go(): void {
		this.child.stdin?.write("go\n");
	}

	/** Wait until it ends; a signal may make it end. @returns its exit status and its standard error */
	async end(signal?: NodeJS.Signals): Promise<Pick<Ended, "code" | "stderr">> {
		if (signal !== undefined) this.child.kill(signal);
		await this.#closed;
		return { code: this.child.exitCode, stderr: this.#complaints };
	}
}
