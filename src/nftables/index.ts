/**
 * `umlnet-nl/nftables`: the nft language. Translates libnftables JSON to nf_tables messages and back, without nft.
 *
 * ```ts
 * apply({ nftables: [{ add: { table: { family: "inet", name: "lab" } } }] });
 * const { nftables } = list({ family: "inet", table: "lab" });
 * for await (const change of watch({ signal })) console.log(change);
 * ```
 *
 * `apply`, `list` and `watch` work in the network namespace of the calling thread, or in the one that the option
 * `netns` names. The fields of the JSON are those of libnftables-json(5).
 */
export { OverrunError } from "../netlink/error.js";
export { KernelError } from "../sys/error.js";
export { type ApplyOptions, apply, kernelContext } from "./apply/apply.js";
export type { Connection, ConnectionOptions } from "./apply/connection.js";
export { type Filter, list } from "./apply/list.js";
export { type WatchOptions, watch } from "./apply/watch.js";
export { type Batch, type CompileOptions, type Context, compile } from "./compile/compile.js";
export { type Host, localHost } from "./fact/host.js";
export { NftError } from "./json/error.js";
export type * from "./json/index.js";
export type { RulesetEvent } from "./listing/event.js";
export type { BatchMessage } from "./tree/batch-message.js";
