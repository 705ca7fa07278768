import type { Perform } from "../perform.js";
import { printable } from "../render/printable.js";
import { count } from "../render/table.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";

export function addGc(program: Verb, perform: Perform): void {
	program
		.command("gc")
		.summary("remove what nobody needs any more")
		.description(
			"Remove what nobody needs any more, and say of each object why: taps of commands under run that were " +
				"killed together with their keeper, taps of pools whose process has ended unless a guest has them open, and " +
				"what is marked as umlnet-nl's but not known to the state directory. What was brought up to stay stays.",
		)
		.option("--dry-run", "only say what would be removed")
		.example("umlnet-nl gc --dry-run", "what would be removed, and why")
		.example("umlnet-nl gc", "remove it")
		.action((options: { readonly dryRun?: boolean }) =>
			perform("changing", (session) => gc(session, options.dryRun === true)),
		);
}

async function gc(session: Session, dryRun: boolean): Promise<number> {
	const report = await session.withHost((host) => host.collect({ dryRun }));
	session.result(report, () =>
		report.garbage.map(({ object, reason }) => printable(`${object}: ${reason}`)),
	);
	const many = count(report.garbage.length, "object");
	if (report.garbage.length === 0) session.say("nothing to remove");
	else if (dryRun) session.say(`${many} would go`);
	else await session.sayDone(`${many} gone: ${count(report.steps.length, "step")}`, report);
	return session.ending(report);
}
