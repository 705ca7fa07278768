/** The named numbers of modules, read from their source text, so that numbers which no module exports are included. */
import { readdirSync, readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

export interface Constant {
	/** The path below src/. */
	readonly path: string;
	readonly name: string;
	readonly value: number;
	readonly exported: boolean;
	/** The C expression in a comment behind it: `sizeof(struct ifreq)`. */
	readonly expression: string | undefined;
	/** The header that the comment names. */
	readonly header: string | undefined;
}

const DECLARATION =
	/^(export )?const (_?[A-Z][A-Z0-9_]*)(?:: \w+)? = ([^;"'`]*);(?:[ \t]*\/\/ (.*))?$/gm;
/** A number that consists of digits and operators only. One with a name in it is derived from a fact elsewhere. */
const LITERAL = /^[-+~*|&()<>\s\d_xoa-fA-Fn]*\d[-+~*|&()<>\s\d_xoa-fA-Fn]*$/;
const HEADER = /[\w/-]+\.h\b/;
const IN_C = /^((?:sizeof|offsetof)\(.*\))/;

/** The constants of one module: numbers with an upper-case name, declared at the top level. */
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

/** The constants of all modules below a directory. */
export function constantsIn(directory: string): Constant[] {
	return readdirSync(directory, { recursive: true, encoding: "utf8" })
		.filter((path) => path.endsWith(".ts"))
		.flatMap((path) => constantsOf(path, readFileSync(`${directory}/${path}`, "utf8")));
}
