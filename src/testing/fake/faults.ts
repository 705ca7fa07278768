/** One request to the kernel. */
export interface Operation {
	/** The name of the message or call. */
	readonly name: string;
	/** Whether it could have changed something. */
	readonly mutates: boolean;
	/** Set if the request has several parts, of which some can be done and others fail. */
	readonly divisible?: boolean;
}

/** What goes wrong. */
export interface Fault {
	/**
	 * What the caller gets instead of an answer. A KernelError is a refusal; any other error means that the answer was
	 * lost.
	 */
	readonly error: Error;
	/** Whether all later requests fail as well. */
	readonly mode: "once" | "forever";
	/** When it fails. `partly`: after a part of the request was done (a refused RTM_NEWLINK keeps its MTU). */
	readonly when: "before" | "after" | "partly";
}
/** What happens to a request: somebody else changes something just before it, it fails, or both. */
export interface Encounter {
	/** What somebody else does. */
	readonly act: () => void;
	/** What goes wrong. */
	readonly fault?: Fault | undefined;
}
type Event = Fault | { readonly act: () => void };

/** Counts requests and decides which of them fail. */
export class Faults {
	operations: Operation[] = [];
	#events = new Map<number, Event>();
	#forever: Fault | undefined;
	#aside = 0;
	/** How many planned faults and interferences have happened. */
	fired = 0;

	/** Plan something for the k-th request from now on, counted from 1. */
	add(k: number, event: Event): void {
		this.#events.set(this.operations.length + k, event);
	}

	clear(): void {
		this.operations = [];
		this.fired = 0;
		this.#events.clear();
		this.#forever = undefined;
	}

	aside<T>(act: () => T): T {
		this.#aside++;
		try {
			return act();
		} finally {
			this.#aside--;
		}
	}

	/** Count one request, and return what happens to it. */
	next(name: string, mutates: boolean, divisible = false): Encounter {
		if (this.#aside > 0) return { act: nothing };
		this.operations.push({ name, mutates, ...(divisible && { divisible }) });
		const event = this.#events.get(this.operations.length);
		if (event !== undefined || this.#forever !== undefined) this.fired++;
		if (event !== undefined && "act" in event) return { act: event.act, fault: this.#forever };
		if (event?.mode === "forever") this.#forever = event;
		return { act: nothing, fault: event ?? this.#forever };
	}
}

function nothing(): void {}
