/** The taps of a pool by their state, and how many more are needed. It does not use the kernel. */
export class PoolInventory {
	/** Ready for a guest. The last one is given out first. */
	#idle: string[] = [];
	/** Returned by their guests and being reset: they count as idle, but no guest gets them yet. */
	readonly #resetting = new Set<string>();
	readonly #inUse = new Set<string>();
	/** In an unknown state after a failure: no guest gets them any more. */
	readonly #discarded = new Set<string>();
	#size: number;
	#low: number;
	/** Whether the pool is being filled up to `size`, which begins below `low`. */
	#isFilling = true;

	constructor(size: number, low: number) {
		this.#size = size;
		this.#low = low;
	}

	/** Change the sizes. Idle taps in excess of a smaller size stay until guests have had them. */
	resize(size: number, low: number): void {
		if (size > this.#size) this.#isFilling = true;
		this.#size = size;
		this.#low = low;
	}

	/** How many taps to create now. */
	get missing(): number {
		if (this.#idle.length < this.#low) this.#isFilling = true;
		return this.#isFilling ? Math.max(0, this.#size - this.#idle.length) : 0;
	}

	hasRoomFor(count: number): boolean {
		return this.#idle.length + this.#resetting.size + count <= this.#size;
	}

	/** The idle tap to give out next. */
	get next(): string | undefined {
		return this.#idle.at(-1);
	}

	/** Whether a tap is idle or about to be. Only the pool takes such a tap down. */
	isIdle(name: string): boolean {
		return this.#idle.includes(name) || this.#resetting.has(name);
	}

	isInUse(name: string): boolean {
		return this.#inUse.has(name);
	}

	get discarded(): readonly string[] {
		return [...this.#discarded];
	}

	/** The taps to delete when the pool closes. */
	get toDelete(): readonly string[] {
		return [...this.#idle, ...this.#discarded];
	}

	/** Give an idle tap to a guest. @returns whether it was idle */
	useIdle(name: string): boolean {
		const at = this.#idle.lastIndexOf(name);
		if (at < 0) return false;
		this.#idle.splice(at, 1);
		this.#inUse.add(name);
		return true;
	}

	/** Add a tap that is being created for a guest, and then belongs to the pool, too. */
	use(name: string): void {
		this.#inUse.add(name);
	}

	startReset(name: string): void {
		this.#inUse.delete(name);
		this.#resetting.add(name);
	}

	/** With `done` the tap is idle again. Otherwise it is as before, and its guest can return it again. */
	endReset(name: string, done: boolean): void {
		if (done) this.putIdle(name);
		else this.#inUse.add(name);
		this.#resetting.delete(name);
	}

	putIdle(name: string): void {
		this.#inUse.delete(name);
		if (!this.#idle.includes(name)) this.#idle.push(name);
		if (this.#idle.length >= this.#size) this.#isFilling = false;
	}

	discard(name: string): void {
		this.#inUse.delete(name);
		this.#discarded.add(name);
	}

	/** Forget taps that were deleted. */
	forget(names: readonly string[]): void {
		const deleted = new Set(names);
		this.#idle = this.#idle.filter((name) => !deleted.has(name));
		for (const name of names) {
			this.#inUse.delete(name);
			this.#discarded.delete(name);
		}
	}
}
