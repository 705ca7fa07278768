import type { Journal } from "../engine/journal/journal.js";
import { linksOf, type PendingDeletes } from "../engine/journal/ledger.js";
import type { Kernel } from "../kernel/kernel.js";
import { readLinks } from "../kernel/read.js";

/**
 * Transactions of this thread whose links another thread deletes: they are committed, and the journal lists them as
 * pending until it records that the links are deleted.
 */
export class DeferredDeletes {
	/** The names of the transactions. */
	readonly #deleting = new Set<string>();
	readonly #deleted = new Set<string>();

	/** Whether another thread is going to finish this transaction. */
	isDeleting(transaction: string): boolean {
		return this.#deleting.has(transaction);
	}

	start(transaction: string): void {
		this.#deleting.add(transaction);
	}

	/**
	 * `done` means that the links are deleted. Otherwise the other thread gave up, and anybody may finish the
	 * transaction.
	 */
	end(transaction: string, done: boolean): void {
		this.#deleting.delete(transaction);
		if (done) this.#deleted.add(transaction);
	}

	/** Whether links were deleted without the journal recording it yet. */
	get areUnrecorded(): boolean {
		return this.#deleted.size > 0;
	}

	/** Record in the journal what was deleted. The lock must be held. */
	record(journal: Journal): void {
		for (const transaction of this.#deleted)
			if (journal.pendingDeletes.has(transaction)) journal.end(transaction);
		this.#deleted.clear();
	}
}

/** Whether the links of these transactions and everything on them are gone. This blocks only if the links are gone. */
export function areDeleted(kernel: Kernel, deletes: readonly PendingDeletes[]): boolean {
	const links = deletes.flatMap(linksOf);
	if (links.some(({ index }) => kernel.linkName(index) !== undefined)) return false;
	// A link disappears from the index before its addresses and routes do. Reading one waits for the RTNL lock, and so
	// for those.
	readLinks(
		kernel,
		links.slice(-1).map(({ index }) => index),
	);
	return true;
}
