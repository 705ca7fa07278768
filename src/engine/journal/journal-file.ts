import { closeSync, fstatSync, fsyncSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { UmlnetError } from "../../sys/error.js";
import type { BatchOf } from "./action-record.js";
import type { StateDirectory } from "./directory.js";
import { encodeRecord } from "./fast/record-writer.js";
import { declaredEnd, frame, HEAD, isTornMagic, MAGIC, recordAt } from "./frame.js";
import { decodeRecord, type JournalRecord } from "./record.js";

const FILE = "journal";
const REWRITE_BYTES = 1024 * 1024;

type Take = (record: JournalRecord) => boolean;
/** Why umlnet-nl cannot have written a record, in words; undefined if nothing is wrong. */
export type FlawOf = (record: JournalRecord) => string | undefined;

/**
 * The file of a journal: records are appended, and read from where this process last stopped. Network state is lost
 * with a reboot, so the file must survive the kill of a process but not a power failure; on a disk it is synced all the
 * same.
 */
export class JournalFile {
	readonly #directory: StateDirectory;
	readonly #path: string;
	readonly #flawOf: FlawOf;
	readonly #batchOf: BatchOf;
	#onDisk: boolean | undefined;
	#fd: number | undefined;
	/** How many bytes of the file were read or written. */
	#length = 0;
	/** The length of the file when it was last rewritten. */
	#rewritten = 0;

	constructor(directory: StateDirectory, flawOf: FlawOf, batchOf: BatchOf) {
		this.#directory = directory;
		this.#flawOf = flawOf;
		this.#batchOf = batchOf;
		this.#path = join(directory.path, FILE);
	}

	/** Whether no record has been read or written yet. */
	get isAtStart(): boolean {
		return this.#length === MAGIC.length;
	}

	/** Whether there is a record in it. */
	get hasRecords(): boolean {
		return this.#length > MAGIC.length;
	}

	/**
	 * Whether the file is large and has grown fourfold since it was last rewritten, so that the cost of rewriting is
	 * amortised.
	 */
	get isWorthRewriting(): boolean {
		return this.#length > Math.max(REWRITE_BYTES, 4 * this.#rewritten);
	}

	/**
	 * Read the records that were not read yet. `take` returns false for a record that cannot occur at this place.
	 * @returns false, without reading anything, if the open file was removed or replaced by another one
	 * @throws UmlnetError ERR_JOURNAL if the file is damaged
	 */
	read(take: Take): boolean {
		if (this.#fd === undefined) {
			const fd = this.#directory.openFile(FILE, false);
			if (fd !== undefined) this.#replay(this.#start(fd), take);
			return true;
		}
		const { nlink, size } = fstatSync(this.#fd);
		if (nlink === 0 || size < this.#length) return false;
		if (size > this.#length) this.#replay(this.#fd, take);
		return true;
	}

	/** Read the rest of the open file, although another one has replaced it. */
	readReplaced(take: Take): void {
		if (this.#fd !== undefined) this.#replay(this.#fd, take);
	}

	/** @throws UmlnetError ERR_JOURNAL if it cannot be written */
	append(record: JournalRecord): void {
		const fd = this.#fd ?? this.#start(this.#directory.openFile(FILE, true));
		const bytes = frame(encodeRecord(record), this.#length);
		try {
			write(fd, bytes, this.#durable());
		} catch (cause) {
			ftruncateSync(fd, this.#length);
			throw this.#unwritable(cause);
		}
		this.#length += bytes.length;
	}

	/** Replace the file by a new one with these records. @returns false if that fails, and the old file stays in use */
	rewrite(records: readonly JournalRecord[]): boolean {
		let length = MAGIC.length;
		try {
			const fresh = this.#directory.replaceFile(FILE, (fd) => {
				write(fd, MAGIC, false);
				for (const record of records) {
					const bytes = frame(encodeRecord(record), length);
					write(fd, bytes, false);
					length += bytes.length;
				}
				if (this.#durable()) fsyncSync(fd);
			});
			if (this.#fd !== undefined) closeSync(this.#fd);
			this.#fd = fresh;
		} catch {
			return false;
		}
		this.#length = length;
		this.#rewritten = length;
		return true;
	}

	remove(): void {
		this.#directory.removeFile(FILE);
	}

	close(): void {
		if (this.#fd !== undefined) closeSync(this.#fd);
		this.#fd = undefined;
		this.#length = 0;
		this.#rewritten = 0;
	}

	/** Continue with this file. If it is empty, write its first bytes. */
	#start(fd: number): number {
		const { size } = fstatSync(fd);
		if (size === 0) {
			try {
				write(fd, MAGIC, false);
			} catch (cause) {
				closeSync(fd);
				throw this.#unwritable(cause);
			}
			this.#length = MAGIC.length;
		}
		this.#fd = fd;
		return fd;
	}

	#durable(): boolean {
		this.#onDisk ??= !this.#directory.isInMemory();
		return this.#onDisk;
	}

	#replay(fd: number, take: Take): void {
		const bytes = bytesOf(fd);
		if (this.#length === 0) {
			if (!MAGIC.every((byte, i) => bytes[i] === byte)) this.#tornOrDamaged(bytes, 0);
			else this.#length = MAGIC.length;
		}
		while (this.#length < bytes.length) {
			const body = recordAt(bytes, this.#length);
			if (body === undefined) {
				this.#tornOrDamaged(bytes, this.#length);
				return;
			}
			const record = this.#decode(body);
			if (!take(record)) throw this.#damaged(this.#length);
			this.#length += HEAD + body.length;
			if ("checkpoint" in record) this.#rewritten = this.#length;
		}
	}

	/** An intact record need not be ours: actions that we would not have written are not run. */
	#decode(body: Uint8Array): JournalRecord {
		let record: JournalRecord;
		try {
			record = decodeRecord(body, this.#batchOf);
		} catch (cause) {
			throw this.#unusable("the record cannot be read; a newer version may have written it", cause);
		}
		const flaw = this.#flawOf(record);
		if (flaw !== undefined)
			throw this.#unusable(`it asks for something that umlnet-nl never does: ${flaw}`);
		return record;
	}

	/**
	 * If no record can be found in the rest of the file, a kill has torn it, and it is cut off. Anything else is damage.
	 */
	#tornOrDamaged(bytes: Uint8Array, at: number): void {
		const complete = at >= MAGIC.length && declaredEnd(bytes, at) <= bytes.length;
		for (let next = at + 1; !complete && next <= bytes.length - HEAD; next++)
			if (recordAt(bytes, next) !== undefined) throw this.#damaged(at);
		if (complete || (at === 0 && !isTornMagic(bytes))) throw this.#damaged(at);
		ftruncateSync(this.#fd as number, at);
		if (at === 0) writeSync(this.#fd as number, MAGIC);
		this.#length = Math.max(at, MAGIC.length);
	}

	#damaged(at: number): UmlnetError {
		return this.#refusal(`damaged at byte ${at}`);
	}

	#unusable(why: string, cause?: unknown): UmlnetError {
		return this.#refusal(`${why}, at byte ${this.#length}`, cause);
	}

	#refusal(why: string, cause?: unknown): UmlnetError {
		return new UmlnetError("ERR_JOURNAL", `${this.#path}: ${why}; nothing was changed`, {
			cause,
			hint: "inspect the host, then remove the file; umlnet-nl recover --strays removes what umlnet-nl has marked as its own",
		});
	}

	#unwritable(cause: unknown): UmlnetError {
		return new UmlnetError("ERR_JOURNAL", `${this.#path}: cannot be written`, {
			cause,
			hint: `is there room left? df ${this.#directory.path}`,
		});
	}
}

function bytesOf(fd: number): Uint8Array {
	const { size } = fstatSync(fd);
	const bytes = new Uint8Array(size);
	for (let at = 0; at < size; ) {
		const n = readSync(fd, bytes, at, size - at, at);
		if (n === 0) break;
		at += n;
	}
	return bytes;
}

/** A single write: after a kill the file has the whole record or a torn end, which is recognised and dropped. */
function write(fd: number, bytes: Uint8Array, durable: boolean): void {
	const written = writeSync(fd, bytes);
	if (written !== bytes.length) throw new Error(`${written} of ${bytes.length} bytes written`);
	if (durable) fsyncSync(fd);
}
