/**
 * Starts this program as a second process, in a session of its own, which does what this process can no longer do after
 * it was killed. No other program is started here.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { UmlnetError } from "../sys/error.js";
import { processId } from "../sys/process.js";
import { DISMISSED, READY, type Watchdog } from "./watchdog-protocol.js";

// Generous, because the start takes many times as long on a busy machine (docs/performance.md).
const START_MS = 30_000;

/** How this program was started: as a script of a runtime, or as a single executable. */
function ourselves(): readonly [program: string, args: readonly string[]] {
	const [, script = ""] = process.argv;
	const isSingleFile = script.startsWith("/$bunfs/");
	return [process.execPath, isSingleFile ? [] : [...process.execArgv, script]];
}

/** Start the watchdog, which rolls back what nobody has confirmed. @throws UmlnetError ERR_WATCHDOG */
export const startWatchdog = (stateDir: string | undefined): Promise<Watchdog> =>
	start("watchdog", stateDir, () => [
		"the watchdog, which would roll back the change, could not be started",
		"without --confirm-within none is needed",
	]);

/** Start the keeper, which takes down what is up for this process. @throws UmlnetError ERR_WATCHDOG */
export const startKeeper = (stateDir: string | undefined): Promise<Watchdog> =>
	start("keeper", stateDir, () => [
		"the keeper, which would take the network down, could not be started",
		"up and down, before and after the command, need none",
	]);

/**
 * Start a verb as a process beside this one, in the network namespace of this thread. Resolves when it is ready, so
 * that nothing is changed that nobody would undo.
 */
async function start(
	verb: string,
	stateDir: string | undefined,
	failed: () => readonly [message: string, hint: string],
): Promise<Watchdog> {
	const [program, args] = ourselves();
	const where = stateDir === undefined ? [] : ["--state-dir", resolve(stateDir)];
	const child = spawn(program, [...args, verb, processId(), ...where], {
		cwd: "/",
		// Starts a session of its own (setsid), so that neither Ctrl-C nor the end of the terminal reaches it.
		detached: true,
		stdio: "pipe",
	});
	const exited = once(child, "close").catch(() => {});
	child.stdin.on("error", () => {});
	let complaint = "";
	child.stderr.on("data", (text) => {
		complaint += text;
	});
	const deadline = AbortSignal.timeout(START_MS);
	const word = await Promise.race([
		once(child.stdout, "data", { signal: deadline }).then(String, () => ""),
		exited.then(() => ""),
	]);
	if (word.trim() !== READY) {
		child.kill("SIGKILL");
		await exited;
		const [message, hint] = failed();
		const cause = new Error(complaint.trim() || "it said nothing");
		throw new UmlnetError("ERR_WATCHDOG", message, { cause, hint });
	}
	child.stdout.destroy();
	child.stderr.destroy();
	child.unref();
	return {
		async dismiss() {
			child.ref();
			child.stdin.end(DISMISSED);
			await exited;
		},
		handOver: () => void child.stdin.end(),
	};
}
