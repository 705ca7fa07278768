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

/** Messages made when all commands are evaluated. */
export type Emission = () => readonly BatchMessage[];

/** What a command does with the object it names. */
export type Operation =
	| "add"
	| "create"
	| "insert"
	| "replace"
	| "delete"
	| "destroy"
	| "flush"
	| "rename";

/** What commands share while a document is compiled. */
export interface Compilation {
	readonly host: Host;
	readonly parser: Parser;
	/** What rules were compiled to before, where messages are sent as they are. */
	readonly repetition: Repetition | undefined;
	emit(...messages: readonly BatchMessage[]): void;
	/** A set's flags are known when all rules are: one of them may add to it. */
	emitLater(emission: Emission): void;
	nextSetId(): number;
	findSet(handle: TableHandle, name: string, path: string): CompiledSet;
	/** The set of that name, if the document or the kernel has one. */
	knownSet(handle: TableHandle, name: string): CompiledSet | undefined;
	addSet(set: CompiledSet): void;
	/** From here on the set has no elements. */
	emptySet(handle: TableHandle, name: string): void;
	/** The handle of a chain that the kernel has. */
	chainOf(handle: TableHandle, name: string): bigint | undefined;
	/** Told of each rule, by its place in the document, whose its expressions are. */
	readonly onRule?: ((path: string, owners: readonly Statement[]) => void) | undefined;
	/** Which rules there are, in chains in which the document places one by index. */
	readonly orders: RuleOrders;
}
/** Compiles commands about one sort of object. */
export type CommandParser = (at: Cursor, operation: Operation, compilation: Compilation) => void;

/** The table a command is about. */
export interface TableHandle {
	readonly family: number;
	readonly table: string;
}

/** A name the kernel takes, which ends with a NUL. */
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
/** NLM_F_* of what makes a thing: `create` refuses where there is one of the name. */
export const createFlags = (operation: Operation): number =>
	NLM_F_CREATE | (operation === "create" ? NLM_F_EXCL : 0);
/** A message that the command at `path` is compiled to. */
export const batchMessage = <O, I>(
	path: string,
	message: Message<O, I>,
	flags: number,
	value: I,
): BatchMessage => ({ ...request(message, flags, value), path });
