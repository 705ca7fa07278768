/** The links of committed transactions that still have to be deleted. That is never undone, only finished. */
import { execute } from "../kernel/execute.js";
import type { Kernel } from "../kernel/kernel.js";
import { RollbackError } from "./error.js";
import { type Ledger, linksOf, type PendingDeletes } from "./journal/ledger.js";
import { linkKey } from "./kind.js";

/**
 * Run the pending deletes of a transaction and end it. @throws RollbackError that names the links which could not be
 * deleted; they stay pending
 */
export function finish(kernel: Kernel, journal: Ledger, pending: PendingDeletes): void {
	const [error] = runDeletes(kernel, [pending]);
	if (error !== undefined) throw error;
	journal.end(pending.transaction);
}

/**
 * Run the pending deletes of several transactions together, because the kernel deletes many links in the time of one.
 * @returns for each transaction why some of its links still exist; undefined if none does
 */
export function runDeletes(
	kernel: Kernel,
	transactions: readonly PendingDeletes[],
): readonly (RollbackError | undefined)[] {
	const actions = transactions.flatMap(({ steps }) => steps.flatMap((step) => step.actions));
	const failures: (Error | undefined)[] = [];
	while (failures.length < actions.length)
		failures.push(...execute(kernel, actions.slice(failures.length)));
	return transactions.map(({ steps }) => {
		let cause: Error | undefined;
		const residual = steps.flatMap(({ label, actions: { length } }) => {
			const failed = failures.splice(0, length).filter((failure) => failure !== undefined);
			cause ??= failed[0];
			return failed.map(() => label);
		});
		return residual.length > 0 ? new RollbackError(residual, { cause }) : undefined;
	});
}

/** Run the pending deletes of links with these keys, so that their names are free when this returns. */
export function finishDeletesOf(
	kernel: Kernel,
	journal: Ledger,
	keys: () => readonly string[],
): void {
	if (journal.pendingDeletes.size === 0) return;
	const wanted = new Set(keys());
	for (const pending of [...journal.pendingDeletes.values()])
		if (linksOf(pending).some(({ name }) => wanted.has(linkKey(name))))
			finish(kernel, journal, pending);
}

/** Whether the link with this index was ours and is about to be deleted. */
export const isBeingDeleted = ({ pendingDeletes }: Ledger, index: number): boolean =>
	[...pendingDeletes.values()].some((pending) =>
		linksOf(pending).some((link) => link.index === index),
	);

/** The pending deletes that no process is going to run any more. */
export function abandonedDeletes(
	{ pendingDeletes }: Ledger,
	ownership: { isAbandoned(transaction: string): boolean },
): PendingDeletes[] {
	if (pendingDeletes.size === 0) return [];
	return [...pendingDeletes.values()].filter(({ transaction }) =>
		ownership.isAbandoned(transaction),
	);
}
