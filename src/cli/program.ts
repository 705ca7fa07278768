import { addCompletion } from "./commands/completion.js";
import { addConfirm } from "./commands/confirm.js";
import { addDemo } from "./commands/demo.js";
import { addDown } from "./commands/down.js";
import { addKeep } from "./commands/keep.js";
import { addNft } from "./commands/nft.js";
import { addPlan } from "./commands/plan.js";
import { addPlanned } from "./commands/planned.js";
import { addRecover } from "./commands/recover.js";
import { addStatus } from "./commands/status.js";
import { addUp } from "./commands/up.js";
import { exitMeanings } from "./exit.js";
import type { Io } from "./io.js";
import type { Aftermath } from "./render/failure.js";
import type { Session } from "./session.js";
import { addGlobalOptions } from "./settings.js";
import { Verb } from "./verb.js";
import { version } from "./version.js";

/** Run the work of a verb in a session; it resolves to the exit status. */
export type Perform = (
	aftermath: Aftermath,
	work: (session: Session) => Promise<number>,
) => Promise<void>;

const exitText = exitMeanings.map(([status, meaning]) => `  ${status}  ${meaning}`).join("\n");

/** The whole command line: what is here is what help, completion and the reference know. */
export function buildProgram(io: Pick<Io, "stdout" | "stderr">, perform: Perform): Verb {
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
			// Errors are told where they are caught: they look alike, whoever found them.
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
		.example("sudo umlnet-nl down --all", "take down everything of ours");
	program.addHelpText("after", () => `\nExit status:\n${exitText}`);
	addGlobalOptions(program);
	for (const add of [
		addUp,
		addDown,
		addPlan,
		addStatus,
		addRecover,
		addConfirm,
		addNft,
		addDemo,
		addCompletion,
		addPlanned,
		addKeep,
	])
		add(program, perform);
	return program;
}
