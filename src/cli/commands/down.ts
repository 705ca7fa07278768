import type { Which } from "../../service/networks.js";
import type { Perform } from "../perform.js";
import type { ChangeFlags } from "../provisional.js";
import { count } from "../render/table.js";
import type { Session } from "../session.js";
import { targetOf } from "../target.js";
import type { Verb } from "../verb.js";
import { YES } from "../yes.js";

interface DownOptions extends ChangeFlags {
	readonly file?: string;
	readonly all?: boolean;
}

export function addDown(program: Verb, perform: Perform): void {
	program
		.command("down")
		.summary("take down taps, and with a network's last tap all that was made for it")
		.description(
			"Take down taps. With the last tap of a network all that was made for it goes, too: bridge, moved " +
				"addresses and routes, forwarding, rules. The host is then as it was before; what is not ours is " +
				"never touched.",
		)
		.usage("[options] <TAP...> | -f <SPEC> | --all")
		.argument("[tap...]", "names of taps")
		.option("-f, --file <SPEC>", "the taps of this spec file; - is standard input")
		.option("--all", "everything that umlnet-nl has made")
		.option("--yes", YES)
		.example("umlnet-nl down tap0", "take down one tap")
		.example("umlnet-nl down -f lab.yaml", "take down the taps that lab.yaml names")
		.example("umlnet-nl down --all", "take down everything that umlnet-nl has made")
		.action((taps: readonly string[], options: DownOptions) =>
			perform("changing", (session) => down(session, taps, options)),
		);
}

async function down(
	session: Session,
	taps: readonly string[],
	{ file, all = false, yes }: DownOptions,
): Promise<number> {
	const target = await targetOf(session, taps, file, all);
	const { change } = await import("../provisional.js");
	const report = await change(session, { yes }, (host, options) => host.down(target, options));
	session.result(report, () => []);
	for (const sentence of notUp(target, report.taps)) session.say(sentence);
	const subject =
		report.taps.length === 1 ? `${report.taps[0]} is` : `${count(report.taps.length, "tap")} are`;
	await session.sayDone(`${subject} down: ${count(report.steps.length, "change")}`, report);
	return session.ending(report);
}

/** Sentences about taps that were named and are not up. For a spec it is one number, as it may name hundreds. */
function notUp(target: Which, taken: readonly string[]): readonly string[] {
	if ("all" in target) return [];
	const named = "taps" in target ? target.taps : Object.keys(target.spec.taps ?? {});
	const there = new Set(taken);
	const missing = [...new Set(named)].filter((name) => !there.has(name));
	if ("taps" in target || missing.length === 1) return missing.map((name) => `${name} was not up`);
	return missing.length === 0 ? [] : [`${count(missing.length, "tap")} of the spec were not up`];
}
