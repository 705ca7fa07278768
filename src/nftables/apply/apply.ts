import { ifThere } from "../../kernel/if-there.js";
import { checkOptions, object, truth } from "../../sys/arguments.js";
import { KernelError } from "../../sys/error.js";
import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
} from "../../uapi/nf_tables.js";
import { Merging } from "../command/automerge.js";
import type { TableHandle } from "../command/command.js";
import type { CompiledSet } from "../command/compiled-set.js";
import { mergesIntervals } from "../command/compiled-set.js";
import type { Query } from "../command/query.js";
import { type Batch, type Context, compileEncoded, statementAt } from "../compile/compile.js";
import { type Host, localHost } from "../fact/host.js";
import { interfacesAtOnce } from "../fact/interfaces.js";
import type { Document } from "../json/command.js";
import { NftError } from "../json/error.js";
import { readElements } from "../listing/element.js";
import { printerFor } from "../listing/printer.js";
import { readSet } from "../listing/set.js";
import type { BatchMessage } from "../tree/batch-message.js";
import type { Printer } from "../tree/printer.js";
import { hasEndElements } from "../tree/set.js";
import { answer } from "./answer.js";
import {
	CONNECTION_OPTIONS,
	type Connection,
	type ConnectionOptions,
	connected,
} from "./connection.js";
import { echoing, echoOf } from "./echo.js";
import { dumpElements, hasElements } from "./ruleset-reader.js";

function findSet(
	connection: Connection,
	{ family, table }: TableHandle,
	name: string,
): CompiledSet | undefined {
	const of = { nfgen_family: family, NFTA_SET_TABLE: table, NFTA_SET_NAME: name };
	const [attrs] = connection.read(NFT_MSG_GETSET, NFT_MSG_NEWSET, of, false);
	if (attrs === undefined) return undefined;
	const set = readSet(family, attrs);
	if (!hasEndElements(set)) return set;
	// The first interval of an empty set needs an end element for the values below it, so it matters whether the set is
	// empty.
	if (!mergesIntervals(set)) return { ...set, populated: hasElements(connection, set) };
	const elements = dumpElements(connection, set);
	const merging = new Merging(readElements(set, elements).items);
	return { ...set, populated: elements.length > 0, merging };
}

/** The objects that a document refers to, read from the kernel when it refers to them. */
export function kernelContext(connection: Connection): Context {
	return {
		rules({ family, table }, chain) {
			const rules = connection.read(
				NFT_MSG_GETRULE,
				NFT_MSG_NEWRULE,
				{ nfgen_family: family, NFTA_RULE_TABLE: table, NFTA_RULE_CHAIN: chain },
				true,
			);
			return rules.map((rule) => rule.NFTA_RULE_HANDLE ?? 0n);
		},
		set: (handle, name) => ifThere(() => findSet(connection, handle, name)),
		chain: ({ family, table }, name) =>
			ifThere(() => {
				const of = { nfgen_family: family, NFTA_CHAIN_TABLE: table, NFTA_CHAIN_NAME: name };
				const [chain] = connection.read(NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, of, false);
				return chain?.NFTA_CHAIN_HANDLE;
			}),
	};
}

/** Options of `apply`. */
export interface ApplyOptions extends ConnectionOptions {
	/** The objects that the kernel has already. Default: they are read when the document refers to them. */
	readonly context?: Context | undefined;
	/** Only let the kernel validate the document: nothing is changed or reset. */
	readonly check?: boolean | undefined;
	/** Also return the document itself, with the handles that the kernel gave to the objects it adds (`nft -j -e`). */
	readonly echo?: boolean | undefined;
}

const OPTIONS = { ...CONNECTION_OPTIONS, context: object, check: truth, echo: truth };

/** A context that remembers the generation of the ruleset which it was read from, if anything was read. */
function datedContext(connection: Connection): { context: Context; generation?: number } {
	const read = kernelContext(connection);
	const dated: { context: Context; generation?: number } = {
		context: {
			rules(handle, chain) {
				dated.generation ??= connection.generation();
				return read.rules?.(handle, chain);
			},
			set(handle, name) {
				dated.generation ??= connection.generation();
				return read.set?.(handle, name);
			},
			chain(handle, name) {
				dated.generation ??= connection.generation();
				return read.chain?.(handle, name);
			},
		},
	};
	return dated;
}

