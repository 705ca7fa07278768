import type { DemoPrograms } from "../demo/demo.js";
import type { LossReport, StepReport, WarningReport } from "../engine/report.js";
import type { HostOptions } from "../host/host.js";
import type { BindableNetworks, ConfirmableNetworks } from "../service/networks.js";
import { API_VERSION } from "./api-version.js";
import { Exit } from "./exit.js";
import type { Io } from "./io.js";
import { Progress } from "./progress.js";
import { type Paint, paintFor } from "./render/paint.js";
import { printable, printableJson, printableLines, printableReport } from "./render/printable.js";
import { FEW } from "./render/table.js";
import type { Settings } from "./settings.js";
import type { Watchdog } from "./watchdog-protocol.js";

/** What the commands need of a host. */
export interface HostPort extends ConfirmableNetworks, BindableNetworks {
	close(): void;
}

/** Opens the host for a command. `onRequest` is called before each request to the kernel. Tests pass a fake. */
export type OpenHost = (
	options: HostOptions & { readonly socket?: string | undefined },
	onRequest?: () => void,
	tell?: (lines: string) => void,
) => HostPort | Promise<HostPort>;

/** Starts the process that rolls back if the command with --confirm-within cannot. It uses the same state directory. */
export type StartWatchdog = (stateDir: string | undefined) => Promise<Watchdog>;

/** Starts the process that takes down what is up for this process if this process is killed. */
export type StartKeeper = StartWatchdog;

/**
 * Runs the command of `run`. Signals that end a process, and those without a meaning of their own, are passed to it.
 */
export interface CommandRunner {
	/** The exit status for a signal that came before there was a command to pass it to. */
	readonly interrupted: number | undefined;
	/** Run a command to its end. It gets these descriptors from 3 on, which are closed here. @returns its exit status */
	run(command: readonly string[], descriptors: readonly number[]): Promise<number>;
	/** Stop passing signals to the command. */
	stop(): void;
}
/** From this call on, signals are for the command that is going to be run. */
export type PrepareCommand = () => CommandRunner | Promise<CommandRunner>;

/** Loads the programs that the demo may start: a real guest, and tools that show the host. */
export type LoadPrograms = () => Promise<DemoPrograms | undefined>;

/** What a command may use apart from its input and output. Tests pass their own. */
export interface SessionDeps {
	readonly openHost: OpenHost;
	readonly loadPrograms: LoadPrograms;
	readonly startWatchdog: StartWatchdog;
	readonly startKeeper: StartKeeper;
	readonly prepareCommand: PrepareCommand;
}

/** One run of one verb: its settings, its output, and its host. */
export class Session {
	readonly io: Io;
	readonly settings: Settings;
	/** The colours of stdout. */
	readonly paint: Paint;
	readonly loadPrograms: LoadPrograms;
	readonly startWatchdog: StartWatchdog;
	readonly startKeeper: StartKeeper;
	readonly prepareCommand: PrepareCommand;
	readonly #openHost: OpenHost;
	#progress: Progress | undefined;

	constructor(io: Io, settings: Settings, deps: SessionDeps) {
		this.io = io;
		this.settings = settings;
		this.paint = paintFor(io.stdout, settings.color, io.env);
		this.#openHost = deps.openHost;
		this.loadPrograms = deps.loadPrograms;
		this.startWatchdog = deps.startWatchdog;
		this.startKeeper = deps.startKeeper;
		this.prepareCommand = deps.prepareCommand;
	}

