import { messagesOf } from "../kernel/action.js";
import type { StepRecord } from "./journal/record.js";
import type { PlannedStep } from "./kind.js";
import type { Plan } from "./plan.js";
import type { PlannedLoss, PlannedWarning } from "./planner.js";
import type { LossReport, StepReport, WarningReport } from "./report.js";

// One list for all steps, so that a message to another thread contains it once.
const NO_MESSAGES: readonly string[] = [];

const reportOf = ({ label, effect, path }: PlannedStep): StepReport => ({
	label,
	effect: effect ?? "change",
	path,
	messages: NO_MESSAGES,
});

/** A step as the journal knows it. */
export const reportOfRecord = ({ label, effect }: StepRecord): StepReport => ({
	label,
	effect: effect ?? "change",
	path: "",
	messages: NO_MESSAGES,
});

/** The steps of each request, by its id. A step that several requests share is listed for each of them. */
export function stepsByRequest(plan: Plan): Map<number, StepReport[]> {
	const out = new Map<number, StepReport[]>();
	for (const id of plan.requestOf.values()) if (!out.has(id)) out.set(id, []);
	for (const step of [...plan.steps, ...plan.final])
		if (step.requestId !== undefined) out.get(step.requestId)?.push(reportOf(step));
		else for (const steps of out.values()) steps.push(reportOf(step));
	return out;
}

/** A report with the losses of one request, or of several together. */
export function withLosses<R extends object>(
	report: R,
	losses: readonly PlannedLoss[],
	id: number,
): R & { readonly losses?: readonly LossReport[] } {
	const theirs = losses.filter(({ requestId }) => requestId === undefined || requestId === id);
	if (theirs.length === 0) return report;
	return { ...report, losses: theirs.map(({ requestId, ...loss }) => loss) };
}

/** The warnings of one request, or of several together. */
export const warningsOf = (warnings: readonly PlannedWarning[], id: number): WarningReport[] =>
	warnings
		.filter(({ requestId }) => requestId === undefined || requestId === id)
		.map(({ code, message, path }) => ({ code, message, path }));

/** All steps with their messages for the kernel. */
export const stepsWithMessages = (plan: Plan): StepReport[] =>
	[...plan.steps, ...plan.final].map((step) => ({
		...reportOf(step),
		messages: messagesOf(step.do),
	}));
