import { checkOptions, object } from "../../sys/arguments.js";
import { Merging } from "../command/automerge.js";
import { compileChain } from "../command/chain.js";
import type {
	CommandParser,
	Compilation,
	Emission,
	Operation,
	TableHandle,
} from "../command/command.js";
import type { CompiledSet } from "../command/compiled-set.js";
import { mergesIntervals } from "../command/compiled-set.js";
import { compileElement } from "../command/element.js";
import { compileFlowtable } from "../command/flowtable.js";
import { compileObject } from "../command/object.js";
import { parseQuery, type Query } from "../command/query.js";
import { compileRule } from "../command/rule.js";
import { RuleOrders } from "../command/rule-order.js";
import { compileSet } from "../command/set.js";
import { compileFlushRuleset, compileTable } from "../command/table.js";
import { type Host, localHost } from "../fact/host.js";
import { Repetition } from "../fast/repetition.js";
import type { Document } from "../json/command.js";
import { Cursor } from "../json/cursor.js";
import { NftError } from "../json/error.js";
import type { BatchMessage } from "../tree/batch-message.js";
import { Encoder } from "./encoder.js";
import { parser } from "./parser.js";

/** Objects of the kernel that a document may refer to. The caller reads them. */
export interface Context {
	/** A set or map in the kernel. */
	set?(handle: TableHandle, name: string): CompiledSet | undefined;
	/** The handle of a chain in the kernel. It is needed to rename a chain. */
	chain?(handle: TableHandle, name: string): bigint | undefined;
	/** The handles of a chain's rules, in order. They are needed to insert a rule by index. */
	rules?(handle: TableHandle, chain: string): readonly bigint[] | undefined;
}
/** Options of `compile`. Without a context a document can refer only to its own objects. */
export interface CompileOptions {
	/** Where names of this machine are looked up; the files below /etc without it. */
	readonly host?: Host;
	/** What is known of the sets and tables that the document uses and does not define. */
	readonly context?: Context;
}
const OPTIONS = { host: object, context: object };

/** The messages of one nf_tables transaction, in order, without those that begin and end it. */
export interface Batch {
	/** The messages, in the order of the document. */
	readonly messages: readonly BatchMessage[];
	/** The queries of the document (`list`, `reset`) that stand before its first change. */
	readonly before: readonly Query[];
	/** The queries that stand after it. */
	readonly after: readonly Query[];
}

const objects: Readonly<Record<string, CommandParser>> = {
	table: compileTable,
	chain: compileChain,
	rule: compileRule,
	set: compileSet,
	map: compileSet,
	element: compileElement,
	flowtable: compileFlowtable,
	counter: compileObject("counter"),
	quota: compileObject("quota"),
	"ct helper": compileObject("ct helper"),
	"ct timeout": compileObject("ct timeout"),
	"ct expectation": compileObject("ct expectation"),
	limit: compileObject("limit"),
	secmark: compileObject("secmark"),
	synproxy: compileObject("synproxy"),
};
const operations: readonly string[] = [
	"add",
	"create",
	"insert",
	"replace",
	"delete",
	"destroy",
	"flush",
	"rename",
] satisfies Operation[];

const setKey = ({ family, table }: TableHandle, name: string): string =>
	`${family} ${table} ${name}`;

/** Called with every message as soon as it is made; the result is kept. */
type Keep = (message: BatchMessage) => BatchMessage;

/** The messages in order. Some are made only when all commands are evaluated. */
class Messages {
	readonly #keep: Keep;
	readonly #made: (BatchMessage | Emission)[] = [];
	constructor(keep: Keep) {
		this.#keep = keep;
	}
	get isEmpty(): boolean {
		return this.#made.length === 0;
	}
	add(messages: readonly BatchMessage[]): void {
		for (const message of messages) this.#made.push(this.#keep(message));
	}
	addLater(emission: Emission): void {
		this.#made.push(emission);
	}
	finish(): BatchMessage[] {
		return this.#made.flatMap((one) => (typeof one === "function" ? one().map(this.#keep) : [one]));
	}
}

