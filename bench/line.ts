import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** How long a peer may take for one answer. The slowest row, with hundreds of CNI calls, takes a large part of it. */
const ANSWER_MS = 300_000;

/** A program that answers each line with one line: `ok` and nanoseconds, or `no` and the reason. */
export class LinePeer {
	readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
	readonly #lines: AsyncIterator<string>;
	readonly #interface: Interface;
	#complaint = "";

	/** @param netns the namespace in which it runs; by default the runner's own */
	constructor(command: readonly string[], netns?: string) {
		const enter = netns === undefined ? [] : ["nsenter", `--net=/run/netns/${netns}`, "--"];
		const [file = "", ...words] = [...enter, ...command];
		this.#child = spawn(file, words, { stdio: ["pipe", "pipe", "pipe"] });
		// The death of a peer is reported when its answer is missing.
		this.#child.on("error", (error) => {
			this.#complaint += error.message;
		});
		this.#child.stdin.on("error", () => undefined);
		this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
			this.#complaint = (this.#complaint + text).slice(-2000);
		});
		this.#interface = createInterface({ input: this.#child.stdout });
		this.#lines = this.#interface[Symbol.asyncIterator]();
	}

	/** nsenter(1) executes the program, which keeps its process id. */
	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** @throws Error with the peer's message */
	async ask(...words: readonly (string | number)[]): Promise<readonly number[]> {
		this.#child.stdin.write(`${words.join("\t")}\n`);
		const timer = setTimeout(() => this.#child.kill("SIGKILL"), ANSWER_MS);
		const { value, done } = await this.#lines.next();
		clearTimeout(timer);
		const [verdict, ...rest] = done ? ["no", "it ended"] : value.trim().split(/\s+/);
		if (verdict === "ok") return rest.map(Number);
		throw new Error(`${words.join(" ")}: ${rest.join(" ")} ${this.#complaint}`.trim());
	}

	async close(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
		const gone = once(this.#child, "exit");
		this.#child.stdin.end();
		const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
		await gone.catch(() => undefined);
		clearTimeout(timer);
		this.#interface.close();
	}
}
