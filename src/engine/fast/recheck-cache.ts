import { monotonic } from "../../sys/clock.js";

/**
 * When shared objects were last verified. Verifying them for each of hundreds of guests a minute costs more than it
 * finds: a change made by others is noticed at the next check.
 */
export class RecheckCache {
	/** By key, the `monotonic()` of the plan that verified it. */
	readonly #verifiedAt = new Map<string, number>();
	#now = 0;
	/** What the plan under way did not verify. */
	readonly #skipped = new Set<string>();

	/** Begin a plan. The result tells whether an object was verified less than `maxAge` milliseconds ago, by its key. */
	begin(maxAge: number): (key: string) => boolean {
		this.#now = monotonic();
		this.#skipped.clear();
		return (key) => {
			const at = this.#verifiedAt.get(key);
			const isRecent = at !== undefined && this.#now - at < maxAge;
			if (isRecent) this.#skipped.add(key);
			return isRecent;
		};
	}

	/** Whether the plan relies on an object that was not verified for it. */
	get wasUsed(): boolean {
		return this.#skipped.size > 0;
	}

	/** The plan is made: those of these objects that it did not skip are verified. */
	record(keys: readonly string[]): void {
		for (const key of keys) if (!this.#skipped.has(key)) this.#verifiedAt.set(key, this.#now);
	}

	/** Something failed: all are to be verified again. */
	invalidate(): void {
		this.#verifiedAt.clear();
	}
}
