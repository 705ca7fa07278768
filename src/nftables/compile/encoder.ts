import { Writer } from "../../netlink/bytes.js";
import type { AnyMessage } from "../../netlink/schema.js";
import type { BatchMessage } from "../tree/batch-message.js";

/** Messages share buffers of this size, so a message that is kept keeps at most this much memory. */
const CHUNK = 256 * 1024;
/** Most documents are small, so the first buffer is. */
const FIRST = 16 * 1024;

/** Encodes messages as they are made, so that the attributes of a large document are never all in memory. */
export class Encoder {
	#writer = new Writer(FIRST);
	readonly #messages = new Map<AnyMessage, AnyMessage>();

	/** The same message with its encoded bytes as its value. @throws WireError */
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
