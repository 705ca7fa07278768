import type { Request } from "../../netlink/request.js";
import { type Command, type CompileOptions, compile } from "../../nftables/index.js";
import { type CompiledTable, type DeclaredTable, type Parts, partsOf } from "./table.js";

/** The commands of a table, part after part. */
const allOf = ({ create, chains, drop }: Parts<Command>): Command[] => [
	...create,
	...chains.flatMap(({ rules }) => rules),
	...chains.flatMap(({ flush }) => flush),
	...drop,
];

/**
 * The tables as they are sent to the kernel. All of them are one document, because ids of sets must differ within a
 * batch, and one batch may make several tables. This is for `npm run build` and for tests; at run time there is
 * messages.ts.
 */
export function compileTables(
	tables: readonly DeclaredTable[],
	options: CompileOptions = {},
): CompiledTable[] {
	const parts = tables.map(partsOf);
	const document = parts.flatMap(allOf);
	const { messages } = compile({ nftables: document }, options);
	const commandOf = (path: string): Command | undefined =>
		document[Number(/^\$\.nftables\[(\d+)\]/.exec(path)?.[1])];
	const requestsOf = (commands: readonly Command[]): Request[] =>
		messages.filter(({ path }) => commands.includes(commandOf(path) as Command));
	return parts.map(({ family, name, create, chains, drop }) => ({
		family,
		name,
		create: requestsOf(create),
		chains: chains.map((chain) => ({
			...chain,
			rules: requestsOf(chain.rules),
			flush: requestsOf(chain.flush),
		})),
		drop: requestsOf(drop),
	}));
}
