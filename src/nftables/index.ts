/** The nft language: libnftables JSON to nf_tables messages and back. */
export { apply, type Connection, kernelContext } from "./apply.js";
export type { BatchMessage } from "./command/command.js";
export { type Batch, type CompileOptions, type Context, compile } from "./compile.js";
export { RulesetError } from "./error.js";
export { type Host, localHost } from "./fact/host.js";
export type {
	Command,
	Document,
	ElementsJson,
	Expression,
	ObjectJson,
	StatementJson,
} from "./json.js";
export { type Filter, list } from "./list.js";
