import type { StageReport, WhyReport } from "../../service/diagnosis.js";
import { renderFinding } from "./finding.js";
import type { Paint } from "./paint.js";

function renderStage(
	{ stage, message, verdict, rules }: StageReport,
	paint: Paint,
	verbosity: number,
): readonly string[] {
	const mark = verdict === "stopped" ? paint.red("✗") : paint.green("·");
	const shown = verbosity > 0 || verdict === "stopped" ? rules : [];
	return [
		`  ${mark} ${stage.padEnd(18)} ${message}`,
		...shown.map(({ family, table, chain, handle, rule }) => {
			const place = `${family} ${table} ${chain}${handle === undefined ? "" : ` handle ${handle}`}`;
			return `      ${paint.dim(`${place}: ${rule}`)}`;
		}),
	];
}

/** The way of a packet, hop by hop, and what stops it; with -v the rules that let it pass as well. */
export function renderWhy(report: WhyReport, paint: Paint, verbosity: number): readonly string[] {
	const { packet, way, back, arrives, finding, dependsOn, assumed, tap, direction } = report;
	const port = packet.port === undefined ? "" : ` port ${packet.port}`;
	const head = `${tap} ${direction}: ${packet.protocol} ${packet.source} > ${packet.destination}${port}`;
	return [
		paint.bold(head),
		...way.flatMap((one) => renderStage(one, paint, verbosity)),
		...(back.length > 0 ? ["  and back:"] : []),
		...back.flatMap((one) => renderStage(one, paint, verbosity)),
		...assumed.map((one) => `assumed: ${one}`),
		...dependsOn.map((one) => `depends on: ${one}`),
		...(finding === undefined ? [] : renderFinding(finding, paint)),
		arrives ? paint.green("nothing on this host stops it") : paint.red("it does not get through"),
	];
}
