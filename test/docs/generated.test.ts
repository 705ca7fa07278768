import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.js";
import { SpecError } from "../../src/spec/error.js";
import { parseSpec } from "../../src/spec/spec.js";
import { BELOW } from "../architecture.js";
import { ERROR_CODES, errorReference, WARNING_CODES } from "./errors.js";
import { EXAMPLES } from "./example.js";
import { commandPage, specPage } from "./man.js";
import { type Key, sections } from "./schema.js";
import { specReference } from "./spec.js";

const project = join(import.meta.dirname, "../..");
const nowhere = { write() {}, isTTY: false, columns: 100 };
const program = buildProgram({ stdout: nowhere, stderr: nowhere }, async () => {});

// `npm run reference` runs this test with -u, which writes the files.
test.each([
	["spec.md", specReference()],
	["errors.md", errorReference()],
	["man/umlnet-nl.1", commandPage(program)],
	["man/umlnet-nl-spec.5", specPage()],
])("docs/%s is what the program says of itself", async (name, text) => {
	await expect(text).toMatchFileSnapshot(`../../docs/${name}`);
});

test.each([
	["umlnet-nl.1", commandPage(program)],
	["umlnet-nl-spec.5", specPage()],
])("man finds nothing wrong with %s", (name, text) => {
	const directory = mkdtempSync(join(tmpdir(), "umlnet-nl-man-"));
	const read = (page: string) => {
		writeFileSync(join(directory, name), page);
		const env = { ...process.env, LC_ALL: "C.UTF-8", MAN_KEEP_STDERR: "1", MANWIDTH: "100" };
		const argv = ["--warnings=w", "--local-file", join(directory, name)];
		return spawnSync("man", argv, { encoding: "utf8", env });
	};
	try {
		const { stdout, stderr } = read(text);
		expect(stderr).toBe("");
		expect(stdout).toContain("SEE ALSO");
		expect(read(`${text}.NOT_A_MACRO\n`).stderr).not.toBe("");
	} finally {
		rmSync(directory, { recursive: true });
	}
});

/** All quoted words in src with this prefix. */
function codesInSource(prefix: "ERR" | "WARN"): Set<string> {
	const files = readdirSync(join(project, "src"), { recursive: true, encoding: "utf8" });
	const source = files
		.filter((file) => file.endsWith(".ts"))
		.map((file) => readFileSync(join(project, "src", file), "utf8"))
		.join("\n");
	return new Set(source.match(new RegExp(`(?<=")${prefix}_[A-Z0-9_]+(?=")`, "g")));
}

test("every code of an error and of a warning in src is in docs/errors.md, and no other", () => {
	const codes = codesInSource("ERR");
	// This code is one of Node's.
	codes.delete("ERR_INVALID_ARG_VALUE");
	expect(Object.keys(ERROR_CODES).sort()).toEqual([...codes].sort());
	expect(Object.keys(WARNING_CODES).sort()).toEqual([...codesInSource("WARN")].sort());
});

describe("the example of each key of a spec", () => {
	const accounts = { user: () => 500, group: () => 500 };
	/** A complete spec that contains the example line of one key. */
	const specWith = (message: string, { name, example }: Key): string => {
		const said = (given: Readonly<Record<string, string>>) =>
			Object.entries(given)
				.filter(([key]) => key !== name)
				.map(([, line]) => line);
		const network = {
			// What is of use in this mode alone.
			mode: name === "proxyNeighbours" ? "mode: routed" : "mode: nat",
			uplink: "uplink: eth1",
			addresses: "addresses: [192.168.33.33/24]",
		};
		const own =
			{
				Network: [...said(network), example],
				Pool: [
					...Object.values(network),
					`pool: { ${[...said({ size: "size: 64" }), example].join(", ")} }`,
				],
			}[message] ?? Object.values(network);
		const tap = {
			Tap: [
				...said({ network: "network: lab" }),
				// Ports are published to an address of the guest.
				...(name === "publish" ? ["guest: { addresses: [192.168.33.40/24] }"] : []),
				example,
			],
			Guest: ["network: lab", `guest: { ${example} }`],
		}[message] ?? ["network: lab"];
		const indented = (all: readonly string[]) => all.map((line) => `    ${line}`).join("\n");
		return `version: 1\nnetworks:\n  db: { mode: host-only }\n  lab:\n${indented(own)}\ntaps:\n  tap0:\n${indented(tap)}\n`;
	};
	const all = sections().flatMap(({ message, place, keys }) =>
		keys.map((key) => [`${place}.${key.name}`, message, key] as const),
	);
	test.each(all)("%s", (_, message, key) => {
		const parse = () => parseSpec(specWith(message, key), { accounts });
		if (!key.planned) expect(parse()).toMatchObject({ version: 1 });
		else expect(parse).toThrow(SpecError);
	});
});

test("the layers of docs/architecture.md are those of src, in their order", () => {
	const text = readFileSync(join(project, "docs/architecture.md"), "utf8");
	const [, table = ""] = text.split("\n| layer | what it knows |\n");
	const rows = table.slice(0, table.indexOf("\n\n")).match(/(?<=^\| `)[\w.]+(?=` \|)/gm);
	expect(rows).toEqual(Object.keys(BELOW));
});

test("every spec of the examples is one", () => {
	const specs = readdirSync(EXAMPLES).filter((name) => name.endsWith(".yaml"));
	expect(specs.length).toBeGreaterThan(2);
	for (const name of specs)
		expect(parseSpec(readFileSync(join(EXAMPLES, name), "utf8"), { source: name })).toBeDefined();
});
