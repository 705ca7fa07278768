import { CommanderError } from "commander";
import { Exit, exitStatus } from "./exit.js";
import type { Io } from "./io.js";
import type { Perform } from "./perform.js";
import { buildProgram } from "./program.js";
import type { FailureContext } from "./render/failure.js";
import { paintFor } from "./render/paint.js";
import { printableJson, printableLines } from "./render/printable.js";
import { Session, type SessionDeps } from "./session.js";
import { settingsOf } from "./settings.js";
import { UsageError } from "./usage.js";
import type { Verb } from "./verb.js";

/** Run one command line and return its exit status. It uses the process only through `io` and `deps`. */
export async function run(argv: readonly string[], io: Io, deps: SessionDeps): Promise<number> {
	let status: number = Exit.done;
	let context: FailureContext = "looking";
	const perform: Perform = async (given, work) => {
		context = given;
		status = await work(new Session(io, settingsOf(program, io.env), deps));
	};
	const program = buildProgram(io, perform, argv);
	try {
		await program.parseAsync(argv, { from: "user" });
		return status;
	} catch (thrown) {
		const error = thrown instanceof CommanderError ? usageOf(thrown, argv) : thrown;
		if (error === undefined) return Exit.done;
		return fail(error, context, argv, io, program);
	}
}

/** Commander also throws after it has printed help or the version, which is no error. */
function usageOf(thrown: CommanderError, argv: readonly string[]): UsageError | undefined {
	if (thrown.exitCode === 0) return undefined;
	if (thrown.code === "commander.help")
		return new UsageError(
			argv.some((word) => !word.startsWith("-")) ? "which subcommand?" : "no command given",
			"umlnet-nl --help lists them",
		);
	const [first = "", suggestion] = thrown.message.replace(/^error: /, "").split("\n");
	const similar = /^\((Did you mean .+)\)$/.exec(suggestion ?? "")?.[1];
	const hint = similar?.replace(/^D/, "d");
	return new UsageError(
		first,
		hint ?? "umlnet-nl --help, or --help after a command, shows what there is",
	);
}

async function fail(
	error: unknown,
	context: FailureContext,
	argv: readonly string[],
	io: Io,
	program: Verb,
): Promise<number> {
	const { failureOf } = await import("../service/failure.js");
	const { envelope } = await import("./failure.js");
	const failure = failureOf(error);
	const settings = settingsOf(program, io.env);
	if (settings.json || asksForJson(argv))
		io.stdout.write(`${printableJson(envelope(failure), io.stdout.isTTY ? 2 : 0)}\n`);
	else {
		const { renderFailure } = await import("./render/failure.js");
		const paint = paintFor(io.stderr, settings.color, io.env);
		const lines = renderFailure(failure, settings.verbosity, context, paint);
		io.stderr.write(`${lines.join("\n")}\n`);
		if (settings.verbosity > 1 && error instanceof Error)
			io.stderr.write(`${printableLines(error.stack ?? "").join("\n")}\n`);
	}
	return exitStatus(failure.code);
}

/** If parsing failed, it may have stopped before --json, or before the -o json of a verb. */
function asksForJson(argv: readonly string[]): boolean {
	const end = argv.indexOf("--");
	const words = argv.slice(0, end === -1 ? undefined : end);
	const isFormat = (word: string, i: number): boolean =>
		/^(-o|--output=)json$/.test(word) ||
		(word === "json" && ["-o", "--output"].includes(words[i - 1] ?? ""));
	return words.includes("--json") || words.some(isFormat);
}
