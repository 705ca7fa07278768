import { UmlnetError } from "../sys/error.js";

/** Bytes that make no sense, or a value that no attribute can hold. `at` is the path from the message down to it. */
export class WireError extends UmlnetError {
	override readonly name = "WireError";
	/** The names of the message and the attributes, from the outside in. */
	readonly at: readonly string[];
	constructor(message: string, at: readonly string[] = []) {
		super("ERR_WIRE", at.length > 0 ? `${at.join(".")}: ${message}` : message);
		this.at = at;
	}
}

/**
 * The kernel dropped messages because our buffer was full (ENOBUFS), so what we learned from notifications is
 * incomplete.
 */
export class OverrunError extends UmlnetError {
	override readonly name = "OverrunError";
	constructor(cause: Error) {
		super("ERR_OVERRUN", "the kernel dropped netlink messages: the receive buffer was full", {
			cause,
			hint: "read the state again; a larger receive buffer makes this rarer",
		});
	}
}

/**
 * No reply came in time. The socket must not be used again: a late reply would be taken for the answer to the next
 * request.
 */
export class DeadlineError extends UmlnetError {
	override readonly name = "DeadlineError";
	constructor(request: string, milliseconds: number) {
		super("ERR_DEADLINE", `${request}: no reply from the kernel within ${milliseconds} ms`);
	}
}

/** Other programs changed what the kernel was listing (NLM_F_DUMP_INTR), on every attempt. */
export class DumpInterruptedError extends UmlnetError {
	override readonly name = "DumpInterruptedError";
	constructor(request: string, tries: number) {
		super("ERR_DUMP_INTERRUPTED", `${request}: interrupted by changes ${tries} times in a row`, {
			hint: "something on this host changes the network without pause; try again",
		});
	}
}
