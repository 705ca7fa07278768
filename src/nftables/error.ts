import { UmlnetError } from "../sys/error.js";

/** A ruleset document that does not say a ruleset; `path` is where in the JSON. */
export class RulesetError extends UmlnetError {
	override readonly name = "RulesetError";
	constructor(
		path: string,
		message: string,
		options: ErrorOptions & { unsupported?: boolean } = {},
	) {
		super(options.unsupported === true ? "ERR_NFT_UNSUPPORTED" : "ERR_NFT", `${path}: ${message}`, {
			cause: options.cause,
			path,
		});
	}
}
