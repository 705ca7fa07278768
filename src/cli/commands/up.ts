import type { StepReport } from "../../engine/report.js";
import type { TapReport } from "../../service/reports.js";
import type { Perform } from "../perform.js";
import type { ChangeFlags } from "../provisional.js";
import { printableReport } from "../render/printable.js";
import { count, FEW } from "../render/table.js";
import type { Session } from "../session.js";
import { addTapOptions, specOf, type TapOptions } from "../spec.js";
import { UsageError } from "../usage.js";
import type { Verb } from "../verb.js";
import { YES } from "../yes.js";

interface UpOptions extends TapOptions, ChangeFlags {
	readonly file?: string;
	readonly prune?: boolean;
}

export function addUp(program: Verb, perform: Perform): void {
	const verb = program
		.command("up")
		.summary("bring up one tap described by flags, or everything a spec describes")
		.description(
			"Bring up one tap described by flags, or everything a spec file describes: in one transaction, " +
				"so that the host ends up with all of it or exactly as it was. What is up already stays untouched.",
		)
		.usage("[options] <TAP> | -f <SPEC>")
		.argument("[tap]", "name of the tap's interface, up to 15 characters")
		.option("-f, --file <SPEC>", "spec file, YAML or JSON; - is standard input")
		.option("--prune", "with -f: take down the taps that are not in the spec")
		.option("--yes", YES)
		.example(
			"umlnet-nl up tap0 --address 192.168.33.33/24 --guest-address 192.168.33.34/24",
			"host and guest only",
		)
		.example(
			"umlnet-nl up tap0 --owner 500 --address 192.168.33.33/24 --nat eth1",
			"the guest reaches the world behind eth1's address",
		)
		.example(
			"umlnet-nl up tap0 --bridge br0 --uplink eth1 --confirm-within 60",
			"from afar: rolled back in a minute unless umlnet-nl confirm keeps it",
		);
	addTapOptions(verb);
	verb.action((tap: string | undefined, options: UpOptions) =>
		perform("changing", (session) => up(session, tap, options, verb)),
	);
}

async function up(
	session: Session,
	tap: string | undefined,
	options: UpOptions,
	verb: Verb,
): Promise<number> {
	const { file, prune = false, yes, ...flags } = options;
	if (prune && file === undefined) throw new UsageError("--prune needs a spec: -f SPEC");
	const spec = await specOf(session, tap, file, flags, verb);
	const { change } = await import("../provisional.js");
	const report = await change(session, { yes }, async (host, options) => {
		const done = await host.up(spec, { ...options, prune });
		// Warnings come before the question whether to keep the change.
		session.warn(done.warnings);
		return done;
	});
	const lines = await told(session, printableReport(report.taps));
	session.result(report, () => lines);
	await session.sayDone(
		summary(
			report.taps.map(({ name }) => name),
			report.steps,
		),
		report,
	);
	return session.ending(report);
}

/** Each tap with what its guest needs. Of many taps only a summary, unless -v asks for all. */
async function told(session: Session, taps: readonly TapReport[]): Promise<readonly string[]> {
	const { json, quiet, verbosity } = session.settings;
	if (json || quiet) return [];
	if (taps.length > FEW && verbosity === 0) {
		const { renderSummary } = await import("../render/summary.js");
		return renderSummary(taps, session.paint);
	}
	const { renderTaps } = await import("../render/tap.js");
	const { accountNames } = await import("../../spec/account-names.js");
	return renderTaps(taps, session.paint, accountNames());
}

function summary(taps: readonly string[], steps: readonly StepReport[]): string {
	const subject = taps.length === 1 ? `${taps[0]} is` : `${count(taps.length, "tap")} are`;
	return `${subject} up: ${count(steps.length, "change")}`;
}
