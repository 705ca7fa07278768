import type { AnyMessage, Message } from "./schema.js";

/** One message to send. Make it with `request`, which checks the value against the message. */
export interface Request {
	readonly message: AnyMessage;
	/** Flags in addition to NLM_F_REQUEST, which is always set. */
	readonly flags: number;
	readonly value: unknown;
}

/** A request whose value the compiler checks against the table of its message. */
export const request = <O, I>(message: Message<O, I>, flags: number, value: I): Request => ({
	message: message as unknown as AnyMessage,
	flags,
	value,
});
