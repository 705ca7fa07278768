import type { Request } from "../netlink/request.js";
import type { Message } from "../netlink/schema.js";
import { NFT_MSG_GETRULE, NFT_MSG_NEWRULE } from "../uapi/nf_tables.js";
import { type CompileOptions, type Context, compile } from "./compile.js";
import { RulesetError } from "./error.js";
import type { Document } from "./json.js";

/** A way to nf_tables: one transaction at a time, committed whole or not at all. */
export interface Connection {
	commit(batch: readonly Request[]): {
		readonly refused: readonly { readonly at: number; readonly error: Error }[];
	};
	read<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I, dump: boolean): O[];
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
