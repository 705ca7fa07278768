import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The files of examples/. */
export const EXAMPLES = join(import.meta.dirname, "../../examples");

/** An example as text. */
export const example = (name: string): string =>
	readFileSync(join(EXAMPLES, name), "utf8").trimEnd();
