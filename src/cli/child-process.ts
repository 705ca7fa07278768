/** Runs the command that the user gives to `run`. It is the only other program that is ever started. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import { isInForeground } from "../sys/process.js";
import type { CommandRunner } from "./session.js";

const PASSED = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const;
/** Signals that the keys of a terminal send: all processes in its foreground get them, including the command. */
const TYPED: readonly string[] = ["SIGINT", "SIGQUIT"];

/** The exit status that a shell gives (POSIX, XCU 2.8.2): 128 plus the number of the signal. */
const statusOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** A command, and the signals for it from the creation of this object on. */
export class ChildProcess implements CommandRunner {
	#pass: ((signal: NodeJS.Signals) => void) | undefined;
	#interrupted: number | undefined;

	constructor() {
		for (const name of PASSED) process.on(name, this.#receive);
	}

	get interrupted(): number | undefined {
		return this.#interrupted;
	}

	async run(
		[program = "", ...args]: readonly string[],
		descriptors: readonly number[],
	): Promise<number> {
		const child = spawn(program, args, {
			stdio: ["inherit", "inherit", "inherit", ...descriptors],
		});
		const ended = once(child, "exit");
		// Only the command should hold them, so that a tap loses its carrier as soon as the command closes it.
		for (const fd of descriptors) closeSync(fd);
		this.#pass = (signal) => void child.kill(signal);
		try {
			const [code, signal] = (await ended) as [number | null, NodeJS.Signals];
			return code ?? statusOf(signal);
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			const found = code === "ENOENT" ? "no such command" : (code ?? String(error));
			process.stderr.write(`umlnet-nl: cannot run ${JSON.stringify(program)}: ${found}\n`);
			return code === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE;
		} finally {
			this.#pass = () => {};
		}
	}

	stop(): void {
		for (const name of PASSED) process.off(name, this.#receive);
	}

	#receive = (signal: NodeJS.Signals): void => {
		if (this.#pass === undefined) this.#interrupted ??= statusOf(signal);
		else if (!TYPED.includes(signal) || !isInForeground()) this.#pass(signal);
	};
}
