import type { ProvisionalReport, StatusReport } from "../../service/reports.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import { printableReport } from "../render/printable.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";

export function addStatus(program: Verb, perform: Perform): void {
	program
		.command("status")
		.summary("show what exists that is ours, and where it drifted from what was asked")
		.description(
			"Show what exists that is ours, and where it drifted from what was asked. For taps named it also " +
				"prints the arguments to start their guests with, and ends with exit status 6 if one is not up. -v adds what was made beside the taps.",
		)
		.usage("[options] [TAP...]")
		.argument("[tap...]", "names of taps (default: all)")
		.example("umlnet-nl status tap0", "one tap, with launch arguments for its guest")
		.option(
			"--verify",
			"compare everything with what was applied, exactly, and name what else carries our marks: exit 5 where it differs",
		)
		.example("umlnet-nl status --json", "everything, for a program")
		.example("umlnet-nl status --verify", "each object: ok, or what differs")
		.action((taps: readonly string[], { verify = false }: { readonly verify?: true | false }) =>
			perform("looking", (session) => status(session, taps, verify)),
		);
}

async function status(
	session: Session,
	names: readonly string[],
	verify: boolean,
): Promise<number> {
	const asked = names.length === 0 ? undefined : names;
	const report = await session.withHost((host) => host.status(asked, { verify }));
	const shown = printableReport(report);
	if (session.settings.json) session.json(report);
	else if (session.settings.quiet) session.data(shown.taps.map(({ name }) => name));
	else session.data(await lines(session, shown, asked !== undefined));
	const missing = names.filter((name) => !report.taps.some((tap) => tap.name === name));
	for (const name of missing) session.say(`${name}: no tap of ours`);
	const { strays = [] } = shown;
	if (asked === undefined && report.taps.length + strays.length === 0)
		session.say("nothing of ours is up");
	if (!verify)
		for (const what of strays) session.say(`ours by its marks, and not remembered: ${what}`);
	if (strays.length > 0)
		session.say("was the state directory lost? umlnet-nl recover --strays takes them away");
	if (shown.unfinished !== undefined)
		session.say(
			`a killed process left ${shown.unfinished} half done: umlnet-nl recover finishes it`,
		);
	await sayProvisional(session, report.provisional);
	if (verify && !report.exact) {
		session.say("not as it was applied: up again mends what is ours");
		return Exit.conflict;
	}
	if (strays.length > 0) return Exit.conflict;
	return missing.length > 0 ? Exit.no : Exit.done;
}

/** What waits to be confirmed, until when, and how. */
export async function sayProvisional(
	session: Session,
	provisional: ProvisionalReport | undefined,
): Promise<void> {
	if (provisional === undefined) return;
	const { confirmCommand, sentence } = await import("../provisional.js");
	session.say(`${sentence(provisional)}: ${confirmCommand(session.settings)}`);
}

async function lines(
	session: Session,
	report: StatusReport,
	launch: boolean,
): Promise<readonly string[]> {
	const { renderCounts, renderDrift, renderResources, renderTable, renderVerdicts } = await import(
		"../render/status.js"
	);
	const { renderTaps } = await import("../render/tap.js");
	const { paint, settings } = session;
	const parts = [
		renderTable(report.taps, paint),
		report.exact === undefined ? renderDrift(report, paint) : renderVerdicts(report, paint),
		settings.verbosity > 0 && report.exact === undefined ? renderResources(report, paint) : [],
		launch ? renderTaps(report.taps, paint) : [],
		renderCounts(report),
	];
	return parts
		.filter((part) => part.length > 0)
		.flatMap((part, i) => (i === 0 ? part : ["", ...part]));
}
