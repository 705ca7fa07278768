/** Which of the steps that ran together with a failed one may have changed something. */
import { deletes, isAtomic, runTogether } from "../kernel/action.js";
import type { Failures } from "../kernel/execute.js";
import type { Kernel } from "../kernel/kernel.js";
import { KernelError } from "../sys/error.js";
import type { PlannedStep } from "./kind.js";
import { isAlreadySo, isLeft } from "./rollback.js";

/** Whether a removal failed because the object is already gone. Then there is nothing to undo either. */
export const isMoot = (
	kernel: Kernel,
	{ removes, do: action }: PlannedStep,
	failure: Error | undefined,
): boolean => removes === true && failure !== undefined && !isLeft(kernel, action, failure);

/** With these errnos the kernel refuses before it does anything. */
const OUTRIGHT = new Set(["EEXIST", "EPERM", "EACCES", "EROFS"]);

/**
 * Steps that certainly changed nothing. Any other failed step may have taken effect in part (deleting an address also
 * deletes its routes), so it is undone too.
 */
export function idleSteps(
	ran: readonly PlannedStep[],
	failures: Failures,
): ReadonlySet<PlannedStep> {
	const group = trailingGroup(ran);
	const refusals = failures
		.slice(ran.length - group.length)
		.map((failure) => (failure instanceof KernelError ? failure : undefined));
	const isBatch = group.some((step) => isAtomic(step.do));
	if (isBatch && refusals.some((refusal) => refusal !== undefined)) return new Set(group);
	if (refusals.every((refusal) => refusal && OUTRIGHT.has(refusal.errno))) return new Set(group);
	return new Set(group.filter((step, i) => isOthers(step, refusals[i])));
}

/**
 * Whether the object that a step creates exists already, or the object that it deletes does not: then somebody else did
 * that.
 */
function isOthers({ do: action }: PlannedStep, refusal: KernelError | undefined): boolean {
	if (refusal === undefined) return false;
	return refusal.errno === "EEXIST" || (deletes(action) && isAlreadySo(action, refusal));
}

/** The last steps, as far as they ran together. */
function trailingGroup(ran: readonly PlannedStep[]): readonly PlannedStep[] {
	const last = ran.at(-1);
	if (last === undefined) return [];
	return ran.slice(ran.findLastIndex((step) => !runTogether(step.do, last.do)) + 1);
}

/** The last steps, if they were one batch. */
export const trailingBatch = (ran: readonly PlannedStep[]): readonly PlannedStep[] =>
	trailingGroup(ran).filter((step) => isAtomic(step.do));
