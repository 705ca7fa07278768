import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";

export function addConfirm(program: Verb, perform: Perform): void {
	program
		.command("confirm")
		.summary("keep what up or down --confirm-within applied")
		.description(
			"Keep what up or down --confirm-within applied; without it the change is rolled back when its time is " +
				"over. Exit 0 means that it stands, also if it was confirmed before; 7 that this came too late; 5 that " +
				"nothing waits to be confirmed.",
		)
		.example("umlnet-nl confirm", "the host can still be reached: keep it so")
		.example("umlnet-nl -n lab confirm", "the same in the network namespace lab")
		.example("umlnet-nl confirm --json", "what was confirmed, for a program")
		.action(() => perform("changing", confirm));
}

async function confirm(session: Session): Promise<number> {
	const report = await session.withHost((host) => host.confirm());
	session.result(report, () => []);
	session.say(
		report.changed ? `${report.transaction} stands` : `${report.transaction} was confirmed before`,
	);
	return Exit.done;
}
