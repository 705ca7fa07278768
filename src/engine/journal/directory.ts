import { closeSync, constants, fstatSync, openSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UmlnetError } from "../../sys/error.js";
import { isInMemory } from "../../sys/file.js";
import { at, called, type Handle, hold, isOneOf, pathOf, using } from "../../sys/openat.js";
import { fileFlaw, walk } from "./walk.js";

const FILES = ["journal", "journal.new", "turn", "lock"];
/** Others make and remove the directory while we open a file in it; it does not happen so often in a row. */
const TRIES = 100;

/**
 * The directory that keeps the journal of one namespace. What it holds says what we may delete on this host, so it must
 * be nobody else's to write, nor to put another in its place. It is held open: all that is in it is found through the
 * open directory, and each file is looked at before it is opened.
 */
export class StateDirectory {
	/** As people know it. */
	readonly path: string;
	#fd: number | undefined;

	/** `name` says of which namespace it is. Nothing is made yet. @throws UmlnetError ERR_PERMISSION where it is not safe */
	constructor(stateDir: string, name: string) {
		this.path = join(resolve(stateDir), name);
		this.#open(false);
	}

	/** Whether it is there. It is not made for that. @throws UmlnetError ERR_PERMISSION */
	isThere(): boolean {
		return this.#open(false) !== undefined;
	}

	/** Whether it lives in memory, so that there is nothing to sync. */
	isInMemory(): boolean {
		return isInMemory(pathOf(this.#open(true)));
	}

	/**
	 * Open a file of it, to read and to append to. Where there is none it is made, with the directory, or not.
	 * @throws UmlnetError ERR_PERMISSION where it is no plain file, or somebody else can write it
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
			// It came or went this very moment, or its directory did.
		}
		throw new UmlnetError("ERR_SYSTEM", `${path} comes and goes too often to be opened`);
	}

	/** Put a new file in the place of an old one, once it is written. @throws what `write` throws, and file errors */
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

	/** Remove it with all that is ours in it. What is not stays, and the directory with it. */
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

	/** One that was removed is not the one of that name any more: whoever took the last tap down took it along. */
	#open(make: true): number;
	#open(make: false): number | undefined;
	#open(make: boolean): number | undefined {
		if (this.#fd !== undefined && fstatSync(this.#fd).nlink === 0) this.close();
		this.#fd ??= walk(this.path, make);
		return this.#fd;
	}

	/** The file that was looked at; undefined where it was removed since. */
	#reopen(name: string, { fd, stats }: Handle): number | undefined {
		const flaw = fileFlaw(stats);
		if (flaw !== undefined)
			throw new UmlnetError("ERR_PERMISSION", `${join(this.path, name)} ${flaw}`, {
				hint: "nobody but us has any business there: find out who made it, then remove it",
			});
		if (stats.nlink === 0) return undefined;
		const { O_APPEND, O_NONBLOCK, O_RDWR } = constants;
		return openSync(pathOf(fd), O_RDWR | O_APPEND | O_NONBLOCK);
	}
}

/** Make a file that is not there; undefined where it is by now, or its directory is not. */
function create(path: string): number | undefined {
	try {
		return openSync(path, "ax+", 0o600);
	} catch (error) {
		if (isOneOf(error, "EEXIST", "ENOENT")) return undefined;
		throw error;
	}
}

/** Remove what may be there; where that is not possible, it is in nobody's way. */
function discard(path: string): void {
	try {
		rmSync(path, { force: true });
	} catch {}
}
