import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RULES, violations } from "./comments.js";

const PROJECT = join(import.meta.dirname, "..");

/** For each rule a comment that breaks it and no other rule. */
const BAD: Readonly<Record<string, string>> = {
	"begin with a capital letter": "// what it is that has to be done before anything else.",
	"end with a full stop": "/** Whether the object on the other side of the link exists */",
	"have no figures of one machine in src":
		"/** A delete takes 20 ms, for one link or for fifty. */",
};

const GOOD = `#!/usr/bin/env node
// linux/if.h
// biome-ignore lint/suspicious/noExplicitAny: a directive is none of our sentences
/**
 * Sends the first bytes of a message that is as long as this. A reply takes \`15 ms\`, and more than one way.
 * @throws KernelError when the kernel refuses, or says nothing at all
 */
const x = "// no comment, however much it looks like one of the others"; // ifr_name holds the name of the interface.
`;

describe("comments", () => {
	test.each(RULES.map(({ name }) => name))("must %s", (name) => {
		const found = violations("src/a.ts", BAD[name] ?? "");
		expect(found).toEqual([expect.stringContaining(`src/a.ts:1 must ${name} (`)]);
	});

	test("that keep the rules are found nothing wrong with", () => {
		expect(violations("src/a.ts", GOOD)).toEqual([]);
	});

	test.each(["src", "test", "bench"])("in %s keep the rules", (folder) => {
		const files = readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
			.filter((file) => /\.(ts|mjs)$/.test(file))
			.map((file) => join(folder, file));
		expect(files.length).toBeGreaterThan(20);
		expect(
			files.flatMap((file) => violations(file, readFileSync(join(PROJECT, file), "utf8"))),
		).toEqual([]);
	});
});
