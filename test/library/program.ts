import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { Machine } from "../kernel/machine.js";
import type { Place } from "./library.js";

export const programs = join(import.meta.dirname, "programs");

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

/** Run a program of ours under Node to its end; it says one JSON value. @throws what it complains of */
export async function tell<T>(machine: Machine, name: string, ...args: string[]): Promise<T> {
	return told(await run(machine, [process.execPath, join(programs, name), ...args]));
}

/** How a call ended that a program made. */
export interface Said {
	readonly value?: object;
	readonly error?: object;
}

/** Make lists of calls in a process of its own under strace, and let that write to a file if any is given. */
export async function traced(
	{ machine, stateDir }: Place,
	options: readonly string[],
	lists: readonly (readonly (readonly [verb: string, argument?: unknown])[])[],
	file = "/dev/null",
): Promise<readonly (readonly Said[])[]> {
	const strace = ["strace", "-f", "-qq", "-o", file, ...options];
	const node = [process.execPath, join(programs, "calls.mjs"), stateDir, JSON.stringify(lists)];
	return told(await run(machine, [...strace, ...node]));
}

/** The JSON value a program has said. */
export function told<T>({ code, signal, stdout, stderr }: Ended): T {
	if (code !== 0) throw new Error(`it ended with ${code ?? signal}: ${stderr}${stdout}`);
	return JSON.parse(stdout) as T;
}

/** A program of ours under Node that goes on, line by line. */
export class Running {
	readonly child: ChildProcess;
	readonly #lines: AsyncIterator<string>;
	readonly #closed: Promise<unknown>;
	#complaints = "";

	constructor(machine: Machine, name: string, ...args: readonly string[]) {
		this.child = machine.spawn(process.execPath, join(programs, name), ...args);
		const { stdout, stderr } = this.child;
		if (stdout === null || stderr === null) throw new Error("it has no pipes");
		this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
		this.#closed = once(this.child, "close");
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

	/** Wait for its end; a signal may bring it about. @returns its exit status, and what it complained of */
	async end(signal?: NodeJS.Signals): Promise<Pick<Ended, "code" | "stderr">> {
		if (signal !== undefined) this.child.kill(signal);
		await this.#closed;
		return { code: this.child.exitCode, stderr: this.#complaints };
	}
}
