import { UmlnetError } from "../sys/error.js";

/** The command line is wrong. */
export class UsageError extends UmlnetError {
	override readonly name = "UsageError";
	constructor(message: string, hint?: string) {
		super("ERR_USAGE", message, { hint });
	}
}
