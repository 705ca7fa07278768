import { Writer } from "../../netlink/bytes.js";
import type { AnyMessage } from "../../netlink/schema.js";
import type { BatchMessage } from "../tree/batch-message.js";

/** How many bytes share a buffer: a message that is kept keeps no more than that. */
const CHUNK = 256 * 1024;
/** Most documents are small. */
const FIRST = 16 * 1024;

/** Encodes messages as they are made, so that a large document is never in memory as one tree of attributes. */
export class Encoder {
	#writer = new Writer(FIRST);
	readonly #messages = new Map<AnyMessage, AnyMessage>();

	/** The same message, whose value are the bytes it is sent as. @throws WireError */
	encode({ message, flags, value, path }: BatchMessage): BatchMessage {
		if (this.#writer.length > CHUNK) this.#writer = new Writer(2 * CHUNK);
		const start = this.#writer.length;
		message.write(this.#writer, value as never);
		const payload = this.#writer.bytes.subarray(start, this.#writer.length);
		return { message: this.#encoded(message), flags, value: payload, path };
	}

	#encoded(message: AnyMessage): AnyMessage {
		const known = this.#messages.get(message);
		if (known !== undefined) return known;
		const encoded: AnyMessage = {
			...message,
			write: (w, payload: Uint8Array) => w.append(payload),
		};
		this.#messages.set(message, encoded);
		return encoded;
	}
}
