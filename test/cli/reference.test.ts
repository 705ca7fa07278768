import { expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.js";
import { reference } from "./reference.js";

const nowhere = { write() {}, isTTY: false, columns: 100 };

// `npm run reference` runs this test with -u, which writes the file.
test("docs/reference.md is what the command line says of itself", async () => {
	const program = buildProgram({ stdout: nowhere, stderr: nowhere }, async () => {});
	await expect(reference(program)).toMatchFileSnapshot("../../docs/reference.md");
});