function start(
	{ host = localHost(), context = {} }: CompileOptions,
	messages: Messages,
	document: Document,
	{ repeats = false, onRule }: Way,
): Compilation {
	const sets = new Map<string, CompiledSet>();
	let id = 0;
	const emptied = new Set<string>();
	const empty = (set: CompiledSet): CompiledSet => {
		set.merging?.forget();
		const emptied = { ...set, populated: false };
		return mergesIntervals(set) ? { ...emptied, merging: new Merging([]) } : emptied;
	};
	const knownSet: Compilation["knownSet"] = (handle, name) => {
		const key = setKey(handle, name);
		const known = sets.get(key);
		if (known !== undefined) return known;
		const found = context.set?.(handle, name);
		const set = found && emptied.has(key) ? empty(found) : found;
		if (set !== undefined) sets.set(key, set);
		return set;
	};
	return {
		host,
		parser,
		repetition: repeats ? new Repetition(host) : undefined,
		emit: (...made) => messages.add(made),
		emitLater: (emission) => messages.addLater(emission),
		nextSetId: () => ++id,
		knownSet,
		findSet(handle, name, path) {
			const set = knownSet(handle, name);
			if (set === undefined) throw new NftError(path, `no set or map "${name}" in the table`);
			return set;
		},
		addSet: (set) => void sets.set(setKey(set, set.name), set),
		emptySet(handle, name) {
			const key = setKey(handle, name);
			const known = sets.get(key);
			if (known !== undefined) Object.assign(known, empty(known));
			emptied.add(key);
		},
		chainOf: (handle, name) => context.chain?.(handle, name),
		onRule,
		orders: new RuleOrders(document, (of) => context.rules?.(of, of.chain) ?? []),
	};
}

/** Compile a command that changes something. A query is returned instead. */
function compileCommand(at: Cursor, compilation: Compilation): Query | undefined {
	const [word, body] = at.only();
	if (word === "metainfo") return undefined;
	if (word === "list" || word === "reset") return parseQuery(body, word, compilation);
	// A listing is a document as well, in which an object without an operation means that it is added.
	const isOperation = operations.includes(word);
	if (!isOperation && !Object.hasOwn(objects, word))
		throw at.unsupported(`unknown command "${word}"`);
	const operation = isOperation ? (word as Operation) : "add";
	const [object, member] = isOperation ? body.only() : ([word, body] as const);
	if (operation === "flush" && object === "ruleset") {
		compileFlushRuleset(member, compilation);
		return undefined;
	}
	// nft turns a meter into a set.
	if (operation === "flush" && object === "meter") {
		compileSet(member, operation, compilation);
		return undefined;
	}
	const compile = Object.hasOwn(objects, object) ? objects[object] : undefined;
	if (compile === undefined) throw body.unsupported(`unknown object "${object}"`);
	// The handle in a listing is that of the listed rule, and not that of a rule to add it to.
	const listed = !isOperation && object === "rule" && member.has("handle");
	compile(listed ? member.without("handle") : member, operation, compilation);
	return undefined;
}

/**
 * Compile a document of libnftables-json(5) to nf_tables messages. This sends nothing, and reads nothing except for
 * files of the host with names in them.
 * @throws NftError, with the place in the document; UmlnetError ERR_USAGE for an option of a wrong type
 */
export function compile(document: Document, options: CompileOptions = {}): Batch {
	checkOptions("compile()", options, OPTIONS);
	return compileWith(document, options, { keep: (message) => message });
}

/**
 * Compile to bytes. Each message is encoded before the next command is read, which frees the objects it was made of.
 */
export function compileEncoded(document: Document, options: CompileOptions): Batch {
	const encoder = new Encoder();
	const keep: Keep = (message) => encoder.encode(message);
	return compileWith(document, options, { keep, repeats: true });
}

/** The place of the statement that an expression of a rule belongs to, if the document still compiles. */
export function statementAt(
	document: Document,
	options: CompileOptions,
	rule: string,
	expression: number,
): string | undefined {
	let found: string | undefined;
	const onRule: Way["onRule"] = (path, owners) => {
		// An inserted statement has the place of the expression that needs it.
		if (path === rule) found = /^.*?\.expr\[\d+\]/.exec(owners[expression]?.path ?? "")?.[0];
	};
	try {
		compileWith(document, options, { keep: (message) => message, onRule });
	} catch (error) {
		if (!(error instanceof NftError)) throw error;
	}
	return found;
}

/** How a document is compiled. */
interface Way extends Pick<Compilation, "onRule"> {
	readonly keep: Keep;
	/** Whether the message of a rule may be derived from that of an earlier, similar rule. */
	readonly repeats?: boolean;
}

function compileWith(document: Document, options: CompileOptions, way: Way): Batch {
	const messages = new Messages(way.keep);
	const compilation = start(options, messages, document, way);
	try {
		const { nftables } = new Cursor(document).fields(["nftables"]);
		const before: Query[] = [];
		const after: Query[] = [];
		for (const command of nftables.list()) {
			const query = compileCommand(command, compilation);
			if (query !== undefined) (messages.isEmpty ? before : after).push(query);
		}
		return { messages: messages.finish(), before, after };
	} catch (error) {
		if (error instanceof NftError) throw error;
		throw new NftError("$", `cannot be compiled: ${(error as Error).message}`, {
			cause: error,
		});
	}
}
