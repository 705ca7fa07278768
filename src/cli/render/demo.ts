import type { DemoEvent } from "../../demo/demo.js";
import type { Paint } from "./paint.js";
import { renderSteps } from "./plan.js";
import { printableLines } from "./printable.js";
import { count } from "./table.js";
import { renderTaps } from "./tap.js";

/** An event of the demo, as lines for a person. */
export function renderEvent(event: DemoEvent, paint: Paint): readonly string[] {
	switch (event.event) {
		case "built":
			return [
				`A host with eth1 ${event.host}, and beyond eth1 a machine ${event.beyond} that has no route to the guest:`,
				"network namespaces of this process alone. Nothing of your host is touched.",
			];
		case "up":
		case "down": {
			const changes = `${count(event.steps.length, "change")} in ${event.milliseconds.toFixed(0)} ms`;
			const taps = renderTaps(event.taps, paint);
			return [
				"",
				prompt(event.command, paint),
				...renderSteps(event.steps, false, paint),
				changes,
				...(taps.length > 0 ? ["", ...taps] : []),
			];
		}
		case "looked":
			return ["", prompt(event.command, paint), ...printableLines(event.output.trimEnd())];
		case "guest":
			return ["", `guest: ${event.what}`];
		case "pinged":
			return [`  ${pinged(event, paint)}`];
		case "left":
			return ["", ...remaining(event.differences, paint)];
	}
}

const prompt = (command: string, paint: Paint): string => paint.bold(`$ ${command}`);

function pinged(
	{ whom, ping, seenAs }: Extract<DemoEvent, { event: "pinged" }>,
	paint: Paint,
): string {
	const { to, sent, received, milliseconds } = ping;
	const brush = received === sent ? paint.green : paint.red;
	const time = milliseconds === undefined ? "" : `, ${milliseconds.toFixed(1)} ms`;
	const identity = seenAs.length === 0 ? "" : `; it saw ${seenAs.join(", ")}`;
	return `pings ${to}, ${whom}: ${brush(`${received} of ${sent} came back`)}${time}${identity}`;
}

function remaining(differences: readonly string[], paint: Paint): readonly string[] {
	if (differences.length > 0) return [paint.red("left behind or changed:"), ...differences];
	const what = "links, addresses, routes, nft tables and sysctls are what they were before up";
	return [`${paint.green("nothing is left:")} ${what}`];
}
