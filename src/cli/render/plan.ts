import type { StepReport } from "../../engine/report.js";
import type { Paint } from "./paint.js";
import { count } from "./table.js";

/** The mark of a step in a plan. */
const MARKS = { create: "+", delete: "-", change: "~" } as const satisfies Readonly<
	Record<StepReport["effect"], string>
>;

/** The steps, one a line. With `messages`, each is followed by the messages for the kernel. */
export function renderSteps(
	steps: readonly StepReport[],
	messages: boolean,
	paint: Paint,
): readonly string[] {
	const brushes = { create: paint.green, delete: paint.red, change: paint.yellow };
	return steps.flatMap((step) => {
		const line = `${brushes[step.effect](MARKS[step.effect])} ${step.label}`;
		if (!messages) return [line];
		return [line, ...step.messages.flatMap((message) => indented(message, paint))];
	});
}

const indented = (message: string, paint: Paint): readonly string[] =>
	message.split("\n").map((line) => paint.dim(`    ${line}`));

/** `3 to create, 1 to change, 2 to delete` */
export function renderTotals(steps: readonly StepReport[]): string {
	const number = (wanted: StepReport["effect"]) =>
		steps.filter(({ effect }) => effect === wanted).length;
	const parts = [
		[number("create"), "to create"],
		[number("change"), "to change"],
		[number("delete"), "to delete"],
	] as const;
	const named = parts.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
	return `${count(steps.length, "step")}: ${named.join(", ")}`;
}
