import { kernelRelease } from "../kernel/release.js";
import { KernelError, UmlnetError } from "../sys/error.js";
import { ConflictError } from "./error.js";
import type { PlannedStep } from "./kind.js";

/** The errnos by which the kernel says that a name or an object exists already. */
const TAKEN: readonly string[] = ["EEXIST", "EBUSY"];
/** How the kernel says that it was built without something, or cannot load it (nft_chain_type lookup, nf_tables_api.c). */
const LACKING: readonly string[] = ["ENOENT", "EOPNOTSUPP", "EAFNOSUPPORT", "EPROTONOSUPPORT"];

/** To whom an object in the way belongs, `one of network lab`, and what to do about it. */
export interface Holder {
	readonly found: string;
	readonly hint: string;
}
/** Tells to whom a link belongs by its mark; undefined if it has none. */
export type Whose = (link: string) => Holder | undefined;

/** The error for the user when a step failed: which step, which place in the spec, and what to do about it. */
export function explain(error: Error, step: PlannedStep, whose?: Whose): UmlnetError {
	const { label, path, conflict } = step;
	if (error instanceof KernelError && conflict !== undefined && TAKEN.includes(error.errno)) {
		const { subject, wanted, link } = conflict;
		const { found, hint } = (link && holderOf(link, whose)) || conflict;
		return new ConflictError(subject, found, wanted, { cause: error, path, step: label, hint });
	}
	if (error instanceof KernelError && step.unsupported && LACKING.includes(error.errno))
		return new UmlnetError(
			"ERR_UNSUPPORTED",
			`Linux ${kernelRelease} has no ${step.unsupported}, which ${path} needs`,
			{
				cause: error,
				path,
				step: label,
				hint: "load the module or another kernel, or leave the key out",
			},
		);
	if (!(error instanceof UmlnetError))
		return new UmlnetError("ERR_INTERNAL", error.message, { cause: error, path, step: label });
	error.step ??= label;
	error.path ??= path;
	return error;
}

/** The conflict is reported even if it cannot be found out to whom the link belongs. */
function holderOf(link: string, whose: Whose | undefined): Holder | undefined {
	try {
		return whose?.(link);
	} catch (error) {
		if (error instanceof UmlnetError) return undefined;
		throw error;
	}
}
