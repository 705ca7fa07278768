import { InvalidArgumentError, Option } from "commander";
import type { ColorChoice } from "./render/paint.js";
import { UsageError } from "./usage.js";
import type { Verb } from "./verb.js";

/** The global options, which every verb has. */
export interface Settings {
	readonly netns: string | undefined;
	readonly stateDir: string | undefined;
	/** The socket of the daemon that is asked, or served. */
	readonly socket: string | undefined;
	/** How long to wait for the lock, in milliseconds. */
	readonly timeout: number | undefined;
	/** After how many milliseconds a change that was not confirmed is rolled back. */
	readonly confirmWithin: number | undefined;
	readonly json: boolean;
	readonly quiet: boolean;
	/** How many times -v was given. */
	readonly verbosity: number;
	readonly color: ColorChoice;
}

interface GlobalOptions {
	readonly netns?: string;
	readonly json?: true;
	readonly quiet?: true;
	readonly verbose?: number;
	readonly color: ColorChoice;
	readonly timeout?: number;
	readonly stateDir?: string;
	readonly confirmWithin?: number;
	readonly socket?: string;
}

/** Add the options that can be given before or after the verb. */
export function addGlobalOptions(program: Verb): void {
	program
		.option("-n, --netns <NAME|PATH>", "work in this network namespace", notEmpty)
		.option("--json", "one JSON object on stdout, errors included")
		.option("-q, --quiet", "print nothing but errors; status: only the names of the taps")
		.option(
			"-v, --verbose",
			"print more; up: every tap of many; plan: the messages of every step; -vv: all that the kernel is asked and answers",
			(_, n: number) => n + 1,
			0,
		)
		.addOption(
			new Option("--color <WHEN>", "color the output")
				.choices(["auto", "always", "never"])
				.default("auto"),
		)
		.option("--timeout <SECONDS>", "how long to wait while another umlnet-nl is at work", seconds)
		.option(
			"--state-dir <DIR>",
			"where to remember what is ours (default: $UMLNET_STATE_DIR, else /run/umlnet-nl)",
			notEmpty,
		)
		.option(
			"--socket <PATH>",
			"ask the daemon that serves there (default: $UMLNET_SOCKET; who is not root: /run/umlnet-nl/umlnet-nl.sock if it is there)",
			notEmpty,
		)
		.option(
			"--confirm-within <SECONDS>",
			"up, down: wait, and roll back unless `umlnet-nl confirm` comes in time",
			someSeconds,
		);
	program.hook("preAction", (_, verb) => {
		const { socket, netns } = program.opts<GlobalOptions>();
		if (socket !== undefined && netns !== undefined && verb.name() !== "serve")
			throw new UsageError("--socket and --netns: the daemon is for a namespace of its own");
		if (program.opts<GlobalOptions>().confirmWithin === undefined) return;
		if (verb.parent !== program || !["up", "down"].includes(verb.name()))
			throw new UsageError("--confirm-within is for up and down only");
	});
}

export function settingsOf(
	program: Verb,
	env: Readonly<Record<string, string | undefined>>,
): Settings {
	const given = program.opts<GlobalOptions>();
	return {
		netns: given.netns,
		stateDir: given.stateDir ?? (env.UMLNET_STATE_DIR || undefined),
		timeout: milliseconds(given.timeout),
		socket:
			given.socket ?? (given.netns === undefined ? env.UMLNET_SOCKET || undefined : undefined),
		confirmWithin: milliseconds(given.confirmWithin),
		json: given.json === true,
		quiet: given.quiet === true,
		verbosity: given.verbose ?? 0,
		color: given.color,
	};
}

const milliseconds = (seconds: number | undefined): number | undefined =>
	seconds === undefined ? undefined : Math.round(seconds * 1000);

function seconds(text: string): number {
	const value = Number(text);
	if (!/^[0-9]+(\.[0-9]+)?$/.test(text) || value > 86_400)
		throw new InvalidArgumentError("It must be a number of seconds, 0 to 86400.");
	return value;
}

function someSeconds(text: string): number {
	const value = seconds(text);
	if (value < 1) throw new InvalidArgumentError("It must be a second or more.");
	return value;
}

function notEmpty(text: string): string {
	if (text === "") throw new InvalidArgumentError("It must not be empty.");
	return text;
}
