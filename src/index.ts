/**
 * `umlnet-nl`: the host network of virtual machines in one transaction.
 *
 * ```ts
 * await using host = await open({ netns: "lab" });
 * const { taps } = await host.up(spec);
 * await host.down({ taps: ["tap0"] });
 * ```
 */
export type { DaemonHost } from "./daemon/client.js";
export { type ConnectOptions, connect } from "./daemon/connect.js";
export {
	ConflictError,
	ConnectionError,
	LockError,
	NotConfirmedError,
	ProvisionalError,
	RollbackError,
	UnsupportedError,
} from "./engine/error.js";
export type { HostOptions } from "./host/host.js";
export type { PoolOptions } from "./host/pool.js";
export {
	DeadlineError,
	DumpInterruptedError,
	OverrunError,
	WireError,
} from "./netlink/error.js";
export type {
	CheckReport,
	DoctorReport,
	Finding,
	FindingCode,
	PacketReport,
	RuleReport,
	StageReport,
	StageVerdict,
	WhyQuery,
	WhyReport,
} from "./service/diagnosis.js";
export {
	type FirecrackerNetwork,
	type LaunchArguments,
	launchArguments,
} from "./service/launch.js";
export type {
	ChangeOptions,
	ConfirmOptions,
	Connection,
	GuestInput,
	Networks,
	PlanOptions,
	RecoverOptions,
	StatusOptions,
	UpOptions,
	Which,
} from "./service/networks.js";
export type {
	ConfirmReport,
	Difference,
	DownReport,
	LossReport,
	PlanReport,
	ProvisionalReport,
	RecoverReport,
	ResourceStatus,
	StatusReport,
	StepReport,
	TapReport,
	TapStatus,
	UpReport,
	WarningReport,
} from "./service/reports.js";
export type { Accounts } from "./spec/accounts.js";
export type { SpecOptions } from "./spec/assembly.js";
export { type Issue, SpecError } from "./spec/error.js";
export type {
	Forwarding,
	Mode,
	NetworkInput,
	NetworkPoolInput,
	SpecInput,
	TapGuestInput,
	TapInput,
} from "./spec/input.js";
export type { Network, NetworkPool, Spec, Tap } from "./spec/model.js";
export { checkSpec, parseSpec } from "./spec/spec.js";
export {
	KernelError,
	type KernelErrorOptions,
	UmlnetError,
	type UmlnetErrorOptions,
} from "./sys/error.js";
export type { ErrorCode } from "./sys/error-code.js";
export type { CallOptions } from "./thread/channel.js";
export type { EmbeddedHost } from "./thread/embedded-host.js";
export { type OpenOptions, open } from "./thread/open.js";
export {
	type TraceEvent,
	type TraceFilter,
	type TraceOptions,
	type TraceOverrun,
	trace,
} from "./trace/trace.js";
