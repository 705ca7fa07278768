import { Exit } from "./exit.js";
import type { Sink } from "./sink.js";
import { Descriptor } from "./startup/descriptor.js";

/** Everything that a command uses of its process, so that tests can replace it. */
export interface Io {
	/** Data for a program or a file. */
	readonly stdout: Sink;
	/** Messages for the person at the terminal. */
	readonly stderr: Sink;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The real user id. */
	readonly uid: number;
	/** The process that started this one. */
	readonly parent: number;
	/** Aborted when nobody reads stdout any more, so that a command that would write for ever ends. */
	readonly outputClosed: AbortSignal;
	/** All of standard input. */
	readStdin(): Promise<string>;
	/** Make Ctrl-C and SIGTERM abort a signal instead of ending the process. */
	listenForInterruption(): Interruption;
	/** Send SIGCONT to the process with this id (sys/process.ts) if it is the one that started us. */
	wakeParent(process: string): Promise<void>;
}

export interface Interruption {
	readonly signal: AbortSignal;
	stop(): void;
}

/**
 * The streams of this process. A reader that has seen enough (`| head`) closes the pipe. That must not stop a command
 * that is changing the host, so EPIPE is not an error: the rest of the output is dropped.
 */
export function processIo(): Io {
	let closed: AbortController | undefined;
	const stderr = new Descriptor(2, () => {});
	const stdout = new Descriptor(1, ({ code, message }) => {
		closed?.abort();
		if (code === "EPIPE") return;
		stderr.write(`umlnet-nl: cannot write the output: ${message}\n`);
		process.exitCode = Exit.internal;
	});
	return {
		stdout,
		stderr,
		env: process.env,
		uid: process.getuid?.() ?? 0,
		parent: process.ppid,
		get outputClosed() {
			closed ??= new AbortController();
			if (stdout.isBroken) closed.abort();
			return closed.signal;
		},
		async readStdin() {
			const { DocumentText } = await import("./document.js");
			const document = new DocumentText("<stdin>");
			for await (const chunk of process.stdin) document.add(Buffer.from(chunk));
			return document.text;
		},
		listenForInterruption,
		async wakeParent(id) {
			const { isAlive } = await import("../sys/process.js");
			if (isAlive(id) && Number(id.split("-")[0]) === process.ppid)
				process.kill(process.ppid, "SIGCONT");
		},
	};
}

/** SIGHUP, which announces the end of a terminal, is ignored, because a broken connection may be restored. */
function listenForInterruption(): Interruption {
	const interruption = new AbortController();
	const interrupt = (): void => interruption.abort();
	const ignore = (): void => {};
	for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, interrupt);
	process.on("SIGHUP", ignore);
	return {
		signal: interruption.signal,
		stop() {
			for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, interrupt);
			process.off("SIGHUP", ignore);
		},
	};
}
