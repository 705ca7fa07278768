import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { OUTPUTS, outputSchema } from "../../src/cli/schema/output.js";

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true }).addSchema(
	outputSchema(),
	"output",
);

/**
 * Check output of `--json` against `umlnet-nl schema output`. It is called wherever a test makes a command print JSON.
 */
export function checkOutput(argv: readonly string[], stdout: string): void {
	if (stdout === "" || !asksForJson(argv)) return;
	const words = argv.filter((word) => !word.startsWith("-")).join(" ");
	const verb = Object.keys(OUTPUTS).find((name) => ` ${words} `.includes(` ${name} `));
	const values = verb === "nft watch" ? stdout.trim().split("\n") : [stdout];
	for (const text of values) {
		const value = JSON.parse(text) as object;
		const name = "error" in value ? "error" : verb;
		if (name === undefined) throw new Error(`what does ${argv.join(" ")} print?`);
		const validate = ajv.getSchema(`output#/$defs/${name.replace(" ", "-")}`) as ValidateFunction;
		validate(value);
		expect(validate.errors ?? [], `${argv.join(" ")}: ${text}`).toEqual([]);
	}
}

function asksForJson(argv: readonly string[]): boolean {
	const end = argv.indexOf("--");
	return argv.slice(0, end === -1 ? undefined : end).includes("--json");
}
