import type { AnyMessage, Message } from "./schema.js";

/** One message to send. Build it with `request`, which ties the value's type to the message. */
export interface Request {
	readonly message: AnyMessage;
	/** Flags beside NLM_F_REQUEST, which is always set. */
	readonly flags: number;
	readonly value: unknown;
}

/** A request whose value is checked against its message's table by the compiler. */
export const request = <O, I>(message: Message<O, I>, flags: number, value: I): Request => ({
	message: message as unknown as AnyMessage,
	flags,
	value,
});
