import type { PlanReport } from "../../engine/report.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import { printableReport } from "../render/printable.js";
import type { HostPort, Session } from "../session.js";
import { addTapOptions, specOf, type TapOptions } from "../spec.js";
import { targetOf } from "../target.js";
import { UsageError } from "../usage.js";
import type { Verb } from "../verb.js";

interface PlanOptions extends TapOptions {
	readonly file?: string;
	readonly prune?: boolean;
	readonly down?: true;
	readonly all?: boolean;
	readonly exitCode?: true;
}

export function addPlan(program: Verb, perform: Perform): void {
	const verb = program
		.command("plan")
		.summary("show what up (or down) would do, step by step; changes nothing")
		.description(
			"Show what `up` would do, step by step, or with --down what `down` would do. Nothing is changed. " +
				"-v shows the messages the kernel would get.",
		)
		.usage("[options] <TAP> | -f <SPEC> | --down <TAP...> | --down --all")
		.argument("[tap...]", "the tap that flags describe; with --down: names of taps")
		.option("-f, --file <SPEC>", "spec file, YAML or JSON; - is standard input")
		.option("--prune", "with -f: as `up --prune`")
		.option("--down", "what `down` would do")
		.option("--all", "with --down: everything that umlnet-nl has made")
		.option("--exit-code", "exit with 6 when there is something to do")
		.example("umlnet-nl plan tap0 --address 192.168.33.33/24 --nat eth1", "the steps of that up")
		.example("umlnet-nl plan -f lab.yaml -v", "the steps, with the messages of each")
		.example("umlnet-nl plan -f lab.yaml --exit-code -q", "only whether something would change");
	addTapOptions(verb);
	verb.action((taps: readonly string[], options: PlanOptions) =>
		perform("looking", (session) => plan(session, taps, options, verb)),
	);
}

async function plan(
	session: Session,
	taps: readonly string[],
	options: PlanOptions,
	verb: Verb,
): Promise<number> {
	const question = options.down
		? await ofDown(session, taps, options)
		: await ofUp(session, taps, options, verb);
	const report = await session.withHost(question);
	session.warn(report.warnings);
	const { renderSteps, renderTotals } = await import("../render/plan.js");
	const { steps } = printableReport(report);
	session.result(report, () => renderSteps(steps, session.settings.verbosity > 0, session.paint));
	session.say(steps.length === 0 ? "nothing to do" : renderTotals(steps));
	return options.exitCode && steps.length > 0 ? Exit.no : Exit.done;
}

type Question = (host: HostPort) => Promise<PlanReport>;

async function ofUp(
	session: Session,
	taps: readonly string[],
	options: PlanOptions,
	verb: Verb,
): Promise<Question> {
	const { file, prune = false, down: _, all, exitCode: __, ...flags } = options;
	if (all) throw new UsageError("--all is for --down");
	if (taps.length > 1)
		throw new UsageError("flags describe a single tap; for several write a spec: -f SPEC");
	if (prune && file === undefined) throw new UsageError("--prune needs a spec: -f SPEC");
	const spec = await specOf(session, taps[0], file, flags, verb);
	return (host) => host.plan(spec, { prune });
}

async function ofDown(
	session: Session,
	taps: readonly string[],
	options: PlanOptions,
): Promise<Question> {
	const { file, prune, down: _, all = false, exitCode: __, ...flags } = options;
	if (prune || Object.keys(flags).length > 0)
		throw new UsageError("--down takes names, -f SPEC or --all, and no description of a tap");
	const target = await targetOf(session, taps, file, all);
	return (host) => host.planDown(target);
}
