import { monotonic } from "../sys/clock.js";

/**
 * When what many taps stand on was last looked at. A farm starts hundreds of guests a minute on one table and one
 * uplink: looking at those for each guest costs more than anybody gains, who changes them after a look is not
 * noticed anyway.
 */
export class Looks {
	/** By key, the `monotonic()` of the plan that looked. */
	readonly #at = new Map<string, number>();
	#now = 0;
	/** What the plan under way did not look at. */
	readonly #trusted = new Set<string>();

	/** Begin a plan that trusts what was looked at in the last so many milliseconds. */
	within(milliseconds: number): (key: string) => boolean {
		this.#now = monotonic();
		this.#trusted.clear();
		return (key) => {
			const at = this.#at.get(key);
			const isTrusted = at !== undefined && this.#now - at < milliseconds;
			if (isTrusted) this.#trusted.add(key);
			return isTrusted;
		};
	}

	/** Whether that plan rests on what was not looked at for it. */
	get hasTrusted(): boolean {
		return this.#trusted.size > 0;
	}

	/** That plan is made: of these, what was not trusted was looked at for it. */
	note(keys: readonly string[]): void {
		for (const key of keys) if (!this.#trusted.has(key)) this.#at.set(key, this.#now);
	}

	/** Something failed: all is looked at again. */
	forget(): void {
		this.#at.clear();
	}
}