	/**
	 * Open the host, do something with it and close it in any case. An error while closing does not fail what is done.
	 */
	async withHost<T>(work: (host: HostPort) => Promise<T>): Promise<T> {
		const { netns, stateDir, timeout, socket } = this.settings;
		const progress = this.#beginProgress();
		const host = await this.#openHost(
			{ netns, stateDir, timeout, socket },
			progress?.request,
			this.#isTraced ? this.#trace : undefined,
		);
		let isDone = false;
		try {
			const result = await work(host);
			isDone = true;
			return result;
		} finally {
			progress?.end();
			try {
				host.close();
			} catch (error) {
				if (isDone) this.say(`done, but closing failed: ${(error as Error).message}`);
			}
		}
	}

	/** Stop showing progress, because the terminal belongs to the command now. */
	endProgress(): void {
		this.#progress?.end();
	}

	/**
	 * Progress is for people only, and not for a change that waits to be confirmed, which says itself what it waits for.
	 */
	get #isTraced(): boolean {
		return this.settings.verbosity > 1 && !this.settings.quiet;
	}

	#trace = (lines: string): void => {
		this.io.stderr.write(`${printableLines(lines).join("\n")}\n`);
	};

	/** Print the result: one JSON object for programs, lines for people. */
	#beginProgress(): Progress | undefined {
		const { json, quiet, confirmWithin } = this.settings;
		const isTold = this.#isTraced || confirmWithin !== undefined;
		if (json || quiet || isTold || this.io.env.TERM === "dumb") return undefined;
		this.#progress = new Progress(this.io.stderr);
		return this.#progress;
	}

	/** Print an object for programs. */
	result(value: object, lines: () => readonly string[]): void {
		if (this.settings.json) this.json(value);
		else if (!this.settings.quiet) this.data(lines());
	}

	/** Print a JSON document whose format is not ours, so it gets no apiVersion. */
	json(value: object): void {
		this.document({ apiVersion: API_VERSION, ...value });
	}

	/** Print one of many JSON objects, one a line, on a terminal as well. */
	document(value: object): void {
		this.io.stdout.write(`${printableJson(value, this.io.stdout.isTTY ? 2 : 0)}\n`);
	}

	/** Print lines of data on stdout. The caller must have made them printable. */
	line(value: object): void {
		this.io.stdout.write(`${printableJson(value, 0)}\n`);
	}

	/** Print a sentence for the person at the terminal. */
	data(lines: readonly string[]): void {
		if (lines.length > 0) this.io.stdout.write(`${lines.join("\n")}\n`);
	}

	/**
	 * Print what will not work although it was asked for. Of many warnings with one code only the first are printed,
	 * unless -v asks for all.
	 */
	say(sentence: string): void {
		this.#progress?.erase();
		if (!this.settings.quiet) this.io.stderr.write(`${printable(sentence)}\n`);
	}

	/** The exit status of a change that is done. What could not be given back to others is printed, even with -q. */
	warn(warnings: readonly WarningReport[]): void {
		const told = new Map<string, number>();
		for (const { code, message } of warnings) {
			const many = (told.get(code) ?? 0) + 1;
			told.set(code, many);
			if (many <= FEW || this.settings.verbosity > 0) this.say(`warning: ${message}`);
		}
		if (this.settings.verbosity > 0) return;
		for (const [code, many] of told)
			if (many > FEW) this.say(`${many - FEW} more of ${code}: -v shows them`);
	}

	/** Print how the change ended; with -v also the steps. */
	ending({ losses = [] }: { readonly losses?: readonly LossReport[] | undefined }): number {
		for (const { subject, reason, ours } of losses) {
			const sentence = ours ? `${subject}: ${reason}` : `not given back: ${subject}: ${reason}`;
			this.io.stderr.write(`${printable(sentence)}\n`);
		}
		return losses.some(({ ours }) => !ours) ? Exit.partial : Exit.done;
	}

	/** How it ended; with -v also the steps that were taken. */
	async sayDone(
		sentence: string,
		{ changed, steps }: { readonly changed: boolean; readonly steps: readonly StepReport[] },
	): Promise<void> {
		if (!changed) return this.say("nothing to do");
		if (this.settings.verbosity > 0 && !this.settings.quiet) {
			const { renderSteps } = await import("./render/plan.js");
			const paint = paintFor(this.io.stderr, this.settings.color, this.io.env);
			const lines = renderSteps(printableReport(steps), this.settings.verbosity > 1, paint);
			if (lines.length > 0) this.io.stderr.write(`${lines.join("\n")}\n`);
		}
		this.say(sentence);
	}
}
