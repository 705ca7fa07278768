/** The reports of `Networks`: those of the engine, with launch arguments for each tap. */
import type * as engine from "../engine/report.js";
import { type LaunchArguments, launchArguments } from "./launch.js";

export type * from "../engine/report.js";

/** One tap as it is on the host, with launch arguments for its guest. */
export interface TapReport extends engine.TapReport {
	/** Arguments for virtual machine monitors that attach their guest to this tap. */
	readonly launch: LaunchArguments;
}

/** One tap as it is on the host, where it has drifted, and launch arguments for its guest. */
export interface TapStatus extends engine.TapStatus {
	/** Arguments for virtual machine monitors that attach their guest to this tap. */
	readonly launch: LaunchArguments;
}

/** What `up` did. */
export interface UpReport extends engine.UpReport<TapReport> {}

/** What is ours, and where the host has drifted from what was applied. */
export interface StatusReport extends engine.StatusReport<TapStatus> {}

/** A tap with its launch arguments. */
export const withLaunch = <Tap extends engine.TapReport>(
	tap: Tap,
): Tap & { readonly launch: LaunchArguments } => ({ ...tap, launch: launchArguments(tap) });

/** A report with the launch arguments of its taps. */
export const withLaunches = <Tap extends engine.TapReport, Report extends object>(
	report: Report & { readonly taps: readonly Tap[] },
) => ({ ...report, taps: report.taps.map(withLaunch) });
