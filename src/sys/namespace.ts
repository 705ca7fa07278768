import { UmlnetError } from "./error.js";
import { enterNetns } from "./netns.js";

/** Move the calling thread into a network namespace for good. @throws KernelError, UmlnetError */
export function enterNamespace(netns: string): void {
	try {
		enterNetns(netns);
	} catch (cause) {
		const { code, message } = cause as NodeJS.ErrnoException;
		if (code === "ENOENT")
			throw new UmlnetError("ERR_SPEC", `there is no network namespace ${netns}`, {
				cause,
				hint: "namespaces with a name: ip netns list",
			});
		if (cause instanceof UmlnetError) throw cause;
		throw new UmlnetError(code === "EACCES" ? "ERR_PERMISSION" : "ERR_INTERNAL", message, {
			cause,
		});
	}
}
