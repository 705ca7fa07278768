import { UmlnetError, type UmlnetErrorOptions } from "../sys/error.js";

/** One thing that is wrong with what the user wrote. */
export interface Issue {
	/** `taps.tap0.mtu`; empty for the document as a whole. */
	readonly path: string;
	readonly message: string;
	/** Counted from 1; only for text. */
	readonly line?: number;
	readonly column?: number;
	/** The flag it was given by, `--address`; only for flags. */
	readonly flag?: string;
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

/** Something that is not ours is where we have to put something. It is left alone. */
export class ConflictError extends UmlnetError {
	override readonly name = "ConflictError";
	/** Of what there can be only one: `link br0`. */
	readonly subject: string;
	/** What is there: `a dummy interface`. */
	readonly found: string;
	/** What was wanted in its place: `a bridge`. */
	readonly wanted: string;
	constructor(subject: string, found: string, wanted: string, options: UmlnetErrorOptions = {}) {
		super("ERR_CONFLICT", `${subject}: found ${found}, wanted ${wanted}`, options);
		this.subject = subject;
		this.found = found;
		this.wanted = wanted;
	}
}

/** Another process of ours holds the lock and did not let go in time. */
export class LockError extends UmlnetError {
	override readonly name = "LockError";
	constructor(message: string, options: UmlnetErrorOptions = {}) {
		super("ERR_LOCK", message, options);
	}
}

/** What was applied last stands only until its deadline and has not been confirmed: nothing else may begin. */
export class TrialError extends UmlnetError {
	override readonly name = "TrialError";
	constructor(command: string, seconds: number) {
		super("ERR_TRIAL", `${command} waits to be confirmed, for ${seconds} s more`, {
			hint: "umlnet-nl confirm keeps it; without that it is rolled back then",
		});
	}
}

/** What was applied was not confirmed in time, and was rolled back. */
export class UnconfirmedError extends UmlnetError {
	override readonly name = "UnconfirmedError";
	constructor(command: string, why = "was not confirmed in time") {
		super("ERR_UNCONFIRMED", `${command} ${why}`);
	}
}

/** A step failed (`cause`) and so did part of its undoing: what is named in `residual` is still there. */
export class RollbackError extends UmlnetError {
	override readonly name = "RollbackError";
	readonly residual: readonly string[];
	constructor(residual: readonly string[], options: UmlnetErrorOptions = {}) {
		super("ERR_ROLLBACK", `rolled back only in part; left behind: ${residual.join(", ")}`, {
			hint: "umlnet-nl recover finishes it",
			...options,
		});
		this.residual = residual;
	}
}

/** Asked for something that is planned and not yet there; never taken and ignored. */
export class UnsupportedError extends UmlnetError {
	override readonly name = "UnsupportedError";
	readonly feature: string;
	constructor(feature: string, options: UmlnetErrorOptions = {}) {
		super("ERR_UNSUPPORTED", `${feature} is not yet there`, options);
		this.feature = feature;
	}
}
