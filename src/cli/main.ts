import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { DemoPrograms } from "../demo/demo.js";
import type { HostOptions } from "../host/host.js";
import { processIo } from "./io.js";
import { run } from "./run.js";

/**
 * Loads the programs of the demo's guest. They are files beside this program; the single file has none. It uses
 * `require`, because Node prints a warning for `import()` in code that V8 loaded from our cache.
 */
async function loadPrograms(): Promise<DemoPrograms | undefined> {
	try {
		const { programs } = createRequire(import.meta.url)("../guest/programs.cjs");
		return programs;
	} catch {
		return undefined;
	}
}

/** The socket of the daemon, for who has no right to do anything alone and names nothing that is not the daemon's. */
function socketFor({ netns, stateDir }: HostOptions): string | undefined {
	if (process.getuid?.() === 0 || netns !== undefined || stateDir !== undefined) return undefined;
	return existsSync(DAEMON_SOCKET) ? DAEMON_SOCKET : undefined;
}

/** As daemon/client.ts has it, which nobody loads to know it. */
const DAEMON_SOCKET = "/run/umlnet-nl/umlnet-nl.sock";

async function main(): Promise<void> {
	const status = await run(process.argv.slice(2), processIo(), {
		async openHost({ socket: given, ...options }, onRequest, tell) {
			const socket = given ?? socketFor(options);
			if (socket !== undefined) {
				const { openRemote } = await import("./daemon.js");
				return openRemote(socket);
			}
			if (tell !== undefined) {
				const { openTraced } = await import("../host/traced.js");
				return openTraced(options, tell);
			}
			const { Host } = await import("../host/host.js");
			return Host.open(options, onRequest);
		},
		loadPrograms,
		async startWatchdog(stateDir) {
			const { startWatchdog } = await import("./watchdog.js");
			return startWatchdog(stateDir);
		},
		async startKeeper(stateDir) {
			const { startKeeper } = await import("./watchdog.js");
			return startKeeper(stateDir);
		},
		async prepareCommand() {
			const { ChildProcess } = await import("./child-process.js");
			return new ChildProcess();
		},
	});
	// The exit code is already set if the output could not be written. The status of the command overrides it.
	process.exitCode = status || process.exitCode;
}

// Without a top-level await the bundle can be CommonJS, which Node loads faster (docs/performance.md).
main().catch((error: unknown) => {
	process.stderr.write(`${error}\n`);
	process.exitCode = 1;
});
