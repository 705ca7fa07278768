import { monotonic } from "../../sys/clock.js";

/**
 * Remembers when shared objects were last verified. Verifying them for each of hundreds of guests a minute costs more
 * than it is worth: a change made by others is noticed at the next check.
 */
export class RecheckCache {
	/** For each key the time (`monotonic()`) of the plan that verified the object. */
	readonly #verifiedAt = new Map<string, number>();
	#now = 0;
	/** The objects that the current plan did not verify. */
	readonly #skipped = new Set<string>();

	/**
	 * Begin a plan. Returns a function that tells, by its key, whether an object was verified less than `maxAge`
	 * milliseconds ago.
	 */
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

	/** Whether the current plan relies on an object that was not verified for it. */
	get wasUsed(): boolean {
		return this.#skipped.size > 0;
	}

	/** The plan is complete: those of these objects that it did not skip are now verified. */
	record(keys: readonly string[]): void {
		for (const key of keys) if (!this.#skipped.has(key)) this.#verifiedAt.set(key, this.#now);
	}

	/** Something failed, so all objects must be verified again. */
	invalidate(): void {
		this.#verifiedAt.clear();
	}
}
