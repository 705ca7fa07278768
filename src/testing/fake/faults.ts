/** One thing that was asked of the kernel. */
export interface Operation {
	/** Name of the message or call. */
	readonly name: string;
	/** Whether it could have changed something. */
	readonly mutates: boolean;
	/** It asks for several things of which some can be done and others not. */
	readonly divisible?: boolean;
}

/** What is to go wrong. */
export interface Fault {
	/** What the caller gets instead of an answer; a KernelError is a refusal, anything else an answer that was lost. */
	readonly error: Error;
	/** Whether what is asked after it fails as well. */
	readonly mode: "once" | "forever";
	/** `partly`: some of what was asked for was done, and no more (a refused RTM_NEWLINK keeps its MTU). */
	readonly when: "before" | "after" | "partly";
}
/** What an operation meets: somebody who acts just before it, and a fault. */
export interface Encounter {
	/** Somebody else, who changes something. */
	readonly act: () => void;
	/** What goes wrong. */
	readonly fault?: Fault | undefined;
}
type Event = Fault | { readonly act: () => void };

/** Counts operations and says which of them shall fail. */
export class Faults {
	operations: Operation[] = [];
	#events = new Map<number, Event>();
	#forever: Fault | undefined;
	#aside = 0;
	/** How many operations met a fault, or somebody. */
	fired = 0;

	/** Plan something for the k-th operation from now on, counted from 1. */
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

	/** Count one operation; what it meets. */
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
