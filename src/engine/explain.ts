import { KernelError, UmlnetError } from "../sys/error.js";
import { ConflictError } from "./error.js";
import type { PlannedStep } from "./kind.js";

/** How the kernel says that a name or an object is taken. */
const TAKEN: readonly string[] = ["EEXIST", "EBUSY"];

/** Whose something is that is in the way: `one of network lab`, and what to do about it. */
export interface Holder {
	readonly found: string;
	readonly hint: string;
}
/** Whose a link is, by what it says itself; undefined where it does not. */
export type Whose = (link: string) => Holder | undefined;

/** The error that a user gets for a step that failed: which step, which place in the spec, and what to do about it. */
export function explain(error: Error, step: PlannedStep, whose?: Whose): UmlnetError {
	const { label, path, conflict } = step;
	if (error instanceof KernelError && conflict !== undefined && TAKEN.includes(error.errno)) {
		const { subject, wanted, link } = conflict;
		const { found, hint } = (link && holderOf(link, whose)) || conflict;
		return new ConflictError(subject, found, wanted, { cause: error, path, step: label, hint });
	}
	if (!(error instanceof UmlnetError))
		return new UmlnetError("ERR_INTERNAL", error.message, { cause: error, path, step: label });
	error.step ??= label;
	error.path ??= path;
	return error;
}

/** That nobody can say whose it is must not hide that it is in the way. */
function holderOf(link: string, whose: Whose | undefined): Holder | undefined {
	try {
		return whose?.(link);
	} catch (error) {
		if (error instanceof UmlnetError) return undefined;
		throw error;
	}
}
