import { monotonic } from "../../sys/clock.js";

const MOST = 1_000;

/** What was read lately, by what it is about: guests come by the hundred, and what they share is read once for them. */
export class Recent<T> {
	readonly #read = new Map<string, { readonly value: T; readonly at: number }>();

	/** What was read less than `maxAge` milliseconds ago, or what `read` finds now. */
	get(key: string, maxAge: number, read: () => T): T {
		const known = this.#read.get(key);
		if (known !== undefined && monotonic() - known.at < maxAge) return known.value;
		const value = read();
		// Keys are names that people choose, without end in a long life.
		if (this.#read.size >= MOST) this.#read.clear();
		this.#read.set(key, { value, at: monotonic() });
		return value;
	}
}
