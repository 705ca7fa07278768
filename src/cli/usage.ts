import { UmlnetError } from "../sys/error.js";

/** The command line itself makes no sense. */
export class UsageError extends UmlnetError {
	override readonly name = "UsageError";
	constructor(message: string, hint?: string) {
		super("ERR_USAGE", message, { hint });
	}
}

/** Refuse what is planned and not yet there. */
export async function refuse(feature: string): Promise<never> {
	const { UnsupportedError } = await import("../engine/error.js");
	throw new UnsupportedError(feature);
}
