import {
	type Alias,
	Composer,
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	Lexer,
	type ParsedNode,
	Parser,
	type YAMLMap,
} from "yaml";
import type { Issues } from "./issues.js";
import { describe, type Entry, MAX_DEPTH, type Node, type Path, quote } from "./tree.js";

/** Enough for ten thousand taps. Beyond it the library needs much time and memory. */
const MAX_TOKENS = 600_000;

/**
 * How many values all aliases together may stand for: enough for templates of thousands of taps, but not for a "billion
 * laughs".
 */
const MAX_ALIASED = 100_000;

/** One syntax error causes others, so only the first few are reported. */
const MAX_SYNTAX_ISSUES = 10;

/** Read one YAML 1.2 document in the core schema. Undefined if it cannot be read. */
export function parseYaml(text: string, issues: Issues): Node | undefined {
	const before = issues.count;
	const document = compose(text, issues);
	if (document === undefined || issues.count > before) return undefined;
	const converter = new Converter(issues);
	const root = converter.node(document.contents, []);
	return converter.isBroken ? undefined : root;
}

/** The library's parseDocument, with a check of the depth after every token, because its composer is recursive. */
function compose(text: string, issues: Issues): Document.Parsed | undefined {
	const parser = new Parser();
	const composer = new Composer({
		version: "1.2",
		schema: "core",
		// Tags such as !!timestamp are of no use here.
		resolveKnownTags: false,
		// The library's search for duplicate keys is quadratic; Converter has a faster one.
		uniqueKeys: false,
		logLevel: "silent",
	});
	const documents: Document.Parsed[] = [];
	let tokens = 0;
	let errors = 0;
	for (const lexeme of new Lexer().lex(text)) {
		for (const token of parser.next(lexeme)) {
			if (token.type === "directive")
				issues.add([], "has a % directive: a spec is plain YAML 1.2", undefined, token.offset);
			if (token.type === "error") errors++;
			documents.push(...composer.next(token));
		}
		if (errors > MAX_SYNTAX_ISSUES) break;
		if (++tokens <= MAX_TOKENS && parser.stack.length <= 2 * MAX_DEPTH) continue;
		const [message, hint] =
			tokens > MAX_TOKENS ? ["is too long for YAML", "write it as JSON"] : ["is nested too deep"];
		issues.add([], message, hint, parser.offset);
		return undefined;
	}
	for (const token of parser.end()) documents.push(...composer.next(token));
	documents.push(...composer.end(true, text.length));
	const [document, second] = documents;
	if (second !== undefined)
		issues.add([], "has a second document: one file is one spec", undefined, second.range[0]);
	const faults = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
	for (const error of faults.slice(0, MAX_SYNTAX_ISSUES))
		issues.add([], `is not valid YAML: ${error.message}`, undefined, error.pos[0]);
	return document;
}

/** Converts the library's nodes to ours: every alias is resolved, and every key is a unique string. */
class Converter {
	readonly #issues: Issues;
	readonly #anchors = new Map<string, { readonly node: Node; readonly size: number }>();
	/** The number of nodes so far, in which an alias counts as everything that it stands for. */
	#count = 0;
	#aliased = 0;
	/** Set if an alias has no target. Issues about what is then missing would only distract from the cause. */
	isBroken = false;
	constructor(issues: Issues) {
		this.#issues = issues;
	}

	node(source: ParsedNode | null, path: Path): Node {
		const before = this.#count++;
		if (isAlias(source)) return this.#alias(source, path);
		const node = this.#converted(source, path);
		const anchor = source?.anchor;
		// Registered only now, because a node that contains an alias to itself would be infinite.
		if (anchor !== undefined) this.#anchors.set(anchor, { node, size: this.#count - before });
		return node;
	}

	#converted(source: Exclude<ParsedNode, Alias.Parsed> | null, path: Path): Node {
		const mark = source?.range[0];
		if (isMap(source)) return { kind: "fields", entries: this.#entries(source, path), mark };
		if (!isSeq(source)) return { kind: "scalar", value: source?.value ?? null, mark };
		const items = source.items.map((item, i) => this.node(item, [...path, i]));
		return { kind: "list", items, mark };
	}

	#alias(alias: Alias.Parsed, path: Path): Node {
		const mark = alias.range[0];
		const anchor = this.#anchors.get(alias.source);
		this.#count += anchor?.size ?? 0;
		this.#aliased += anchor?.size ?? 0;
		if (anchor !== undefined && this.#aliased <= MAX_ALIASED) return anchor.node;
		const message =
			anchor === undefined
				? `is an alias of ${quote(alias.source)}, which is not defined before it`
				: `is an alias too many: together they stand for more than ${MAX_ALIASED} values`;
		this.#issues.add(path, message, undefined, mark);
		this.isBroken = true;
		return { kind: "scalar", value: null, mark };
	}

	#entries(source: YAMLMap.Parsed, path: Path): Map<string, Entry> {
		const entries = new Map<string, Entry>();
		for (const { key, value } of source.items) {
			const name: unknown = isScalar(key) ? key.value : undefined;
			const mark = key.range[0];
			if (typeof name !== "string") {
				const what = isScalar(key) ? describe(this.#converted(key, path)) : "not plain text";
				this.#issues.add(path, `has a key that is ${what}`, "write keys in quotes", mark);
			} else if (entries.has(name)) {
				this.#issues.add([...path, name], "is given twice", undefined, mark);
			} else {
				entries.set(name, { key: mark, node: this.node(value, [...path, name]) });
			}
		}
		return entries;
	}
}
