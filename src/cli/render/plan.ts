import type { StepReport } from "../../engine/report.js";
import type { Paint } from "./paint.js";
import { count } from "./table.js";

/** What a step does to the host: makes something, takes something away, or changes it. */
type Mark = "+" | "-" | "~";

// Labels begin with a verb; everything that neither makes nor takes away is a change.
const MAKES = new Set(["add", "allow", "attach", "create", "install", "put"]);
const TAKES = new Set(["delete", "detach", "drop", "forget", "release", "remove", "take"]);

function markOf(label: string): Mark {
	const verb = label.split(" ", 1)[0]?.toLowerCase() ?? "";
	if (MAKES.has(verb)) return "+";
	return TAKES.has(verb) ? "-" : "~";
}

/** The steps, one a line; with `messages`, below each what is sent to the kernel for it. */
export function renderSteps(
	steps: readonly StepReport[],
	messages: boolean,
	paint: Paint,
): readonly string[] {
	const brushes = { "+": paint.green, "-": paint.red, "~": paint.yellow };
	return steps.flatMap((step) => {
		const mark = markOf(step.label);
		const line = `${brushes[mark](mark)} ${step.label}`;
		if (!messages) return [line];
		return [line, ...step.messages.flatMap((message) => indented(message, paint))];
	});
}

const indented = (message: string, paint: Paint): readonly string[] =>
	message.split("\n").map((line) => paint.dim(`    ${line}`));

/** `3 to make, 1 to change, 2 to take away` */
export function renderTotals(steps: readonly StepReport[]): string {
	const number = (mark: Mark) => steps.filter(({ label }) => markOf(label) === mark).length;
	const parts = [
		[number("+"), "to make"],
		[number("~"), "to change"],
		[number("-"), "to take away"],
	] as const;
	const named = parts.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
	return `${count(steps.length, "step")}: ${named.join(", ")}`;
}
