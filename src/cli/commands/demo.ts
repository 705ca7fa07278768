import type { DemoEvent } from "../../demo/demo.js";
import { Exit } from "../exit.js";
import type { Perform } from "../perform.js";
import { printableReport } from "../render/printable.js";
import type { Session } from "../session.js";
import type { Verb } from "../verb.js";

export function addDemo(program: Verb, perform: Perform): void {
	program
		.command("demo")
		.summary("show a NAT lab in network namespaces of its own")
		.description(
			"Show a NAT lab in network namespaces of its own: bring up a tap with source NAT, let a guest on it " +
				"ping the host and a machine beyond, take it down and compare. Nothing of the host is touched. " +
				"The guest is a User Mode Linux where one is installed (Debian: user-mode-linux), else a namespace.",
		)
		.example("sudo umlnet-nl demo", "a few seconds")
		.example("sudo umlnet-nl demo --json", "what happened, for a program")
		.example("npm run demo", "in a checkout: the same, after installing what is missing")
		.action(() => perform("looking", demonstrate));
}

async function demonstrate(session: Session): Promise<number> {
	const { demo } = await import("../../demo/demo.js");
	const { renderEvent } = await import("../render/demo.js");
	const { json, quiet } = session.settings;
	const events: DemoEvent[] = [];
	const programs = await session.loadPrograms();
	if (programs !== undefined && programs.missing.length > 0)
		session.say(
			`no real guest boots here, for want of ${programs.missing.join(", ")}: a namespace is the guest`,
		);
	await demo(programs, (event) => {
		events.push(event);
		if (json || quiet) return;
		const shown = event.event === "looked" ? event : printableReport(event);
		session.data(renderEvent(shown, session.paint));
	});
	if (json) session.json({ events });
	return events.every(isGood) ? Exit.done : Exit.internal;
}

function isGood(event: DemoEvent): boolean {
	if (event.event === "left") return event.differences.length === 0;
	return event.event !== "pinged" || event.ping.received > 0;
}
