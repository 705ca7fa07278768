import type { Issues } from "./issues.js";
import { parseJson } from "./json.js";
import type { Node } from "./tree.js";
import { parseYaml } from "./yaml.js";

/** The greatest length in characters, which is enough for more than 20 000 taps and still read in a short time. */
export const MAX_LENGTH = 4 * 1024 * 1024;

/** Characters that no text editor writes into a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff]|\p{Surrogate}/u;

export interface Text {
	/** Undefined if it cannot be read, and then `issues` says why. */
	readonly root: Node | undefined;
	/** The text, in which marks are offsets. */
	readonly text: string;
}

/**
 * Read YAML or JSON. It is JSON if `source` ends with .json or the text begins like JSON (`{"`), and then it is read
 * strictly, without a YAML parser.
 */
export function parseDocument(input: string, source: string | undefined, issues: Issues): Text {
	// Some editors mark UTF-8 with a byte order mark at the beginning.
	const text = input.startsWith("\ufeff") ? input.slice(1) : input;
	if (text.length > MAX_LENGTH) {
		issues.add([], `is longer than ${MAX_LENGTH} characters`, "split it into several specs");
		return { root: undefined, text: "" };
	}
	const stray = unprintable.exec(text);
	if (stray !== null) {
		const code = stray[0].charCodeAt(0).toString(16).padStart(4, "0").toUpperCase();
		issues.add([], `has the character U+${code}`, "is the file UTF-8 text?", stray.index);
		return { root: undefined, text };
	}
	const isJson = source?.endsWith(".json") === true || /^\s*\{\s*["}]/.test(text);
	return { root: isJson ? parseJson(text, issues) : parseYaml(text, issues), text };
}
