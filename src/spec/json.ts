import type { Issues } from "./issues.js";
import { type Entry, type Fields, MAX_DEPTH, type Node, type Path } from "./tree.js";

/** Ends parsing at the first mistake. It is only used in this file. */
class JsonError extends Error {
	readonly offset: number;
	constructor(message: string, offset: number) {
		super(message);
		this.offset = offset;
	}
}

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON's strings hold no control characters
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const word = /true|false|null/y;

class Reader {
	readonly #text: string;
	readonly #issues: Issues;
	#at = 0;
	constructor(text: string, issues: Issues) {
		this.#text = text;
		this.#issues = issues;
	}

	document(): Node {
		const node = this.#value([]);
		if (this.#at < this.#text.length) throw this.#unexpected("after the end of the value");
		return node;
	}

	#unexpected(where: string): JsonError {
		const what = this.#at < this.#text.length ? "unexpected character" : "unexpected end";
		return new JsonError(`is not valid JSON: ${what} ${where}`, this.#at);
	}

	#match(token: RegExp): string | undefined {
		token.lastIndex = this.#at;
		const match = token.exec(this.#text)?.[0];
		if (match !== undefined) this.#at += match.length;
		return match;
	}

	/** Whether the next character is this one. If so, it is consumed together with the white space behind it. */
	#take(char: string): boolean {
		if (this.#text[this.#at] !== char) return false;
		this.#at++;
		this.#match(space);
		return true;
	}

	#value(path: Path): Node {
		this.#match(space);
		const mark = this.#at;
		if (path.length > MAX_DEPTH) throw new JsonError("is nested too deep", mark);
		if (this.#take("{")) return { kind: "fields", entries: this.#entries(path), mark };
		if (this.#take("[")) return { kind: "list", items: this.#items(path), mark };
		const text = this.#match(string) ?? this.#match(number) ?? this.#match(word);
		if (text === undefined) throw this.#unexpected("where a value should be");
		this.#match(space);
		return { kind: "scalar", value: JSON.parse(text), mark };
	}

	#items(path: Path): Node[] {
		const items: Node[] = [];
		if (this.#take("]")) return items;
		do items.push(this.#value([...path, items.length]));
		while (this.#take(","));
		if (!this.#take("]")) throw this.#unexpected("in a list");
		return items;
	}

	#entries(path: Path): Fields["entries"] {
		const entries = new Map<string, Entry>();
		if (this.#take("}")) return entries;
		do {
			const key = this.#at;
			const text = this.#match(string);
			if (text === undefined) throw this.#unexpected("where a key in double quotes should be");
			const name: string = JSON.parse(text);
			this.#match(space);
			if (!this.#take(":")) throw this.#unexpected("where ':' should be");
			const node = this.#value([...path, name]);
			if (entries.has(name)) this.#issues.add([...path, name], "is given twice", undefined, key);
			else entries.set(name, { key, node });
		} while (this.#take(","));
		if (!this.#take("}")) throw this.#unexpected("in an object");
		return entries;
	}
}

/**
 * Accepts exactly what JSON.parse accepts, and records positions; a duplicate key is an issue. Returns undefined if the
 * text is not JSON.
 */
export function parseJson(text: string, issues: Issues): Node | undefined {
	try {
		return new Reader(text, issues).document();
	} catch (error) {
		if (!(error instanceof JsonError)) throw error;
		issues.add([], error.message, undefined, error.offset);
		return undefined;
	}
}
