import { closeSync, fstatSync, fsyncSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { deletedLink, type Identity } from "../../kernel/action.js";
import { UmlnetError } from "../../sys/error.js";
import { type Delta, State } from "../state.js";
import type { StateDirectory } from "./directory.js";
import { declaredEnd, frame, HEAD, isTornMagic, MAGIC, recordAt } from "./frame.js";
import {
	decodeRecord,
	type JournalRecord,
	type ProvisionalRecord,
	type StepRecord,
} from "./record.js";
import { encodeRecord } from "./record-writer.js";

/** A transaction that can still be undone: it is being done, its process was killed, or could not undo all. */
export interface Unfinished {
	readonly transaction: string;
	readonly command: string;
	/** What undoes it, in the order of the steps. */
	readonly undo: readonly StepRecord[];
	/** It is all there, and waits to be confirmed. */
	readonly provisional?: ProvisionalRecord;
}

/** How a provisional transaction ended, and what had been asked for. */
export interface ConfirmOutcome {
	readonly transaction: string;
	readonly command: string;
	/** False where it was rolled back. */
	readonly confirmed: boolean;
}

/** A committed transaction some of whose links are still to be deleted: that cannot be undone, only finished. */
export interface PendingDeletes {
	readonly transaction: string;
	readonly command: string;
	/** Deletes a link each. */
	readonly steps: readonly StepRecord[];
}

/** The links that are to be deleted. */
export const linksOf = ({ steps }: PendingDeletes): Identity[] =>
	steps.flatMap(({ actions }) => actions.flatMap((action) => deletedLink(action) ?? []));

// A journal is rewritten when it is big and has grown fourfold since it was last: the cost is amortised.
const COMPACT_BYTES = 1024 * 1024;

const FILE = "journal";

/**
 * The one file that says what is ours in a namespace and what was about to happen. Appended to under the lock;
 * read on from where this process last stopped. Network state dies with the boot, so the file must survive
 * a killed process, not a power cut; on a disk it is synced all the same.
 */
export class Journal {
	state = new State();
	unfinished: Unfinished | undefined;
	/** Of the last provisional transaction. It outlives the file, for the process that waits for it must learn it. */
	confirmOutcome: ConfirmOutcome | undefined;
	/** By transaction. To run them twice, or in two processes at once, does no harm. */
	readonly pendingDeletes = new Map<string, PendingDeletes>();
	readonly #path: string;
	readonly #directory: StateDirectory;
	#onDisk: boolean | undefined;
	#fd: number | undefined;
	#length = 0;
	#checkpoint = 0;
	/** The state without the open transaction, while that is provisional. */
	#before: State | undefined;

	constructor(directory: StateDirectory) {
		this.#directory = directory;
		this.#path = join(directory.path, FILE);
	}

	/** Take in what other processes wrote since. Call with the lock held. @throws UmlnetError ERR_JOURNAL */
	refresh(): void {
		if (this.#fd !== undefined) {
			const { nlink, size } = fstatSync(this.#fd);
			// The file was written anew, or is gone: then it is no longer the one of that name.
			if (nlink === 0 || size < this.#length) {
				if (this.unfinished?.provisional !== undefined) this.#readToTheEnd();
				this.#reset();
			} else {
				if (size > this.#length) this.#replay(size);
				return;
			}
		}
		const fd = this.#directory.openFile(FILE, false);
		if (fd === undefined) return;
		this.#start(fd);
		this.#replay(fstatSync(fd).size);
	}

	/** Write down how to undo what is about to be done. @throws UmlnetError ERR_JOURNAL, as all that write */
	begin(transaction: string, command: string, undo: readonly StepRecord[]): void {
		// The undo of what is unfinished would be lost.
		if (this.unfinished !== undefined)
			throw new UmlnetError("ERR_JOURNAL", `${this.unfinished.command} is still half done`, {
				hint: "umlnet-nl recover finishes it",
			});
		this.#append({ begin: { transaction, command, steps: undo } });
	}

	/** The open transaction stands, but only until the deadline unless somebody confirms it. */
	provisional(record: ProvisionalRecord): void {
		this.#append({ provisional: record });
	}

	/** Nobody confirmed the open transaction: from now on it is one to undo. */
	expire(transaction: string): void {
		this.#append({ expire: { transaction } });
	}

	/** The open transaction stands. Where deletes are pending they will be run, whoever does it; others may begin. */
	commit(transaction: string, delta: Delta, pending: readonly StepRecord[] = []): void {
		if (pending.length > 0) this.#append({ commit: { transaction, steps: pending, delta } });
		else this.#end(transaction, delta);
	}

	/** The pending deletes of a transaction have been run. */
	end(transaction: string): void {
		this.#end(transaction);
	}

	#end(transaction: string, delta?: Delta): void {
		this.#append({ end: { transaction, delta } });
		// Compacting keeps the state alone: the undo of an unfinished transaction would be lost.
		if (this.unfinished !== undefined) return;
		if (this.#length > Math.max(COMPACT_BYTES, 4 * this.#checkpoint)) this.#compact();
	}

	/** The transaction was undone. */
	abort(transaction: string): void {
		this.#append({ abort: { transaction } });
	}

	/** Every transaction has come to its end. */
	get isSettled(): boolean {
		return this.unfinished === undefined && this.pendingDeletes.size === 0;
	}

	/** Nothing is ours any more and nothing is unfinished: the file can go. */
	get isEmpty(): boolean {
		return this.isSettled && this.state.taps.size === 0 && this.state.entries.size === 0;
	}

	remove(): void {
		this.#directory.removeFile(FILE);
		this.#reset();
	}

	close(): void {
		this.#reset();
	}

	/** The file has another in its place, or none: how the provisional transaction ended stands at the end of the old one. */
	#readToTheEnd(): void {
		if (this.#fd !== undefined) this.#replay(fstatSync(this.#fd).size);
	}

	#reset(): void {
		if (this.#fd !== undefined) closeSync(this.#fd);
		this.#fd = undefined;
		this.#length = 0;
		this.#checkpoint = 0;
		this.state = new State();
		this.unfinished = undefined;
		this.#before = undefined;
		this.pendingDeletes.clear();
	}

	/** Go on with this file, and begin it where it is empty. */
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

	#unwritable(cause: unknown): UmlnetError {
		return new UmlnetError("ERR_JOURNAL", `${this.#path}: cannot be written`, {
			cause,
			hint: `is there room left? df ${this.#directory.path}`,
		});
	}

	#durable(): boolean {
		this.#onDisk ??= !this.#directory.isInMemory();
		return this.#onDisk;
	}

	#append(record: JournalRecord): void {
		const fd = this.#fd ?? this.#start(this.#directory.openFile(FILE, true));
		const bytes = frame(encodeRecord(record), this.#length);
		try {
			write(fd, bytes, this.#durable());
		} catch (cause) {
			ftruncateSync(fd, this.#length);
			throw this.#unwritable(cause);
		}
		this.#length += bytes.length;
		this.#fold(record);
	}

	#replay(size: number): void {
		const fd = this.#fd as number;
		const bytes = new Uint8Array(size);
		for (let at = 0; at < size; ) {
			const n = readSync(fd, bytes, at, size - at, at);
			if (n === 0) break;
			at += n;
		}
		if (this.#length === 0) {
			if (!MAGIC.every((byte, i) => bytes[i] === byte)) this.#tornOrDamaged(bytes, 0);
			else this.#length = MAGIC.length;
		}
		while (this.#length < size) {
			const body = recordAt(bytes, this.#length);
			if (body === undefined) {
				this.#tornOrDamaged(bytes, this.#length);
				return;
			}
			const record = decodeRecord(body);
			if (!this.#follows(record)) throw this.#damaged(this.#length);
			this.#fold(record);
			this.#length += HEAD + body.length;
			if ("checkpoint" in record) this.#checkpoint = this.#length;
		}
	}

	/** A tail in which no record can be found was torn by a kill and is cut off; anything else is damage. */
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
		return new UmlnetError(
			"ERR_JOURNAL",
			`${this.#path}: damaged at byte ${at}; nothing was touched`,
			{
				hint: "what it described cannot be proven ours any more: inspect the host, then remove the file",
			},
		);
	}

	/** Whether a record can stand here: a transaction is committed, or undone, before the next one begins. */
	#follows(record: JournalRecord): boolean {
		if ("checkpoint" in record) return this.#length === MAGIC.length;
		if ("begin" in record) return this.unfinished === undefined;
		const isProvisional = this.unfinished?.provisional !== undefined;
		const isOpen = transactionOf(record) === this.unfinished?.transaction;
		if ("provisional" in record) return isOpen && !isProvisional;
		if ("expire" in record) return isOpen && isProvisional;
		if ("abort" in record) return isOpen && !isProvisional;
		return isOpen || ("end" in record && this.pendingDeletes.has(record.end.transaction));
	}

	#fold(record: JournalRecord): void {
		if ("begin" in record) {
			const { transaction, command, steps } = record.begin;
			this.unfinished = { transaction, command, undo: steps };
		} else if ("provisional" in record) this.#put(record.provisional);
		else if ("expire" in record) this.#settle(false);
		else if ("commit" in record) {
			const { transaction, steps, delta } = record.commit;
			const command = this.unfinished?.command ?? "";
			this.#close(delta);
			this.pendingDeletes.set(transaction, { transaction, command, steps });
		} else if ("end" in record) {
			const { transaction, delta } = record.end;
			if (!this.pendingDeletes.delete(transaction)) this.#close(delta);
			else if (delta !== undefined) this.state.apply(delta);
		} else if ("abort" in record) this.unfinished = undefined;
		else this.state.apply(record.checkpoint);
	}

	/** The open transaction stands. */
	#close(delta: Delta | undefined): void {
		if (this.unfinished?.provisional !== undefined) this.#settle(true);
		if (delta !== undefined) this.state.apply(delta);
		this.unfinished = undefined;
	}

	/** The open transaction is provisional. */
	#put(provisional: ProvisionalRecord): void {
		if (this.unfinished === undefined) return;
		this.unfinished = { ...this.unfinished, provisional };
		this.#before = this.state;
		this.state = this.state.with(provisional.delta);
	}

	/** The open transaction is provisional no longer: it is confirmed, or to be undone. */
	#settle(confirmed: boolean): void {
		if (this.unfinished === undefined) return;
		const { transaction, command, undo } = this.unfinished;
		this.confirmOutcome = { transaction, command, confirmed };
		this.unfinished = { transaction, command, undo };
		if (!confirmed && this.#before !== undefined) this.state = this.#before;
		this.#before = undefined;
	}

	/**
	 * Write the state as one record into a new file, followed by the pending deletes, and put that in the place of the
	 * old one. Where that fails, the old one is as good.
	 */
	#compact(): void {
		const records: JournalRecord[] = [{ checkpoint: this.state.toDelta() }];
		for (const { transaction, command, steps } of this.pendingDeletes.values())
			records.push(
				{ begin: { transaction, command, steps: [] } },
				{ commit: { transaction, steps, delta: { put: [], drop: [], up: [], down: [] } } },
			);
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
			return;
		}
		this.#length = length;
		this.#checkpoint = length;
	}
}

/** What transactions need of a journal: what is so, what is open, and where to write what happens. */
export type Ledger = Pick<
	Journal,
	| "state"
	| "unfinished"
	| "confirmOutcome"
	| "pendingDeletes"
	| "begin"
	| "provisional"
	| "expire"
	| "commit"
	| "end"
	| "abort"
>;

const transactionOf = (record: JournalRecord): string | undefined =>
	(Object.values(record) as { readonly transaction: string }[])[0]?.transaction;

/** One write: a killed process leaves all of a record or a torn tail, which is recognised and dropped. */
function write(fd: number, bytes: Uint8Array, durable: boolean): void {
	const written = writeSync(fd, bytes);
	if (written !== bytes.length) throw new Error(`${written} of ${bytes.length} bytes written`);
	if (durable) fsyncSync(fd);
}
