import { UmlnetError } from "../sys/error.js";

/** The command line is wrong. */
export class UsageError extends UmlnetError {
	override readonly name = "UsageError";
	constructor(message: string, hint?: string) {
		super("ERR_USAGE", message, { hint });
	}
}

/** Refuse a feature that is planned but not implemented yet. @throws UnsupportedError */
export async function refuse(feature: string): Promise<never> {
	const { UnsupportedError } = await import("../engine/error.js");
	throw new UnsupportedError(feature);
}
