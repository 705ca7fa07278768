import type { TraceEvent } from "../../trace/trace.js";
import type { Paint } from "./paint.js";

/** What stands behind a line: who decided, and how. */
function stepText({ step, rule, handle, verdict }: TraceEvent): string {
	if (step === "policy") return `policy ${verdict}`;
	if (step === "return") return "end of the chain";
	return rule ?? `rule ${handle}`;
}

const DECIDES = /^(accept|drop|jump|goto|return|queue|stolen)/;

/** The way of one packet: each hook, each chain, each rule that held for it. */
export function renderPacket(events: readonly TraceEvent[], paint: Paint): readonly string[] {
	const [first] = events;
	if (first === undefined) return [];
	const about = events.find((event) => event.about !== undefined)?.about ?? first.family;
	const through = [first.input && `in ${first.input}`, events.find(({ output }) => output)?.output]
		.filter(Boolean)
		.join(", out ");
	// That a chain ended without a word says nothing that the next line does not.
	const shownEvents = events.filter(
		({ step, verdict }) => step !== "return" || verdict !== "continue",
	);
	const lines = shownEvents.map((event) => {
		const { family, table, chain, hook, verdict } = event;
		const place = `${family} ${table} ${chain}`;
		const text = stepText(event);
		const shown = DECIDES.test(verdict) && !text.includes(verdict) ? `${text} → ${verdict}` : text;
		const line = `  ${(hook ?? "").padEnd(12)} ${place}: ${shown}`;
		return verdict === "drop" ? paint.red(line) : line;
	});
	const number = `#${first.packet.toString(16)}`;
	return [
		`${paint.bold(about)}${through === "" ? "" : `  ${through}`}  ${paint.dim(number)}`,
		...lines,
	];
}
