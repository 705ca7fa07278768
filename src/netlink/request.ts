import type { AnyMessage, Message } from "./schema.js";

/** One message to send. Make it with `request`, which checks the value against the message. */
export interface Request {
	/** The table that it is encoded by. */
	readonly message: AnyMessage;
	/** Flags in addition to NLM_F_REQUEST, which is always set. */
	readonly flags: number;
	/** What is in it: the fields of the header and the attributes, by their names. */
	readonly value: unknown;
	/** Its bytes, where they are known already. */
	readonly encoded?: Uint8Array | undefined;
}

/** A request whose value the compiler checks against the table of its message. */
export const request = <O, I>(message: Message<O, I>, flags: number, value: I): Request => ({
	message: message as unknown as AnyMessage,
	flags,
	value,
});

/** A request that somebody encoded beforehand: what it says is read only when it is asked for. */
export class EncodedRequest implements Request {
	readonly message: AnyMessage;
	readonly flags: number;
	readonly #hex: string;
	#encoded: Uint8Array | undefined;
	#value: unknown;

	constructor(message: unknown, flags: number, hex: string) {
		this.message = message as AnyMessage;
		this.flags = flags;
		this.#hex = hex;
	}
	get encoded(): Uint8Array {
		this.#encoded ??= new Uint8Array(Buffer.from(this.#hex, "hex"));
		return this.#encoded;
	}
	get value(): unknown {
		this.#value ??= this.message.decode(this.encoded);
		return this.#value;
	}
}
