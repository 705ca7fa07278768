import type { RecoverReport } from "../../engine/report.js";
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
				"Only objects that are provably umlnet-nl's are touched; others are named and left alone. " +
				"--strays also removes what umlnet-nl has marked as its own and the state directory does not know, because that was " +
				"lost: addresses and routes go back to the uplink, and forwarding is switched off where umlnet-nl switched it on.",
		)
		.option(
			"--give-up [NAME...]",
			"forget what still cannot be undone or given back, of these taps and networks or of all",
		)
		.option("--strays", "also remove what umlnet-nl has marked as its own and no longer remembers")
		.example("umlnet-nl recover", "clean up after a kill")
		.example("umlnet-nl recover --strays", "clean up after the state directory was lost")
		.example("umlnet-nl recover --give-up", "forget what cannot be given back")
		.action((options: Options) => perform("changing", (session) => recover(session, options)));
}

interface Options {
	readonly strays?: boolean;
	/** True if the option was given without names. */
	readonly giveUp?: readonly string[] | true;
}

async function recover(session: Session, { strays = false, giveUp }: Options): Promise<number> {
	const names = giveUp === true ? [] : giveUp;
	const report = await session.withHost((host) => host.recover({ strays, giveUp: names }));
	session.result(report, () => []);
	await sayProvisional(session, report.provisional);
	for (const what of report.givenUp ?? []) session.say(`given up: ${what}`);
	for (const what of report.strays ?? []) session.say(`removed: ${what}`);
	await session.sayDone(sentence(report), { ...report, changed: report.steps.length > 0 });
	for (const object of report.residual)
		session.say(`left alone, as it cannot be proven to be umlnet-nl's: ${object}`);
	return session.ending(report);
}

function sentence({ outcome, transaction, steps, strays = [] }: RecoverReport): string {
	if (outcome !== "nothing")
		return `${transaction ?? "one transaction"} was ${outcome}: ${count(steps.length, "step")}`;
	if (strays.length === 0) return "nothing to recover";
	return `${count(strays.length, "object")} gone: ${count(steps.length, "step")}`;
}
