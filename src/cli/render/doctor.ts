import type { DoctorReport } from "../../service/diagnosis.js";
import { renderFinding } from "./finding.js";
import type { Paint } from "./paint.js";
import { count, table } from "./table.js";

/** The findings of `doctor`; with -v, everything that was checked. */
export function renderDoctor(
	{ tap, healthy, findings, checks }: DoctorReport,
	paint: Paint,
	verbosity: number,
): readonly string[] {
	const unread = checks.filter(({ outcome }) => outcome === "unread");
	const subject = tap ?? "this host";
	return [
		...findings.flatMap((finding) => renderFinding(finding, paint)),
		...(verbosity > 0
			? table(checks.map(({ check, outcome, reason = "" }) => [check, outcome, reason]))
			: unread.map(({ check, reason }) => `not looked at: ${check}: ${reason}`)),
		`${healthy ? paint.green("healthy") : paint.red("not healthy")}: ${subject}, ${count(checks.length, "check")}, ${count(findings.length, "finding")}`,
	];
}
