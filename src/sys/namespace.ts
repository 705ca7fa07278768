import { KernelError, UmlnetError } from "./error.js";
import { enterNetns, inNetns } from "./netns.js";
import { isOneOf } from "./openat.js";

const HINT = "namespaces with a name: ip netns list";

/** Move the calling thread into a network namespace for good. @throws KernelError, UmlnetError */
export function enterNamespace(netns: string): void {
	try {
		enterNetns(netns);
	} catch (cause) {
		const options = { cause, hint: HINT };
		if (isOneOf(cause, "ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"))
			throw new UmlnetError("ERR_SPEC", `there is no network namespace ${netns}`, options);
		// EINVAL means that the file is no namespace, or a namespace of another type.
		if (cause instanceof KernelError && cause.errno === "EINVAL")
			throw new UmlnetError("ERR_SPEC", `${netns} is not a network namespace`, options);
		if (cause instanceof UmlnetError) throw cause;
		const { message } = cause as Error;
		const code = isOneOf(cause, "EACCES", "EPERM") ? "ERR_PERMISSION" : "ERR_INTERNAL";
		throw new UmlnetError(code, message, { cause });
	}
}

/**
 * Run a synchronous function in a network namespace and return to the thread's own. @throws KernelError, UmlnetError,
 * and whatever the function throws
 */
export const inNamespace = <T>(netns: string, body: () => T): T =>
	inNetns(() => enterNamespace(netns), body);
