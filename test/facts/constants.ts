/** The numbers that modules give a name, read from their source text: also those that no module exports. */
import { readdirSync, readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

export interface Constant {
	/** Below src/. */
	readonly path: string;
	readonly name: string;
	readonly value: number;
	readonly exported: boolean;
	/** The C expression that stands behind it as a comment: `sizeof(struct ifreq)`. */
	readonly expression: string | undefined;
	/** The header that the comment names. */
	readonly header: string | undefined;
}

const DECLARATION =
	/^(export )?const (_?[A-Z][A-Z0-9_]*)(?:: \w+)? = ([^;"'`]*);(?:[ \t]*\/\/ (.*))?$/gm;
/** Of digits and operators alone; a name in it would be a fact of another place. */
const LITERAL = /^[-+~*|&()<>\s\d_xoa-fA-Fn]*\d[-+~*|&()<>\s\d_xoa-fA-Fn]*$/;
const HEADER = /[\w/-]+\.h\b/;
const IN_C = /^((?:sizeof|offsetof)\(.*\))/;

/** The constants of one module: upper-case names of numbers that stand at the left margin. */
export function constantsOf(path: string, text: string): Constant[] {
	return [...text.matchAll(DECLARATION)].flatMap(([, exported, name = "", value = "", comment]) =>
		LITERAL.test(value)
			? [
					{
						path,
						name,
						value: Number(runInThisContext(value)),
						exported: exported !== undefined,
						expression: IN_C.exec(comment ?? "")?.[1],
						header: HEADER.exec(comment ?? "")?.[0],
					},
				]
			: [],
	);
}

/** Those of all modules below a directory. */
export function constantsIn(directory: string): Constant[] {
	return readdirSync(directory, { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts"))
		.flatMap((path) => constantsOf(path, readFileSync(`${directory}/${path}`, "utf8")));
}
