import { addCompletion } from "./commands/completion.js";
import { addConfirm } from "./commands/confirm.js";
import { addDemo } from "./commands/demo.js";
import { addDoctor } from "./commands/doctor.js";
import { addDown } from "./commands/down.js";
import { addGc } from "./commands/gc.js";
import { addGraph } from "./commands/graph.js";
import { addKeeper } from "./commands/keeper.js";
import { addNft } from "./commands/nft.js";
import { addPlan } from "./commands/plan.js";
import { addRecover } from "./commands/recover.js";
import { addRun } from "./commands/run.js";
import { addSchema } from "./commands/schema.js";
import { addServe } from "./commands/serve.js";
import { addStatus } from "./commands/status.js";
import { addTrace } from "./commands/trace.js";
import { addUp } from "./commands/up.js";
import { addWatchdog } from "./commands/watchdog.js";
import { addWhy } from "./commands/why.js";
import { exitMeanings } from "./exit.js";
import type { Io } from "./io.js";
import type { Perform } from "./perform.js";
import { addGlobalOptions } from "./settings.js";
import { Verb } from "./verb.js";
import { version } from "./version.js";

/** The verbs in the order of the help. */
const VERBS: Readonly<
	Record<string, (program: Verb, perform: Perform, argv: readonly string[]) => void>
> = {
	up: addUp,
	down: addDown,
	run: addRun,
	plan: addPlan,
	status: addStatus,
	graph: addGraph,
	recover: addRecover,
	confirm: addConfirm,
	gc: addGc,
	doctor: addDoctor,
	why: addWhy,
	trace: addTrace,
	serve: addServe,
	nft: addNft,
	demo: addDemo,
	schema: addSchema,
	completion: addCompletion,
	watchdog: addWatchdog,
	keeper: addKeeper,
};

/**
 * The verbs that must be built. If the command line begins with a verb, only that one is, because building all of them
 * would delay every start. The completion scripts need all.
 */
function verbsFor([first = ""]: readonly string[]): readonly string[] {
	const names = Object.keys(VERBS);
	return names.includes(first) && first !== "completion" ? [first] : names;
}

const exitText = exitMeanings.map(([status, meaning]) => `  ${status}  ${meaning}`).join("\n");

/** The command line, from which help, completion and the reference are generated. `argv` is what will be parsed. */
export function buildProgram(
	io: Pick<Io, "stdout" | "stderr">,
	perform: Perform,
	argv: readonly string[] = [],
): Verb {
	const program = new Verb("umlnet-nl");
	program
		.description(
			"The host network of virtual machines in one atomic transaction: taps, bridges, addresses, " +
				"routes, forwarding and NAT.",
		)
		.version(version, "-V, --version", "print the version")
		.helpOption("-h, --help", "show help")
		.helpCommand("help [command]", "show help for a command")
		.exitOverride()
		.configureHelp({ showGlobalOptions: true })
		.configureOutput({
			writeOut: (text) => io.stdout.write(text),
			writeErr: (text) => io.stderr.write(text),
			// Errors are printed where they are caught, so that those of commander look like ours.
			outputError: () => {},
			getOutHelpWidth: () => io.stdout.columns ?? 100,
			getErrHelpWidth: () => io.stderr.columns ?? 100,
			getOutHasColors: () => false,
			getErrHasColors: () => false,
		})
		.example(
			"sudo umlnet-nl up tap0 --address 192.168.33.33/24 --nat eth1",
			"a tap whose guest reaches the world behind eth1",
		)
		.example("sudo umlnet-nl plan -f lab.yaml", "what lab.yaml would change, step by step")
		.example("sudo umlnet-nl down --all", "take down everything that umlnet-nl has made");
	program.addHelpText("after", () => `\nExit status:\n${exitText}`);
	addGlobalOptions(program);
	for (const name of verbsFor(argv)) VERBS[name]?.(program, perform, argv);
	return program;
}
