import { errnoName, type KernelError } from "../sys/error.js";
import { type Ack, refusal } from "./frame.js";
import type { Request } from "./request.js";

/** A message that the kernel sent in reply. */
export interface Reply {
	/** nlmsg_type. */
	readonly type: number;
	/** What is in it, as the table of its message has it; bytes if no table is known. */
	readonly value: unknown;
}

/** How a request ended: with the kernel's refusal, or with the messages of its reply. */
export interface Outcome {
	/** The errno of the refusal, `ENODEV`. A look-up that may well find nothing needs no more than this. */
	readonly errno?: string | undefined;
	/** The complete refusal; it is there whenever `errno` is. */
	readonly error?: KernelError | undefined;
	/** What the kernel sent in reply, in order; empty after a refusal. */
	readonly replies: readonly Reply[];
}

/**
 * A request that was sent, and how it ended. The error is created only when it is asked for, because recording its
 * stack is slow.
 */
export class Sent implements Outcome {
	readonly request: Request;
	readonly seq: number;
	readonly start: number;
	readonly end: number;
	readonly replies: Reply[] = [];
	done = false;
	#refusal: { readonly ack: Ack; readonly payload: Uint8Array } | undefined;
	#error: KernelError | undefined;

	constructor(request: Request, seq: number, start: number, end: number) {
		this.request = request;
		this.seq = seq;
		this.start = start;
		this.end = end;
	}

	/** Record a refusal; the first one counts. `payload` is the payload of the request. */
	refuse(ack: Ack, payload: Uint8Array): void {
		this.#refusal ??= { ack, payload };
	}

	get errno(): string | undefined {
		return this.#refusal && errnoName(this.#refusal.ack.errno);
	}

	get error(): KernelError | undefined {
		if (this.#refusal === undefined) return undefined;
		const { ack, payload } = this.#refusal;
		this.#error ??= refusal(this.request.message, ack, payload);
		return this.#error;
	}
}
