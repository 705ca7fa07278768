import {
	accessSync,
	closeSync,
	constants,
	fstatSync,
	openSync,
	renameSync,
	rmdirSync,
	rmSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { UmlnetError } from "../../sys/error.js";
import { isInMemory } from "../../sys/file.js";
import { at, called, type Handle, hold, isOneOf, pathOf, using } from "../../sys/openat.js";
import { fileFlaw, walk } from "./walk.js";

const FILES = ["journal", "journal.new", "turn", "lock"];
/** Other processes may create and remove the directory while we open a file in it, but not this often in a row. */
const TRIES = 100;

/**
 * The directory that contains the journal of one namespace. The journal says what we may delete on this host, so nobody
 * else may be able to write to the directory or to replace it. It is held open: its files are opened relative to the
 * open directory, and each is checked before it is opened.
 */
export class StateDirectory {
	/** The path as the user knows it. */
	readonly path: string;
	#fd: number | undefined;

	/**
	 * `name` identifies the namespace. Nothing is created yet. @throws UmlnetError ERR_PERMISSION if the directory is not
	 * safe
	 */
	constructor(stateDir: string, name: string) {
		this.path = join(resolve(stateDir), name);
		this.#open(false);
	}

	/** Whether the directory exists; it is not created. @throws UmlnetError ERR_PERMISSION */
	isThere(): boolean {
		return this.#open(false) !== undefined;
	}

	/** Whether this process may read its contents. A directory that does not exist has none that it may not read. */
	isReadable(): boolean {
		const directory = this.#open(false);
		if (directory === undefined) return true;
		try {
			accessSync(pathOf(directory), constants.R_OK | constants.X_OK);
			return true;
		} catch {
			return false;
		}
	}

	/** Whether it is on a file system in memory, so that there is nothing to sync. */
	isInMemory(): boolean {
		return isInMemory(pathOf(this.#open(true)));
	}

	/**
	 * Open a file of the directory for reading and appending. With `make`, a missing file and the directory are created.
	 * @throws UmlnetError ERR_PERMISSION if it is not a regular file, or others can write to it
	 */
	openFile(name: string, make: true): number;
	openFile(name: string, make: false): number | undefined;
	openFile(name: string, make: boolean): number | undefined {
		const path = join(this.path, name);
		for (let tries = 0; tries < TRIES; tries++) {
			const directory = make ? this.#open(true) : this.#open(false);
			if (directory === undefined) return undefined;
			const fd = called(path, () => {
				const handle = hold(at(directory, name));
				if (handle !== undefined) return using(handle, () => this.#reopen(name, handle));
				return make ? create(at(directory, name)) : null;
			});
			if (fd === null) return undefined;
			if (fd !== undefined) return fd;
			// The file or its directory was created or removed at this very moment.
		}
		throw new UmlnetError("ERR_SYSTEM", `${path} is created and removed too often to be opened`);
	}

	/** Replace an old file by a new one once that is written. @throws what `write` throws, and errors of file calls */
	replaceFile(name: string, write: (fd: number) => void): number {
		const directory = this.#open(true);
		const draft = at(directory, `${name}.new`);
		rmSync(draft, { force: true });
		const fd = openSync(draft, "ax+", 0o600);
		try {
			write(fd);
			renameSync(draft, at(directory, name));
			return fd;
		} catch (error) {
			closeSync(fd);
			discard(draft);
			throw error;
		}
	}

	removeFile(name: string): void {
		const directory = this.#fd;
		if (directory === undefined) return;
		called(join(this.path, name), () => rmSync(at(directory, name), { force: true }));
	}

	/** Remove the directory with all our files in it. If it contains other files, they and the directory stay. */
	remove(): void {
		const directory = this.#open(false);
		if (directory === undefined) return;
		for (const name of FILES) this.removeFile(name);
		try {
			called(this.path, () => rmdirSync(at(directory, `../${basename(this.path)}`)));
		} catch (error) {
			if (!isOneOf(error, "ENOTEMPTY", "ENOENT")) throw error;
		}
	}

	close(): void {
		if (this.#fd !== undefined) closeSync(this.#fd);
		this.#fd = undefined;
	}

	/**
	 * If the open directory was removed, with the last tap, another one may have its name by now, which must be opened.
	 */
	#open(make: true): number;
	#open(make: false): number | undefined;
	#open(make: boolean): number | undefined {
		if (this.#fd !== undefined && fstatSync(this.#fd).nlink === 0) this.close();
		this.#fd ??= walk(this.path, make);
		return this.#fd;
	}

	/** Open the file that was checked; undefined if it was removed in the meantime. */
	#reopen(name: string, { fd, stats }: Handle): number | undefined {
		const flaw = fileFlaw(stats);
		if (flaw !== undefined)
			throw new UmlnetError("ERR_PERMISSION", `${join(this.path, name)} ${flaw}`, {
				hint: "only umlnet-nl keeps files there: find out who made it, then remove it",
			});
		if (stats.nlink === 0) return undefined;
		const { O_APPEND, O_NONBLOCK, O_RDWR } = constants;
		return openSync(pathOf(fd), O_RDWR | O_APPEND | O_NONBLOCK);
	}
}

/** Create a file; undefined if it exists by now, or its directory does not. */
function create(path: string): number | undefined {
	try {
		return openSync(path, "ax+", 0o600);
	} catch (error) {
		if (isOneOf(error, "EEXIST", "ENOENT")) return undefined;
		throw error;
	}
}

/** Remove a file if it exists. A failure does no harm. */
function discard(path: string): void {
	try {
		rmSync(path, { force: true });
	} catch {}
}
