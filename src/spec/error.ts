import { UmlnetError, type UmlnetErrorOptions } from "../sys/error.js";

/** One mistake in what the user wrote. */
export interface Issue {
	/** The place: `taps.tap0.mtu`. Empty for the document as a whole. */
	readonly path: string;
	/** What is wrong, as the rest of a sentence about the place: `is 67, must be 68 to 65521`. */
	readonly message: string;
	/** The line, counted from 1. Only for text. */
	readonly line?: number;
	/** The column, counted from 1. Only for text. */
	readonly column?: number;
	/** The flag with the mistake, `--address`. Only for flags. */
	readonly flag?: string;
	/** What to write instead. */
	readonly hint?: string;
}

/** `lab.yaml:3:9 taps.tap0.mtu: is 67, must be 68 to 65521 (hint)` */
function listed(issue: Issue, source: string | undefined): string {
	const position = issue.line === undefined ? "" : `:${issue.line}:${issue.column ?? 1}`;
	const place = issue.flag ?? (position === "" ? source : `${source ?? "spec"}${position}`);
	const where = [place, issue.path].filter((part) => part !== undefined && part !== "");
	const hint = issue.hint === undefined ? "" : ` (${issue.hint})`;
	return `${where.length === 0 ? "spec" : where.join(" ")}: ${issue.message}${hint}`;
}

/** What the user wrote is wrong. It contains every issue at once. The kernel was not asked anything. */
export class SpecError extends UmlnetError {
	override readonly name = "SpecError";
	/** All issues, in the order of the text. */
	readonly issues: readonly Issue[];
	/** The name of the file, if the text came from one. */
	readonly source: string | undefined;
	constructor(issues: readonly Issue[], options: UmlnetErrorOptions & { source?: string } = {}) {
		const first = issues[0];
		super("ERR_SPEC", issues.map((issue) => listed(issue, options.source)).join("\n"), {
			...options,
			path: options.path ?? first?.path,
			hint: options.hint ?? first?.hint,
		});
		this.issues = issues;
		this.source = options.source;
	}
}
