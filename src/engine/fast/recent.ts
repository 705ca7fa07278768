import { monotonic } from "../../sys/clock.js";

const MOST = 1_000;

/**
 * Values that were read recently, by a key: guests come by the hundred, and what they share is read once for all of
 * them.
 */
export class Recent<T> {
	readonly #read = new Map<string, { readonly value: T; readonly at: number }>();

	/** The value if it was read less than `maxAge` milliseconds ago; otherwise what `read` returns now. */
	get(key: string, maxAge: number, read: () => T): T {
		const known = this.#read.get(key);
		if (known !== undefined && monotonic() - known.at < maxAge) return known.value;
		const value = read();
		// Keys are names that people choose, so a process that runs for long may meet any number of them.
		if (this.#read.size >= MOST) this.#read.clear();
		this.#read.set(key, { value, at: monotonic() });
		return value;
	}
}
