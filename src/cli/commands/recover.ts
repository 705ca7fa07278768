import type { RecoverReport } from "../../engine/report.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import { count } from "../render/table.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";
import { sayProvisional } from "./status.js";

export function addRecover(program: Verb, perform: Perform): void {
	program
		.command("recover")
		.summary("finish or undo what a killed process left half done")
		.description(
			"Finish or undo what a killed process left half done, and what a rollback could not finish. What waits " +
				"to be confirmed is left alone until its time is over. " +
				"Only objects that are provably ours are touched; the others are named and left alone.",
		)
		.example("umlnet-nl recover", "clean up after a kill")
		.example("umlnet-nl -n lab recover", "the same in the network namespace lab")
		.example("umlnet-nl recover --json", "what was found and done, for a program")
		.action(() => perform("changing", recover));
}

async function recover(session: Session): Promise<number> {
	const report = await session.withHost((host) => host.recover());
	session.result(report, () => []);
	await sayProvisional(session, report.provisional);
	await session.sayDone(sentence(report), { ...report, changed: report.steps.length > 0 });
	for (const object of report.residual) session.say(`left alone, not provably ours: ${object}`);
	return Exit.done;
}

function sentence({ outcome, transaction, steps }: RecoverReport): string {
	if (outcome === "nothing") return "nothing to recover";
	return `${transaction ?? "one transaction"} was ${outcome}: ${count(steps.length, "step")}`;
}
