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
import { type Context, compile } from "./compile.js";
import { type Connection, type ConnectionOptions, connected } from "./connection.js";
import { NftError } from "./error.js";
import type { Document } from "./json.js";
import { readSet } from "./listing/set.js";
import { hasEndElements, type SetDeclaration } from "./set.js";

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

export interface ApplyOptions extends ConnectionOptions {
	/** What is in the kernel already. Default: it is read when the document refers to it. */
	readonly context?: Context | undefined;
	/** Only have the kernel validate it all; nothing is changed. */
	readonly check?: boolean | undefined;
}

/**
 * Compile a document and have the kernel commit it, all of it or nothing. Synchronous: the kernel does its work
 * while the thread waits.
 * @throws NftError when the document is wrong; its cause is the KernelError when the kernel refused
 */
export function apply(document: Document, options: ApplyOptions = {}): void {
	connected(options, (connection) => {
		const { host, check = false, context = kernelContext(connection) } = options;
		const { messages } = compile(document, { ...(host && { host }), context });
		if (messages.length === 0) return;
		const { refused } = check ? connection.check(messages) : connection.commit(messages);
		const [first] = refused;
		if (first === undefined) return;
		const path = messages[first.at]?.path ?? "$";
		throw new NftError(path, first.error.message, { cause: first.error });
	});
}
