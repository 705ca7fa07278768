import { Option } from "commander";
import type { ProvisionalReport, StatusReport } from "../../service/reports.js";
import { UmlnetError } from "../../sys/error.js";
import { API_VERSION } from "../api-version.js";
import { Exit } from "../exit.js";
import { isPattern, matcher } from "../pattern.js";
import type { Perform } from "../perform.js";
import { printableReport } from "../render/printable.js";
import { FEW } from "../render/table.js";
import type { HostPort, Session } from "../session.js";
import { UsageError } from "../usage.js";
import type { Verb } from "../verb.js";

const FORMATS = ["table", "wide", "name", "json", "yaml"] as const;
type Format = (typeof FORMATS)[number];

interface StatusOptions {
	readonly verify?: true;
	readonly drifted?: true;
	readonly output?: Format;
	/** False with --no-header. */
	readonly header: boolean;
}

export function addStatus(program: Verb, perform: Perform): void {
	program
		.command("status")
		.summary("show the taps that are up, and where the host has drifted from what was asked")
		.description(
			"Show the taps that are up, and where the host has drifted from what was asked. For taps that are named it also " +
				"prints the arguments to start their guests with, and ends with exit status 6 if one is not up. A " +
				"pattern like 'vm*' stands for the taps that are up. -v adds what was made beside the taps.",
		)
		.usage("[options] [TAP...]")
		.argument("[tap...]", "names of taps, or patterns (default: all)")
		.option("--drifted", "only what drifted")
		.addOption(
			new Option(
				"-o, --output <FORMAT>",
				"wide: more columns; name: as -q; json: as --json; yaml: the same in YAML",
			).choices(FORMATS),
		)
		.option("--no-header", "only the rows of the table: no heading, no counts, no launch arguments")
		.option(
			"--verify",
			"compare everything exactly with what was applied, and name other objects that are marked as umlnet-nl's: exit 5 if anything differs",
		)
		.example("umlnet-nl status tap0", "one tap, with launch arguments for its guest")
		.example("umlnet-nl status --json", "everything, for a program")
		.example(
			"umlnet-nl status --verify",
			"each object: ok, or what differs; of many only the latter",
		)
		.action((taps: readonly string[], options: StatusOptions) =>
			perform("looking", (session) => status(session, taps, options)),
		);
}

async function status(
	session: Session,
	words: readonly string[],
	options: StatusOptions,
): Promise<number> {
	const format = formatOf(session, options);
	const report = await session.withHost((host) => look(host, words, options.verify === true));
	if (options.drifted && report.unseen !== undefined)
		throw new UmlnetError("ERR_PERMISSION", `what drifted cannot be told: ${report.unseen[0]}`, {
			hint: "run it as root (sudo); without --drifted it shows what everybody may see",
		});
	const chosen = options.drifted ? onlyDrifted(report) : report;
	if (format === "json") session.json(chosen);
	else if (format === "yaml") session.data([await yaml(chosen)]);
	else if (format === "name") session.data(printableReport(chosen.taps).map(({ name }) => name));
	else session.data(await lines(session, printableReport({ report, chosen }), words, options));
	const missing = words.filter((word) => {
		const matches = isPattern(word) ? matcher(word) : (name: string) => name === word;
		return !report.taps.some(({ name }) => matches(name));
	});
	for (const word of missing) session.say(`${word}: no such tap is up`);
	if (options.drifted && chosen.taps.length + chosen.resources.length === 0)
		session.say("nothing drifted");
	return ending(session, report, {
		asked: words.length > 0,
		verify: options.verify === true,
		missing,
	});
}

/** @throws UsageError if --json and -o contradict each other */
function formatOf({ settings }: Session, { output, header }: StatusOptions): Format {
	const { json, quiet } = settings;
	if (json && output !== undefined && output !== "json")
		throw new UsageError(`--json and -o ${output} contradict each other`);
	const format = json ? "json" : (output ?? (quiet ? "name" : "table"));
	if (!header && format !== "table" && format !== "wide" && output !== undefined)
		throw new UsageError(`--no-header is for tables, and -o ${output} makes none`);
	return format;
}

