import type { Finding } from "../../service/diagnosis.js";
import type { Paint } from "./paint.js";

/** A finding: what is wrong, by what it was seen, and what to type. */
export function renderFinding(finding: Finding, paint: Paint): readonly string[] {
	const { code, message, evidence, remedy, stops } = finding;
	const brush = stops ? paint.red : paint.yellow;
	return [
		`${brush(stops ? "stops" : "note ")}  ${message}  ${paint.dim(code)}`,
		...evidence.map((line) => `       ${paint.dim(line)}`),
		...(remedy === undefined ? [] : [`       ${paint.bold(remedy)}`]),
	];
}
