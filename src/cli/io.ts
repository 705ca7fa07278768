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
	const ended = new AbortController();
	process.stderr.on("error", () => {});
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		ended.abort();
		if (error.code === "EPIPE") return;
		process.stderr.write(`umlnet-nl: cannot write the output: ${error.message}\n`);
		process.exitCode = Exit.internal;
	});
	return {
		stdout: sinkOf(process.stdout),
		stderr: sinkOf(process.stderr),
		env: process.env,
		uid: process.getuid?.() ?? 0,
		ended: ended.signal,
		async readStdin() {
			const { DocumentText } = await import("./document.js");
			const document = new DocumentText("<stdin>");
			for await (const chunk of process.stdin) document.add(Buffer.from(chunk));
			return document.text;
		},
		listenForInterruption,
	};
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

function sinkOf(stream: NodeJS.WriteStream): Sink {
	return {
		write: (text) => void stream.write(text),
		isTTY: stream.isTTY === true,
		columns: stream.columns,
	};
}
