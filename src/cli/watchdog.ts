/**
 * Starts the watchdog, which is this program as a second process in a session of its own. It rolls back an unconfirmed
 * change if this process no longer can. No other program is ever started.
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

/**
 * Start a watchdog for this process, in the network namespace of this thread. Resolves when it is ready, so that
 * nothing is changed that nobody would roll back. @throws UmlnetError ERR_WATCHDOG
 */
export async function startWatchdog(stateDir: string | undefined): Promise<Watchdog> {
	const [program, args] = ourselves();
	const where = stateDir === undefined ? [] : ["--state-dir", resolve(stateDir)];
	const child = spawn(program, [...args, "watchdog", processId(), ...where], {
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
	const start = AbortSignal.timeout(START_MS);
	const word = await Promise.race([
		once(child.stdout, "data", { signal: start }).then(String, () => ""),
		exited.then(() => ""),
	]);
	if (word.trim() !== READY) {
		child.kill("SIGKILL");
		await exited;
		throw new UmlnetError("ERR_WATCHDOG", "no watchdog could be started, which would roll back", {
			cause: new Error(complaint.trim() || "it said nothing"),
			hint: "without --confirm-within none is needed",
		});
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
