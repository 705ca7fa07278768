import { KernelError } from "../sys/error.js";

/**
 * The result of a look-up; undefined if the kernel says that there is no such object. `absence` is the errno for that:
 * ENODEV for a link, EOPNOTSUPP for a type of object that this kernel does not have, else ENOENT.
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
