import { NLM_F_CREATE, NLM_F_EXCL } from "../../netlink/nlmsg.js";
import { request } from "../../netlink/request.js";
import type { Message } from "../../netlink/schema.js";
import { NFT_NAME_MAXLEN } from "../../uapi/nf_tables_const.js";
import { families } from "../fact/family.js";
import type { Host } from "../fact/host.js";
import type { Repetition } from "../fast/repetition.js";
import type { Cursor } from "../json/cursor.js";
import type { BatchMessage } from "../tree/batch-message.js";
import type { Statement } from "../tree/evaluation.js";
import type { Parser } from "../tree/parser.js";
import type { CompiledSet } from "./compiled-set.js";
import type { RuleOrders } from "./rule-order.js";

/** Makes messages after all commands are evaluated. */
export type Emission = () => readonly BatchMessage[];

/** What a command does with an object. */
export type Operation =
	| "add"
	| "create"
	| "insert"
	| "replace"
	| "delete"
	| "destroy"
	| "flush"
	| "rename";

/** State that the commands of a document share while it is compiled. */
export interface Compilation {
	readonly host: Host;
	readonly parser: Parser;
	/** Earlier rules and their messages, if messages are encoded at once. */
	readonly repetition: Repetition | undefined;
	emit(...messages: readonly BatchMessage[]): void;
	/**
	 * Make messages at the end: the flags of a set are known only when all rules are, because any of them may add to it.
	 */
	emitLater(emission: Emission): void;
	nextSetId(): number;
	findSet(handle: TableHandle, name: string, path: string): CompiledSet;
	/** The set with this name in the document or in the kernel, if there is one. */
	knownSet(handle: TableHandle, name: string): CompiledSet | undefined;
	addSet(set: CompiledSet): void;
	/** Note that the set has no elements from here on. */
	emptySet(handle: TableHandle, name: string): void;
	/** The handle of a chain in the kernel. */
	chainOf(handle: TableHandle, name: string): bigint | undefined;
	/** Called for each rule, with its place in the document and the statement that each of its expressions belongs to. */
	readonly onRule?: ((path: string, owners: readonly Statement[]) => void) | undefined;
	/** The rules of those chains into which the document inserts by index. */
	readonly orders: RuleOrders;
}
/** Compiles commands about one type of object. */
export type CommandParser = (at: Cursor, operation: Operation, compilation: Compilation) => void;

/** The table that a command is about. */
export interface TableHandle {
	readonly family: number;
	readonly table: string;
}

/** A name that is valid in the kernel: its NUL must be at the end. */
export function parseName(at: Cursor): string {
	const name = at.string();
	if (name === "" || Buffer.byteLength(name) >= NFT_NAME_MAXLEN)
		throw at.fail(`a name has 1 to ${NFT_NAME_MAXLEN - 1} bytes`);
	return name;
}
/** The table that a command names. */
export const parseHandle = (json: { family: Cursor; table: Cursor }): TableHandle => ({
	family: json.family.oneOf(families),
	table: parseName(json.table),
});
/** The header of every message to nf_tables. */
export const header = (family: number) => ({
	nfgen_family: family,
	version: 0,
	res_id: 0,
});
/** The NLM_F_* flags of a message that creates an object. `create` refuses if there is one with that name. */
export const createFlags = (operation: Operation): number =>
	NLM_F_CREATE | (operation === "create" ? NLM_F_EXCL : 0);
/** A message that comes from the command at `path`. */
export const batchMessage = <O, I>(
	path: string,
	message: Message<O, I>,
	flags: number,
	value: I,
): BatchMessage => ({ ...request(message, flags, value), path });
