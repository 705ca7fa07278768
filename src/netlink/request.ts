import type { AnyMessage, Message } from "./schema.js";

/** One message to send. Make it with `request`, which checks the value against the message. */
export interface Request {
	/** The table that it is encoded by. */
	readonly message: AnyMessage;
	/** Flags in addition to NLM_F_REQUEST, which is always set. */
	readonly flags: number;
	/** What is in it: the fields of the header and the attributes, by their names. */
	readonly value: unknown;
}

/** A request whose value the compiler checks against the table of its message. */
export const request = <O, I>(message: Message<O, I>, flags: number, value: I): Request => ({
	message: message as unknown as AnyMessage,
	flags,
	value,
});
