import { UmlnetError } from "../../sys/error.js";

/**
 * A ruleset document that does not say a ruleset, or that the kernel refused; `path` is where in the JSON.
 * `code` is ERR_NFT for a wrong document, ERR_NFT_UNSUPPORTED for one this module cannot compile, and that of
 * the KernelError in `cause` when the kernel refused it.
 */
export class NftError extends UmlnetError {
	override readonly name = "NftError";
	constructor(
		path: string,
		message: string,
		options: ErrorOptions & { unsupported?: boolean } = {},
	) {
		const own = options.unsupported === true ? "ERR_NFT_UNSUPPORTED" : "ERR_NFT";
		const code = options.cause instanceof UmlnetError ? options.cause.code : own;
		super(code, `${path}: ${message}`, { cause: options.cause, path });
	}
}

/** Refuses what stands at a place of the document. @throws NftError */
export function fail(node: { readonly path: string }, message: string): never {
	throw new NftError(node.path, message);
}
