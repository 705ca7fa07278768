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
	RollbackError,
	SpecError,
	TrialError,
	UnconfirmedError,
	UnsupportedError,
} from "./engine/error.js";
export type * from "./engine/report.js";
export { checkSpec, parseSpec, type Spec } from "./engine/spec.js";
export type { HostOptions } from "./host.js";
export { launchArguments } from "./launch.js";
export {
	DeadlineError,
	DumpInterruptedError,
	OverrunError,
	WireError,
} from "./netlink/error.js";
export { type CallOptions, type EmbeddedHost, open, type SpecInput } from "./open.js";
export type { PoolOptions } from "./pool.js";
export { KernelError, UmlnetError } from "./sys/error.js";
export type { GuestInput, WorkerOptions as OpenOptions } from "./worker.js";
