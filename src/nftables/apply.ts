import type { Request } from "../netlink/request.js";
import type { Message } from "../netlink/schema.js";
import { KernelError } from "../sys/error.js";
import {
	NFT_MSG_GETRULE,
	NFT_MSG_GETSET,
	NFT_MSG_GETSETELEM,
	NFT_MSG_NEWRULE,
	NFT_MSG_NEWSET,
	NFT_MSG_NEWSETELEM,
} from "../uapi/nf_tables.js";
import type { TableHandle } from "./command/command.js";
import { type CompileOptions, type Context, compile } from "./compile.js";
import { RulesetError } from "./error.js";
import type { Document } from "./json.js";
import { readSet } from "./listing/set.js";
import { hasEndElements, type SetDeclaration } from "./set.js";

/** A way to nf_tables: one transaction at a time, committed whole or not at all. */
export interface Connection {
	commit(batch: readonly Request[]): {
		readonly refused: readonly { readonly at: number; readonly error: Error }[];
	};
	read<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I, dump: boolean): O[];
}

function findSet(
	connection: Connection,
	{ family, table }: TableHandle,
	name: string,
): SetDeclaration | undefined {
	const of = { nfgen_family: family, NFTA_SET_TABLE: table, NFTA_SET_NAME: name };
	const [attrs] = connection.read(NFT_MSG_GETSET, NFT_MSG_NEWSET, of, false);
	if (attrs === undefined) return undefined;
	const set = readSet(family, attrs);
	if (!hasEndElements(set)) return set;
	// The first interval of a set brings an end element for what is below it.
	const elements = connection.read(
		NFT_MSG_GETSETELEM,
		NFT_MSG_NEWSETELEM,
		{
			nfgen_family: family,
			NFTA_SET_ELEM_LIST_TABLE: table,
			NFTA_SET_ELEM_LIST_SET: name,
		},
		true,
	);
	const populated = elements.some((list) => (list.NFTA_SET_ELEM_LIST_ELEMENTS ?? []).length > 0);
	return { ...set, populated };
}

/** What a document may refer to, read from the kernel when it does. */
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
		set: (handle, name) => {
			try {
				return findSet(connection, handle, name);
			} catch (error) {
				// Whoever wanted it says so at the place in the document.
				if (error instanceof KernelError && error.errno === "ENOENT") return undefined;
				throw error;
			}
		},
	};
}

/**
 * Compile a document and have the kernel commit it, all of it or nothing.
 * @throws RulesetError when the document is wrong; its cause is the KernelError when the kernel refused
 */
export function apply(
	document: Document,
	connection: Connection,
	options: CompileOptions = {},
): void {
	const context = options.context ?? kernelContext(connection);
	const { messages } = compile(document, { ...options, context });
	if (messages.length === 0) return;
	const [first] = connection.commit(messages).refused;
	if (first === undefined) return;
	const path = messages[first.at]?.path ?? "$";
	throw new RulesetError(path, first.error.message, { cause: first.error });
}
