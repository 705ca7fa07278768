import type { Issues } from "./issues.js";
import { parseJson } from "./json.js";
import type { Node } from "./tree.js";
import { parseYaml } from "./yaml.js";

/** Characters. More than 20 000 taps fit, and YAML of this size is read in seconds. */
export const MAX_LENGTH = 4 * 1024 * 1024;

/** What no text editor writes into a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff]|\p{Surrogate}/u;

export interface Text {
	/** Undefined where it cannot be read; `issues` says why. */
	readonly root: Node | undefined;
	/** What offsets count in. */
	readonly text: string;
}

/**
 * YAML or JSON. JSON is what `source` calls .json, or what begins like it (`{"`): then JSON's strictness holds, and no
 * YAML reader is between.
 */
export function parseDocument(input: string, source: string | undefined, issues: Issues): Text {
	// One byte order mark in front is how some editors say UTF-8.
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
