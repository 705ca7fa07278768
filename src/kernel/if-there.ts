import { KernelError } from "../sys/error.js";

/**
 * What a look-up finds; undefined where the kernel says that there is no such object. `absence` is how it says so:
 * ENODEV for a link, EOPNOTSUPP for a sort of object that
 * this kernel does not have, else ENOENT.
 * @throws KernelError for any other refusal
 */
export function ifThere<T>(
	look: () => T,
	absence: "ENOENT" | "ENODEV" | "EOPNOTSUPP" = "ENOENT",
): T | undefined {
	try {
		return look();
	} catch (error) {
		if (error instanceof KernelError && error.errno === absence) return undefined;
		throw error;
	}
}
