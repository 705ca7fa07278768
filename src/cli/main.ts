import { createRequire } from "node:module";
import type { DemoPrograms } from "../demo/demo.js";
import { processIo } from "./io.js";
import { run } from "./run.js";

/**
 * Beside this program where it was installed with its guest; the single file has none. Required, not imported: Node
 * warns of an import by code that it did not compile itself.
 */
async function loadPrograms(): Promise<DemoPrograms | undefined> {
	try {
		const { programs } = createRequire(import.meta.url)("../guest/programs.cjs");
		return programs;
	} catch {
		return undefined;
	}
}

async function main(): Promise<void> {
	const status = await run(process.argv.slice(2), processIo(), {
		async openHost(options) {
			const { Host } = await import("../host/host.js");
			return Host.open(options);
		},
		loadPrograms,
		async startWatchdog(stateDir) {
			const { startWatchdog } = await import("./watchdog.js");
			return startWatchdog(stateDir);
		},
	});
	// A failure to write the output came first, if there was one; a status of the command itself outweighs it.
	process.exitCode = status || process.exitCode;
}

// Not awaited at the top: then the bundle can be CommonJS, which Node loads in two thirds of the time.
main().catch((error: unknown) => {
	process.stderr.write(`${error}\n`);
	process.exitCode = 1;
});
