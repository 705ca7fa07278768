/**
 * `umlnet-nl/nftables`: the nft language. Libnftables JSON to nf_tables messages and back, without nft.
 *
 * ```ts
 * apply({ nftables: [{ add: { table: { family: "inet", name: "lab" } } }] });
 * const { nftables } = list({ family: "inet", table: "lab" });
 * for await (const change of watch({ signal })) console.log(change);
 * ```
 *
 * `apply`, `list` and `watch` work in the network namespace of the thread that calls them.
 */
export { OverrunError } from "../netlink/error.js";
export { KernelError } from "../sys/error.js";
export { type ApplyOptions, apply, kernelContext } from "./apply.js";
export type { BatchMessage } from "./command/command.js";
export { type Batch, type CompileOptions, type Context, compile } from "./compile.js";
export type { Connection, ConnectionOptions } from "./connection.js";
export { NftError } from "./error.js";
export { type Host, localHost } from "./fact/host.js";
export type * from "./json.js";
export { type Filter, list } from "./list.js";
export type { RulesetEvent } from "./listing/event.js";
export { type WatchOptions, watch } from "./watch.js";
