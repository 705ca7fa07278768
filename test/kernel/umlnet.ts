import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { checkOutput } from "../cli/output-schema.js";
import { asUser } from "./privilege.js";

/** The command as it is installed. `npm run build` makes it. */
export const MAIN = join(import.meta.dirname, "../../dist/bin/umlnet-nl.cjs");

/** How a command line ended. */
export interface Ended {
	readonly status: number | null;
	readonly signal: string | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Around {
	/** The path or name of the network namespace in which it is started. */
	readonly netns: string;
	readonly stateDir: string;
	/** A program, with its arguments, that starts the command. */
	readonly under?: readonly string[] | undefined;
	/** Options of the runtime. */
	readonly node?: readonly string[] | undefined;
	readonly input?: string | undefined;
}

/** Run `umlnet-nl` in a process of its own. */
export function umlnet(around: Around, ...args: readonly string[]): Ended {
	const { netns, stateDir, under = [], node = [], input = "" } = around;
	const ours = [process.execPath, ...node, MAIN, "--state-dir", stateDir, ...args];
	const command = [`--net=${netns}`, ...asUser, ...under, ...ours];
	const ended = spawnSync("nsenter", command, { encoding: "utf8", input });
	if (ended.error !== undefined) throw ended.error;
	const { status, signal, stdout, stderr } = ended;
	// A killed command may have printed half of its output.
	if (signal === null) checkOutput(args, stdout);
	return { status, signal, stdout, stderr };
}

/** The error object of a command that was run with --json. */
export function errorOf({ stdout }: Ended): Readonly<Record<string, unknown>> {
	const { error } = JSON.parse(stdout) as { error: Readonly<Record<string, unknown>> };
	return error;
}
