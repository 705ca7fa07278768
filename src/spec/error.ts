import { UmlnetError, type UmlnetErrorOptions } from "../sys/error.js";

/** One thing that is wrong with what the user wrote. */
export interface Issue {
	/** `taps.tap0.mtu`; empty for the document as a whole. */
	readonly path: string;
	/** What is wrong, in words: `is 67, must be 68 to 65521`. */
	readonly message: string;
	/** The line it is in, counted from 1; only for text. */
	readonly line?: number;
	/** The column it begins in, counted from 1; only for text. */
	readonly column?: number;
	/** The flag it was given by, `--address`; only for flags. */
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

/** What the user wrote cannot be meant. Carries every issue at once; the kernel was not asked anything. */
export class SpecError extends UmlnetError {
	override readonly name = "SpecError";
	/** Everything that is wrong, in the order of the text. */
	readonly issues: readonly Issue[];
	/** File name of the text, if it came from one. */
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
