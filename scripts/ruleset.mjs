#!/usr/bin/env node
// Compiles the engine's ruleset (src/kinds/ruleset.ts) into the messages it sends (src/kinds/ruleset-messages.ts),
// with the compiler of dist/. `--print` writes it to stdout instead: that is how a test sees that the committed one
// is stale. When it has changed, what was built from the old one is built again.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("..", import.meta.url));
const target = "src/kinds/ruleset-messages.ts";
const { ruleset } = await import(join(project, "dist/kinds/ruleset.js"));
const { compile } = await import(join(project, "dist/nftables/index.js"));

/** A value as TypeScript: what an attribute may be. */
function literal(value) {
	if (value instanceof Uint8Array) return `bytes("${Buffer.from(value).toString("hex")}")`;
	if (typeof value === "bigint") return `${value}n`;
	if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
	if (typeof value !== "object") return JSON.stringify(value);
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	return `{ ${members.map(([name, member]) => `${name}: ${literal(member)}`).join(", ")} }`;
}

const parts = Object.entries(ruleset);
const partOf = parts.flatMap(([name, commands]) => commands.map(() => name));
const { messages } = compile({ nftables: parts.flatMap(([, commands]) => commands) });
const commandOf = ({ path }) => Number(/^\$\.nftables\[(\d+)\]/.exec(path)[1]);
const requestsOf = (name) => messages.filter((one) => partOf[commandOf(one)] === name);

const names = [...new Set(messages.map(({ message }) => message.name))].sort();
const source = `// Made of ruleset.ts by \`npm run build\`; a test compares them.
import { type Request, request } from "../netlink/request.js";
import { ${names.join(", ")} } from "../uapi/nf_tables.js";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
${parts
	.map(
		([name]) => `
export const ${name}: readonly Request[] = [
${requestsOf(name)
	.map(({ message, flags, value }) => `request(${message.name}, 0x${flags.toString(16)}, ${literal(value)}),`)
	.join("\n")}
];
`,
	)
	.join("")}`;
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
