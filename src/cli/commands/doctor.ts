import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import { printableReport } from "../render/printable.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";

export function addDoctor(program: Verb, perform: Perform): void {
	program
		.command("doctor")
		.summary("find out why a guest cannot reach the world, or what this host lacks")
		.description(
			"Find out why a guest cannot reach the world: the first thing on its way out, back in and to the host that " +
				"stops it, whose it is, and the command that mends it. Without a tap: whether this host is able and fit. It " +
				"changes nothing, and takes taps that are not ours as well. Exit 6 means that something stops packets. -v " +
				"adds everything that was looked at.",
		)
		.usage("[options] [TAP]")
		.argument("[tap]", "name of a tap (default: the host itself)")
		.example("umlnet-nl doctor tap0", "the guest of tap0 does not get through")
		.example("sudo umlnet-nl doctor", "can taps be made here, and what will be in the way?")
		.example("umlnet-nl doctor tap0 --json", "findings with their codes, for a program")
		.action((tap: string | undefined) => perform("looking", (session) => doctor(session, tap)));
}

async function doctor(session: Session, tap: string | undefined): Promise<number> {
	const report = await session.withHost((host) => host.doctor(tap));
	const { renderDoctor } = await import("../render/doctor.js");
	session.result(report, () =>
		renderDoctor(printableReport(report), session.paint, session.settings.verbosity),
	);
	return report.healthy ? Exit.done : Exit.no;
}
