import { closeSync, openSync, readSync } from "node:fs";
import { UsageError } from "./usage.js";

// No real document is longer; without a limit an endless file such as /dev/zero would fill the memory.
const MAX_BYTES = 256 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** Collects a text from the chunks in which it is read. */
export class DocumentText {
	readonly #from: string;
	readonly #chunks: Buffer[] = [];
	#length = 0;

	/** `from` is the name of its source, for messages. */
	constructor(from: string) {
		this.#from = from;
	}

	/** @throws UsageError if the text exceeds the limit */
	add(chunk: Buffer): void {
		this.#chunks.push(chunk);
		this.#length += chunk.length;
		if (this.#length > MAX_BYTES)
			throw new UsageError(`${this.#from} does not end within ${MAX_BYTES} bytes`);
	}

	get text(): string {
		return Buffer.concat(this.#chunks).toString("utf8");
	}
}

/** The text of a file that the user named. @throws UsageError */
export function readText(file: string): string {
	const document = new DocumentText(file);
	const fd = openDocument(file);
	try {
		for (;;) {
			const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
			const length = readSync(fd, chunk);
			if (length === 0) return document.text;
			document.add(chunk.subarray(0, length));
		}
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw error;
		throw new UsageError(`${file} is a directory, not a file`);
	} finally {
		closeSync(fd);
	}
}

function openDocument(file: string): number {
	try {
		return openSync(file, "r");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		throw new UsageError(`there is no file ${file}`);
	}
}
