/** What `Networks` tells its callers: what the engine tells, and with each tap what to start its guest with. */
import type * as engine from "../engine/report.js";
import { type LaunchArguments, launchArguments } from "./launch.js";

export type * from "../engine/report.js";

/** One tap as it is on the host, and what to start its guest with. */
export interface TapReport extends engine.TapReport {
	/** What a virtual machine monitor is given, so that its guest gets this tap. */
	readonly launch: LaunchArguments;
}

/** One tap as it is on the host, where it drifted, and what to start its guest with. */
export interface TapStatus extends engine.TapStatus {
	/** What a virtual machine monitor is given, so that its guest gets this tap. */
	readonly launch: LaunchArguments;
}

/** What `up` did. */
export interface UpReport extends engine.UpReport<TapReport> {}

/** What is ours, and where the host drifted from what was asked. */
export interface StatusReport extends engine.StatusReport<TapStatus> {}

/** A tap with its launch arguments. */
export const withLaunch = <Tap extends engine.TapReport>(
	tap: Tap,
): Tap & { readonly launch: LaunchArguments } => ({ ...tap, launch: launchArguments(tap) });

/** A report with the launch arguments of its taps. */
export const withLaunches = <Tap extends engine.TapReport, Report extends object>(
	report: Report & { readonly taps: readonly Tap[] },
) => ({ ...report, taps: report.taps.map(withLaunch) });
