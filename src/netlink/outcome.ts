import { errnoName, type KernelError } from "../sys/error.js";
import { type Ack, refusal } from "./frame.js";
import type { Request } from "./request.js";

/** A message that came back. */
export interface Reply {
	readonly type: number;
	readonly value: unknown;
}

/** What a request ended with: the kernel's refusal, or the messages it answered with. */
export interface Outcome {
	/** The errno of the refusal, `ENODEV`. A look-up that may well find nothing needs no more. */
	readonly errno?: string | undefined;
	/** The refusal in full; there whenever `errno` is. */
	readonly error?: KernelError | undefined;
	readonly replies: readonly Reply[];
}

/** A request on its way, and what has come of it. The error is created when it is asked for, because its stack is costly. */
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

	/** `payload`: the request's, as it was sent. The first refusal counts. */
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