// How often another process may commit between our read and our own commit. This many times in a row is not chance.
const STALE_TRIES = 20;
const isStale = (error: unknown): boolean =>
	error instanceof KernelError && error.errno === "ERESTART";

interface Compiled extends Batch {
	readonly generation?: number | undefined;
}

/** The application of one document. */
class Application {
	readonly #document: Document;
	readonly #connection: Connection;
	readonly #options: ApplyOptions;
	readonly #host: Host;
	readonly #printer: Printer;
	readonly #answers: Document[] = [];
	#echo: Document;

	constructor(document: Document, connection: Connection, options: ApplyOptions) {
		this.#document = document;
		this.#echo = document;
		this.#connection = connection;
		this.#options = options;
		this.#host = options.host ?? { ...localHost(), ...interfacesAtOnce() };
		this.#printer = printerFor(this.#host);
	}

	run(): readonly Document[] {
		let compiled = this.#compile();
		const { before, after, messages } = compiled;
		const { check = false } = this.#options;
		// A reset loses counts, so it must not happen if the kernel refuses the document.
		if (check || (messages.length > 0 && before.some(({ reset }) => reset))) this.#check(messages);
		this.#answer(before);
		if (!check) {
			for (let tries = 1; !this.#commit(compiled, tries); tries++) compiled = this.#compile();
		}
		this.#answer(after);
		return this.#options.echo === true ? [...this.#answers, this.#echo] : this.#answers;
	}

	#compile(): Compiled {
		const { context } = this.#options;
		const dated = context === undefined ? datedContext(this.#connection) : { context };
		const options = { host: this.#host, context: dated.context };
		const batch = compileEncoded(this.#document, options);
		return { ...batch, ...("generation" in dated && { generation: dated.generation }) };
	}

	#answer(queries: readonly Query[]): void {
		const { check = false } = this.#options;
		for (const query of queries) {
			const asked = check ? { ...query, reset: false } : query;
			this.#answers.push(answer(asked, this.#connection, this.#printer));
		}
	}

	#check(messages: readonly BatchMessage[]): void {
		if (messages.length > 0) this.#blame(messages, this.#connection.check(messages).refused);
	}

	/**
	 * Whether it was committed. If not, the ruleset has changed since it was read, and the document must be compiled
	 * again.
	 */
	#commit({ messages, generation }: Compiled, tries: number): boolean {
		const { echo = false } = this.#options;
		if (messages.length === 0) return true;
		try {
			const sent = echo ? echoing(messages) : messages;
			const { refused, replies } = this.#connection.commit(sent, { generation });
			this.#blame(messages, refused);
			if (echo) this.#echo = echoOf(this.#document, messages, replies);
			return true;
		} catch (error) {
			if (isStale(error) && generation !== undefined && tries < STALE_TRIES) return false;
			throw error;
		}
	}

	/** The kernel says which expression of a rule it refuses; this finds the statement that the expression belongs to. */
	#placeOf(command: string, error: Error): string {
		const attribute = error instanceof KernelError ? error.attribute : undefined;
		const at = /NFTA_RULE_EXPRESSIONS\.(\d+)/.exec(attribute ?? "")?.[1];
		if (at === undefined) return command;
		const { context = kernelContext(this.#connection) } = this.#options;
		const options = { host: this.#host, context };
		return statementAt(this.#document, options, command, Number(at)) ?? command;
	}

	/** @throws NftError that names the command which the kernel refused */
	#blame(
		messages: readonly BatchMessage[],
		refused: readonly { readonly at: number; readonly error: Error }[],
	): void {
		const [first] = refused;
		if (first === undefined) return;
		const path = this.#placeOf(messages[first.at]?.path ?? "$", first.error);
		throw new NftError(path, first.error.message, { cause: first.error });
	}
}

/**
 * Compile a document and let the kernel commit it, all of it or nothing. This is synchronous: the thread waits while
 * the kernel works.
 *
 * Returns the answers to the queries in the document, one for each `list` and `reset`, as `nft -j` prints them. A query
 * before the first change is answered from the ruleset before the document, one after a change from the ruleset after
 * it.
 * @throws NftError if the document is wrong; if the kernel refused it, its cause is the KernelError. UmlnetError
 * ERR_USAGE for an option of a wrong type
 */
export function apply(document: Document, options: ApplyOptions = {}): readonly Document[] {
	checkOptions("apply()", options, OPTIONS);
	return connected(options, (connection) => new Application(document, connection, options).run());
}
