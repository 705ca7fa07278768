#!/usr/bin/env node
// Compiles the engine's tables (src/kinds/ruleset/) into the messages it sends (src/kinds/ruleset/messages.ts), with
// the compiler of dist/. `--print` writes it to stdout instead, which a test uses to
// find a stale file. If it has changed, what was built from the old one is built again.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("..", import.meta.url));
const target = "src/kinds/ruleset/messages.ts";
const { tables } = await import(join(project, "dist/kinds/ruleset/index.js"));
const { compileTables } = await import(join(project, "dist/kinds/ruleset/compile.js"));

const names = new Set();

/** A value as TypeScript: a message, a name or a number, and lists and records of these. */
function literal(value) {
	if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
	if (typeof value !== "object") return JSON.stringify(value);
	if ("message" in value) return message(value);
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	return `{ ${members.map(([name, member]) => `${name}: ${literal(member)}`).join(", ")} }`;
}

function message({ message, flags, value }) {
	names.add(message.name);
	const hex = Buffer.from(message.encode(value)).toString("hex");
	return `new EncodedRequest(${message.name}, 0x${flags.toString(16)}, "${hex}")`;
}

const compiled = literal(compileTables(tables));
const source = `// Made of the tables beside it by \`npm run build\`; a test compares them.
import { EncodedRequest } from "../../netlink/request.js";
import { ${[...names].sort().join(", ")} } from "../../uapi/nf_tables.js";
import type { CompiledTable } from "./table.js";

export const tables: readonly CompiledTable[] = ${compiled};
`;
const formatted = execFileSync(
	join(project, "node_modules/.bin/biome"),
	["format", `--stdin-file-path=${target}`],
	{ cwd: project, input: source, encoding: "utf8" },
);

const file = join(project, target);
if (process.argv.includes("--print")) process.stdout.write(formatted);
else if (readFileSync(file, "utf8") !== formatted) {
	writeFileSync(file, formatted);
	execFileSync(join(project, "node_modules/.bin/tsc"), ["-p", project], { stdio: "inherit" });
}
