import { KernelError, UmlnetError } from "../sys/error.js";
import { ConflictError } from "./error.js";
import type { PlannedStep } from "./kind.js";

/** How the kernel says that a name or an object is taken. */
const TAKEN: readonly string[] = ["EEXIST", "EBUSY"];

/** The error that a user gets for a step that failed: which step, which place in the spec, and what to do about it. */
export function explain(error: Error, step: PlannedStep): UmlnetError {
	const { label, path, conflict } = step;
	if (error instanceof KernelError && conflict !== undefined && TAKEN.includes(error.errno)) {
		const { subject, found, wanted, hint } = conflict;
		return new ConflictError(subject, found, wanted, { cause: error, path, step: label, hint });
	}
	if (!(error instanceof UmlnetError))
		return new UmlnetError("ERR_INTERNAL", error.message, { cause: error, path, step: label });
	error.step ??= label;
	error.path ??= path;
	return error;
}
