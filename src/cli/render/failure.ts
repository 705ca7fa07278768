import type { Failure } from "../../service/failure.js";
import type { Issue } from "../../spec/error.js";
import type { Paint } from "./paint.js";
import { printableLines, printableReport } from "./printable.js";

/** What the command was doing. After a change that failed, people want to know the state of the host. */
export type FailureContext = "changing" | "looking";

/**
 * An error as a person reads it:
 *
 *     error[ERR_KERNEL] cannot create tap tap0
 *       kernel: RTM_NEWLINK: EINVAL: mtu less than device minimum at RTM_NEWLINK.IFLA_MTU
 *       at taps.tap0.mtu
 *       hint: …
 *     rolled back: the host is as it was
 */
export function renderFailure(
	raw: Failure,
	verbosity: number,
	context: FailureContext,
	paint: Paint,
): readonly string[] {
	const failure: Failure = { ...printableReport({ ...raw, message: "" }), message: raw.message };
	const blocks =
		failure.issues.length > 0
			? failure.issues.flatMap((issue) => issueBlock(issue, failure, paint))
			: plainBlock(failure, verbosity, paint);
	const end = context === "changing" ? outcome(failure) : undefined;
	return end === undefined ? blocks : [...blocks, end];
}

const head = (code: string, text: string, paint: Paint): string =>
	`${paint.red(paint.bold(`error[${code}]`))} ${text}`;

/** An issue of the spec or the flags: what is wrong, where, and what to write instead. */
function issueBlock(issue: Issue, failure: Failure, paint: Paint): readonly string[] {
	const subject = issue.path || issue.flag;
	const lines = [
		head(failure.code, subject ? `${subject}: ${issue.message}` : issue.message, paint),
	];
	const place = issue.flag ?? failure.source;
	if (issue.line !== undefined)
		lines.push(`  at ${failure.source ?? "spec"}:${issue.line}:${issue.column ?? 1} ${issue.path}`);
	else if (place !== undefined && place !== subject) lines.push(`  at ${place}`);
	if (issue.hint !== undefined) lines.push(`  hint: ${issue.hint}`);
	return lines.map((line) => line.trimEnd());
}

function plainBlock(failure: Failure, verbosity: number, paint: Paint): readonly string[] {
	const { code, step, answer, path, residual, hint } = failure;
	const [first = "", ...more] = printableLines(failure.message);
	const lines =
		answer && step !== undefined
			? [head(code, `cannot ${step}`, paint), `  kernel: ${first}`]
			: [head(code, first, paint)];
	lines.push(...more.map((line) => `  ${line}`));
	lines.push(...residual.map((object) => `  left behind: ${object}`));
	// After an incomplete rollback people need the causes to clean up. Otherwise they are shown with -v.
	const causes = residual.length > 0 ? failure.causes : failure.causes.slice(0, verbosity * 8);
	lines.push(...causes.map((cause) => `  because: ${cause}`));
	if (path !== undefined) lines.push(`  at ${path}`);
	if (hint !== undefined) lines.push(`  hint: ${hint}`);
	return lines;
}

/** The state of the host after the failure. */
function outcome({ code, step, done }: Failure): string | undefined {
	if (done.length > 0) {
		const more = done.length > 8 ? `, and ${done.length - 8} more` : "";
		return `everything else is done: ${done.slice(0, 8).join(", ")}${more}`;
	}
	switch (code) {
		case "ERR_ROLLBACK":
			return "rolled back only in part: `umlnet-nl recover` finishes it";
		case "ERR_INTERNAL":
			return "this is a bug in umlnet-nl; `umlnet-nl status` shows what is there now";
		case "ERR_UNCONFIRMED":
			return "rolled back: the host is as it was";
		default:
			return step === undefined ? "nothing was changed" : "rolled back: the host is as it was";
	}
}
