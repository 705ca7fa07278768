import { UmlnetError } from "../../sys/error.js";

/**
 * A document is wrong, or the kernel refused it; `path` is the place in the JSON. `code` is ERR_NFT for a wrong
 * document, ERR_NFT_UNSUPPORTED for one that this module cannot compile, and the code of the KernelError in `cause` if
 * the kernel refused.
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

/** Reject the value at a place of the document. @throws NftError */
export function fail(node: { readonly path: string }, message: string): never {
	throw new NftError(node.path, message);
}
