import type { Io } from "../../src/cli/io.js";
import { run } from "../../src/cli/run.js";
import type { HostPort } from "../../src/cli/session.js";
import type { Sink } from "../../src/cli/sink.js";
import type { HostOptions } from "../../src/host/host.js";
import { checkOutput } from "./output-schema.js";

/** What a command printed, and how it ended. */
export interface Ended {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
	/** The options with which the host was opened; empty if it never was. */
	readonly opened: readonly HostOptions[];
	/** What happened to watchdogs, in order: `started`, `dismissed`, `left alone`. */
	readonly watchdogs: readonly string[];
	/** The commands that were run, each with the number of descriptors that it got. */
	readonly commands: readonly (readonly string[])[];
	/** The processes that were sent SIGCONT in case they were stopped. */
	readonly woken: readonly string[];
}

export interface Environment {
	readonly host?: Partial<HostPort>;
	/** An error that is thrown instead of opening the host. */
	readonly openError?: Error;
	readonly env?: Readonly<Record<string, string>>;
	readonly stdin?: string;
	readonly uid?: number;
	readonly tty?: boolean;
	/** Whether Ctrl-C is pressed as soon as the command listens for it. */
	readonly interrupted?: boolean;
	/** After how many lines the reader of the output closes it. */
	readonly lines?: number;
	/** The exit status of a command that is run. */
	readonly commandStatus?: number;
}

/** Run a command line in an artificial environment: no process, no host. */
export async function umlnet(
	argv: readonly string[],
	environment: Environment = {},
): Promise<Ended> {
	const { host = {}, openError, env = {}, stdin = "", uid = 1000, tty = false } = environment;
	const closed = new AbortController();
	const texts = { stdout: "", stderr: "" };
	const woken: string[] = [];
	const sink = (name: keyof typeof texts): Sink => ({
		write(text) {
			texts[name] += text;
			if (texts.stdout.split("\n").length > (environment.lines ?? Number.POSITIVE_INFINITY))
				closed.abort();
		},
		isTTY: tty,
		columns: 100,
	});
	const io: Io = {
		stdout: sink("stdout"),
		stderr: sink("stderr"),
		env,
		uid,
		parent: 0,
		outputClosed: closed.signal,
		readStdin: async () => stdin,
		listenForInterruption: () => ({
			signal: environment.interrupted ? AbortSignal.abort() : new AbortController().signal,
			stop() {},
		}),
		wakeParent: async (process) => void woken.push(process),
	};
	const opened: HostOptions[] = [];
	const watchdogs: string[] = [];
	const watchdog = async () => {
		watchdogs.push("started");
		return {
			dismiss: async () => void watchdogs.push("dismissed"),
			handOver: () => void watchdogs.push("left alone"),
		};
	};
	const commands: (readonly string[])[] = [];
	const status = await run(argv, io, {
		openHost(options) {
			opened.push(options);
			if (openError !== undefined) throw openError;
			return { ...unexpected, ...host };
		},
		loadPrograms: async () => undefined,
		startWatchdog: watchdog,
		startKeeper: watchdog,
		prepareCommand: () => ({
			interrupted: environment.interrupted ? 130 : undefined,
			async run(command) {
				commands.push(command);
				return environment.commandStatus ?? 0;
			},
			stop() {},
		}),
	});
	checkOutput(argv, texts.stdout);
	return { status, ...texts, opened, watchdogs, woken, commands };
}

/** A host on which nothing may be called except for `close`. */
const unexpected: HostPort = {
	up: never("up"),
	down: never("down"),
	plan: never("plan"),
	planDown: never("planDown"),
	status: never("status"),
	take: never("take"),
	recover: never("recover"),
	confirm: never("confirm"),
	doctor: never("doctor"),
	why: never("why"),
	rollBack: never("roll back"),
	confirmState: never("tell its state"),
	dueIn: never("tell when it is due"),
	upFor: never("bring up for a process"),
	downFor: never("take down for a process"),
	collect: never("collect garbage"),
	openTap() {
		throw new Error("no tap was to be opened");
	},
	close() {},
};

function never(verb: string): () => Promise<never> {
	return () => Promise.reject(new Error(`the host was not to be asked to ${verb}`));
}
