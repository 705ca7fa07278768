#!/usr/bin/env node
import { processIo } from "./io.js";
import { run } from "./run.js";

const status = await run(process.argv.slice(2), processIo(), async (options) => {
	const { Host } = await import("../host.js");
	return Host.open(options);
});
// A failure to write the output came first, if there was one; a status of the command itself outweighs it.
process.exitCode = status || process.exitCode;
