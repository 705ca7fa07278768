/** The minimal journal: a lock that other processes can see, the undo before anything is done, and then the result. */
import { join } from "node:path";
import { sys } from "../library.js";
import type { Send } from "./floor_messages.js";

const O_RDWR_CREAT_CLOEXEC = 0o2000102; // asm-generic/fcntl.h
const LOCK_EX = 2;
const LOCK_UN = 8;
/** From this length on the file is overwritten from its beginning, so that neither it nor memory grows for ever. */
const LENGTH = 1 << 20;
/** The size of the record of a guest that is up: its name, its index, its address. */
const STANDING = 64;

const { bind, check } = await sys();
const open = bind<[Uint8Array, number, number]>("open", ["void *", "int", "uint"]);
const flock = bind<[number, number]>("flock", ["int", "int"]);
const write = bind<[number, Uint8Array, number, number]>(
	"pwrite",
	["int", "void *", "ulong", "long"],
	"long",
);

export class Journal {
	readonly #lock: number;
	readonly #file: number;
	readonly #record = Buffer.alloc(1 << 18);
	#length = 0;
	#at = 0;

	constructor(folder: string) {
		const file = (name: string): number =>
			check("open", open(Buffer.from(`${join(folder, name)}\0`), O_RDWR_CREAT_CLOEXEC, 0o600));
		this.#lock = file("lock");
		this.#file = file("journal");
	}

	/** Record the messages that undo what is about to be done. */
	begin(...undo: readonly Send[]): void {
		check("flock", flock(this.#lock, LOCK_EX));
		for (const { bytes, length } of undo)
			this.#length += bytes.copy(this.#record, this.#length, 0, length);
		this.#write();
	}

	/** Record that this many guests are complete. */
	end(guests: number): void {
		this.#length = STANDING * guests;
		this.#write();
		check("flock", flock(this.#lock, LOCK_UN));
	}

	#write(): void {
		if (this.#at + this.#length > LENGTH) this.#at = 0;
		check("pwrite", write(this.#file, this.#record, this.#length, this.#at));
		this.#at += this.#length;
		this.#length = 0;
	}
}
