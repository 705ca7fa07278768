import { fstatSync, writeSync } from "node:fs";
import { Exit } from "./exit.js";

/** Where text goes: a terminal, a file or a pipe. */
export interface Sink {
	write(text: string): void;
	readonly isTTY: boolean;
	/** Of a terminal. */
	readonly columns: number | undefined;
}

/** All that a command sees of the process it runs in, so that tests can run it without one. */
export interface Io {
	/** Data: what a program or a file is meant to get. */
	readonly stdout: Sink;
	/** Talk: what is said to the person in front of it. */
	readonly stderr: Sink;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The real user id. */
	readonly uid: number;
	/** Nobody reads what is written to stdout any more: reason enough for who would write for ever. */
	readonly ended: AbortSignal;
	/** All of standard input. */
	readStdin(): Promise<string>;
	/** From now on Ctrl-C and the like are told instead of ending us. */
	listenForInterruption(): Interruption;
}

export interface Interruption {
	readonly signal: AbortSignal;
	stop(): void;
}

/**
 * The real thing. A reader who has seen enough (`| head`) closes the pipe; that must not stop a command that is
 * changing the host, so EPIPE is no error here: what is left to say is simply not read by anybody.
 */
export function processIo(): Io {
	let ended: AbortController | undefined;
	const stderr = new Descriptor(2, () => {});
	const stdout = new Descriptor(1, ({ code, message }) => {
		ended?.abort();
		if (code === "EPIPE") return;
		stderr.write(`umlnet-nl: cannot write the output: ${message}\n`);
		process.exitCode = Exit.internal;
	});
	return {
		stdout,
		stderr,
		env: process.env,
		uid: process.getuid?.() ?? 0,
		get ended() {
			ended ??= new AbortController();
			if (stdout.isBroken) ended.abort();
			return ended.signal;
		},
		async readStdin() {
			const { DocumentText } = await import("./document.js");
			const document = new DocumentText("<stdin>");
			for await (const chunk of process.stdin) document.add(Buffer.from(chunk));
			return document.text;
		},
		listenForInterruption,
	};
}

const DEV_NULL = 0x103; // Documentation/admin-guide/devices.txt: 1, 3

/**
 * Standard output or error, written to at once, as Node's own streams do on Linux. Those take 3 ms to load, in the
 * single file 5; they come in only for a terminal, and where somebody made the pipe non-blocking and it is full.
 */
class Descriptor implements Sink {
	readonly #fd: 1 | 2;
	readonly #onError: (error: NodeJS.ErrnoException) => void;
	#stream: NodeJS.WriteStream | undefined;
	/** Nothing more can be written. */
	isBroken = false;

	constructor(fd: 1 | 2, onError: (error: NodeJS.ErrnoException) => void) {
		this.#fd = fd;
		this.#onError = onError;
	}

	write(text: string): void {
		const bytes = Buffer.from(text);
		for (let done = 0; done < bytes.length && !this.isBroken; ) {
			if (this.#stream !== undefined) return void this.#stream.write(bytes.subarray(done));
			try {
				done += writeSync(this.#fd, bytes, done);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === "EAGAIN")
					this.#stream = this.#standard.on("error", (trouble) => this.#break(trouble));
				else this.#break(error as NodeJS.ErrnoException);
			}
		}
	}

	get isTTY(): boolean {
		const stats = fstatSync(this.#fd);
		// A device like a terminal, but none.
		return stats.isCharacterDevice() && stats.rdev !== DEV_NULL && this.#standard.isTTY === true;
	}

	get columns(): number | undefined {
		return this.isTTY ? this.#standard.columns : undefined;
	}

	get #standard(): NodeJS.WriteStream {
		return this.#fd === 1 ? process.stdout : process.stderr;
	}

	#break(error: NodeJS.ErrnoException): void {
		if (this.isBroken) return;
		this.isBroken = true;
		this.#onError(error);
	}
}

/** The end of a terminal (SIGHUP) is none: it may be a connection that breaks and comes again. */
function listenForInterruption(): Interruption {
	const interruption = new AbortController();
	const interrupt = (): void => interruption.abort();
	const goOn = (): void => {};
	for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, interrupt);
	process.on("SIGHUP", goOn);
	return {
		signal: interruption.signal,
		stop() {
			for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, interrupt);
			process.off("SIGHUP", goOn);
		},
	};
}
