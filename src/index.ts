/**
 * `umlnet-nl`: the host network of virtual machines in one transaction.
 *
 * ```ts
 * await using host = await open({ netns: "lab" });
 * const { taps } = await host.up(spec);
 * await host.down({ taps: ["tap0"] });
 * ```
 */
export {
	ConflictError,
	LockError,
	NotConfirmedError,
	ProvisionalError,
	RollbackError,
	UnsupportedError,
} from "./engine/error.js";
export type * from "./engine/report.js";
export type { HostOptions } from "./host/host.js";
export { launchArguments } from "./host/launch.js";
export type { GuestInput, PoolOptions } from "./host/pool.js";
export {
	DeadlineError,
	DumpInterruptedError,
	OverrunError,
	WireError,
} from "./netlink/error.js";
export type {
	Networks,
	PlanOptions,
	RecoverOptions,
	StatusOptions,
	Which,
} from "./service/networks.js";
export { SpecError } from "./spec/error.js";
export type { Spec } from "./spec/model.js";
export { checkSpec, parseSpec } from "./spec/spec.js";
export { KernelError, UmlnetError } from "./sys/error.js";
export type { CallOptions } from "./thread/channel.js";
export type { EmbeddedHost, SpecInput } from "./thread/embedded-host.js";
export { type OpenOptions, open } from "./thread/open.js";
