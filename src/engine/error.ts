import { UmlnetError, type UmlnetErrorOptions } from "../sys/error.js";

/** An object that is not ours has the name or place that we need. It is left alone. */
export class ConflictError extends UmlnetError {
	override readonly name = "ConflictError";
	/** The thing of which there can be only one: `link br0`. */
	readonly subject: string;
	/** What is there: `a dummy interface`. */
	readonly found: string;
	/** What was wanted in its place: `a bridge`. */
	readonly wanted: string;
	/**
	 * What was done nevertheless, one sentence each: everything that was asked for and is not affected by the conflict.
	 */
	done: readonly string[] = [];
	constructor(subject: string, found: string, wanted: string, options: UmlnetErrorOptions = {}) {
		super("ERR_CONFLICT", `${subject}: found ${found}, wanted ${wanted}`, options);
		this.subject = subject;
		this.found = found;
		this.wanted = wanted;
	}
}

/** The change would delete or reconnect a link that the connection in use runs over. */
export class ConnectionError extends UmlnetError {
	override readonly name = "ConnectionError";
	/** The name of that link. */
	readonly link: string;
	constructor(command: string, link: string) {
		super(
			"ERR_CONNECTION",
			`${command} takes away or moves what your SSH connection comes in by: ${link}`,
			{
				hint: "add --confirm-within 60 and then type `umlnet-nl confirm`: if you are cut off, it is rolled back by itself; --yes does it without that",
			},
		);
		this.link = link;
	}
}

/** Another process of ours held the lock for too long. */
export class LockError extends UmlnetError {
	override readonly name = "LockError";
	constructor(message: string, options: UmlnetErrorOptions = {}) {
		super("ERR_LOCK", message, options);
	}
}

/** The last change is provisional: it waits to be confirmed, and until its deadline no other change may begin. */
export class ProvisionalError extends UmlnetError {
	override readonly name = "ProvisionalError";
	constructor(command: string, seconds: number) {
		super("ERR_PROVISIONAL", `${command} waits to be confirmed, for ${seconds} s more`, {
			hint: "umlnet-nl confirm keeps it; otherwise it is rolled back",
		});
	}
}

/** The change was not confirmed in time and was rolled back. */
export class NotConfirmedError extends UmlnetError {
	override readonly name = "NotConfirmedError";
	constructor(command: string, why = "was not confirmed in time") {
		super("ERR_UNCONFIRMED", `${command} ${why}`);
	}
}

/** A step failed (`cause`), and so did a part of the rollback: what `residual` names is still there. */
export class RollbackError extends UmlnetError {
	override readonly name = "RollbackError";
	/** Descriptions such as `tap tap0`. */
	readonly residual: readonly string[];
	constructor(residual: readonly string[], options: UmlnetErrorOptions = {}) {
		super("ERR_ROLLBACK", `rolled back only in part; left behind: ${residual.join(", ")}`, {
			hint: "umlnet-nl recover finishes it",
			...options,
		});
		this.residual = residual;
	}
}

/** A feature was asked for that is planned and not implemented yet. It is refused rather than ignored. */
export class UnsupportedError extends UmlnetError {
	override readonly name = "UnsupportedError";
	/** The feature that was asked for. */
	readonly feature: string;
	constructor(feature: string, options: UmlnetErrorOptions = {}) {
		super("ERR_UNSUPPORTED", `${feature} is not implemented yet`, options);
		this.feature = feature;
	}
}