/** Report the status of the taps that were asked for. The names that a pattern matches are looked up first. */
async function look(
	host: HostPort,
	words: readonly string[],
	verify: boolean,
): Promise<StatusReport> {
	if (words.length === 0) return host.status(undefined, { verify });
	if (!words.some(isPattern)) return host.status(words, { verify });
	const { taps } = await host.status();
	const names = words.flatMap((word) => {
		const matches = matcher(word);
		return isPattern(word) ? taps.map(({ name }) => name).filter(matches) : [word];
	});
	return host.status([...new Set(names)], { verify });
}

function onlyDrifted(report: StatusReport): StatusReport {
	const drifted = ({ drift }: { readonly drift: readonly unknown[] }) => drift.length > 0;
	return {
		...report,
		taps: report.taps.filter(drifted),
		resources: report.resources.filter(drifted),
	};
}

async function yaml(report: StatusReport): Promise<string> {
	const { renderYaml } = await import("../render/yaml.js");
	return renderYaml({ apiVersion: API_VERSION, ...report }).trimEnd();
}

interface Asked {
	readonly asked: boolean;
	readonly verify: boolean;
	readonly missing: readonly string[];
}

/** Print the rest of the report, and return the exit status. */
async function ending(
	session: Session,
	report: StatusReport,
	{ asked, verify, missing }: Asked,
): Promise<number> {
	const { strays = [], unfinished, unseen = [] } = report;
	for (const sentence of unseen) session.say(`not shown: ${sentence}`);
	if (unseen.length > 0) session.say("as root it shows all: sudo umlnet-nl status");
	if (!asked && report.taps.length + strays.length === 0) session.say("nothing of ours is up");
	if (!verify)
		for (const what of strays) session.say(`marked as umlnet-nl's, but not remembered: ${what}`);
	if (strays.length > 0)
		session.say("was the state directory lost? umlnet-nl recover --strays removes them");
	if (unfinished !== undefined)
		session.say(`a killed process left ${unfinished} half done: umlnet-nl recover finishes it`);
	await sayProvisional(session, report.provisional);
	if (verify && !report.exact) {
		session.say("the host is not as it was applied: the same up again repairs what is umlnet-nl's");
		return Exit.conflict;
	}
	if (strays.length > 0) return Exit.conflict;
	return missing.length > 0 ? Exit.no : Exit.done;
}

/** Say which change waits to be confirmed, until when, and how to confirm it. */
export async function sayProvisional(
	session: Session,
	provisional: ProvisionalReport | undefined,
): Promise<void> {
	if (provisional === undefined) return;
	const { confirmCommand, sentence } = await import("../provisional.js");
	session.say(`${sentence(provisional)}: ${confirmCommand(session.settings)}`);
}

interface Reports {
	readonly report: StatusReport;
	/** The part of the report that is shown. */
	readonly chosen: StatusReport;
}

async function lines(
	session: Session,
	{ report, chosen }: Reports,
	words: readonly string[],
	{ output, header }: StatusOptions,
): Promise<readonly string[]> {
	const status = await import("../render/status.js");
	const { accountNames } = await import("../../spec/account-names.js");
	const { paint, settings } = session;
	const names = accountNames();
	const verbose = settings.verbosity > 0;
	// If many taps were compared, those without differences are only counted, in the last line.
	const shown =
		report.exact === undefined || verbose || report.taps.length <= FEW
			? chosen
			: onlyDrifted(chosen);
	const rows = status.renderTable(shown.taps, paint, {
		...{ wide: output === "wide", header, names, isCompared: report.unseen === undefined },
	});
	if (!header) return rows;
	const parts = [
		rows,
		report.exact === undefined
			? status.renderDrift(chosen, paint)
			: status.renderVerdicts(shown, paint),
		verbose && report.exact === undefined ? status.renderResources(chosen, paint) : [],
		words.length > 0 && (verbose || chosen.taps.length <= FEW || !words.some(isPattern))
			? (await import("../render/tap.js")).renderTaps(chosen.taps, paint, names)
			: [],
		status.renderCounts(report),
	];
	return parts
		.filter((part) => part.length > 0)
		.flatMap((part, i) => (i === 0 ? part : ["", ...part]));
}
