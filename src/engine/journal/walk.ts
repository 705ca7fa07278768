import { closeSync, mkdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { UmlnetError } from "../../sys/error.js";
import { at, called, type Handle, hold, isOneOf, using } from "../../sys/openat.js";

/** The kernel follows as many symbolic links in one path (MAXSYMLINKS, linux/namei.h). */
const LINKS = 40;
/**
 * The state directory and the directory of the namespace in it must be strict: only above them symbolic links and
 * sticky directories are accepted.
 */
const STRICT = 2;
/**
 * If somebody removes directories while we walk, it is tried again. After this many tries it is reported, because in
 * some places, such as /proc, nobody can create anything.
 */
const TRIES = 8;

/**
 * Open the directory of a namespace below a state directory. Each directory of the path is opened relative to the one
 * before and checked after it is opened, so it does not matter what happens to the path later. With `make`, missing
 * directories are created.
 * @throws UmlnetError ERR_PERMISSION if somebody else could write to it, or replace it by another one
 */
export function walk(path: string, make: boolean): number | undefined {
	for (let tries = 1; ; tries++) {
		try {
			return new Walk(path).toTheEnd(make);
		} catch (error) {
			if (!isOneOf(error, "ENOENT") || tries === TRIES) throw error;
		}
	}
}

class Walk {
	readonly #stateDir: string;
	readonly #way: string[];
	#here = root();
	#seen = "/";
	#links = 0;
	/** In a user namespace: the user id of the root directory, if it is that of unknown users. */
	readonly #hostRoot: number | undefined;

	constructor(path: string) {
		this.#stateDir = dirname(path);
		this.#way = path.split("/").filter(isName);
		this.#hostRoot = hostRootOf(this.#here.stats);
	}

	toTheEnd(make: boolean): number | undefined {
		try {
			this.#check();
			for (;;) {
				const name = this.#way.shift();
				if (name === undefined) return this.#here.fd;
				const path = join(this.#seen, name);
				const next = called(path, () => this.#find(name, make));
				if (next === undefined) {
					closeSync(this.#here.fd);
					return undefined;
				}
				if (next.stats.isSymbolicLink()) using(next, () => this.#follow(name, next.stats.uid));
				else this.#step(next, path);
			}
		} catch (error) {
			closeSync(this.#here.fd);
			throw error;
		}
	}

	#find(name: string, make: boolean): Handle | undefined {
		const path = at(this.#here.fd, name);
		const found = hold(path);
		if (found !== undefined || !make) return found;
		try {
			mkdirSync(path, this.#way.length === 0 ? 0o700 : 0o755);
		} catch (error) {
			if (!isOneOf(error, "EEXIST")) throw error;
		}
		// If it exists by now, its owner is checked like that of any other directory.
		return hold(path) ?? this.#find(name, make);
	}

	#step(next: Handle, path: string): void {
		closeSync(this.#here.fd);
		this.#here = next;
		this.#seen = path;
		this.#check();
	}

	/**
	 * A symbolic link in a directory that only root and we can write to is as safe as a directory: its owner could have
	 * made one.
	 */
	#follow(name: string, uid: number): void {
		const path = join(this.#seen, name);
		if (this.#isStrict) throw unsafe(path, "is a symbolic link");
		if (!this.#isTrusted(uid))
			throw this.#below(path, `is a symbolic link that belongs to uid ${uid}`);
		if (++this.#links > LINKS)
			throw this.#below(path, "is one symbolic link too many: 40 are followed");
		const target = readlinkSync(at(this.#here.fd, name));
		this.#way.unshift(...target.split("/").filter(isName));
		if (target.startsWith("/")) this.#step(root(), "/");
	}

	#check(): void {
		const flaw = flawOf(this.#here.stats, this.#isStrict, (uid) => this.#isTrusted(uid));
		if (flaw === undefined) return;
		throw this.#isStrict ? unsafe(this.#seen, flaw) : this.#below(this.#seen, flaw);
	}

	#below = (path: string, flaw: string): UmlnetError =>
		unsafe(this.#stateDir, `is below ${path}, which ${flaw}`);

	get #isStrict(): boolean {
		return this.#way.length < STRICT;
	}

	#isTrusted(uid: number): boolean {
		return isTrusted(uid) || (!this.#isStrict && uid === this.#hostRoot);
	}
}

const isName = (part: string): boolean => part !== "" && part !== ".";

function root(): Handle {
	const handle = hold("/");
	if (handle === undefined) throw new UmlnetError("ERR_INTERNAL", "there is no root directory");
	return handle;
}

const isTrusted = (uid: number): boolean => uid === 0 || uid === process.geteuid?.();

/**
 * In a user namespace without the host's root, directories of the host's root appear under the id for unknown users
 * (user_namespaces(7)). Whoever owns the root directory must be trusted, and cannot be told apart from other unknown
 * users.
 */
function hostRootOf({ uid }: Stats): number | undefined {
	if (isTrusted(uid)) return undefined;
	const overflow = Number(readFileSync("/proc/sys/kernel/overflowuid", "latin1"));
	return uid === overflow ? uid : undefined;
}

/**
 * Why others could write to a directory or rename what is in it. With `strict` the sticky bit does not make that
 * acceptable.
 */
function flawOf(
	stats: Stats,
	strict: boolean,
	isOwner: (uid: number) => boolean,
): string | undefined {
	if (!stats.isDirectory()) return "is not a directory";
	if (!isOwner(stats.uid)) return `belongs to uid ${stats.uid}`;
	// In a sticky directory everybody can rename and remove only their own files, and the next directory is checked to be
	// root's or ours.
	if (!strict && (stats.mode & 0o1000) !== 0) return undefined;
	return writableFor(stats);
}

function writableFor({ mode }: Stats): string | undefined {
	if ((mode & 0o002) !== 0) return "is writable for others";
	return (mode & 0o020) === 0 ? undefined : "is writable for its group";
}

/** Why a file of a state directory may be written by others. */
export function fileFlaw(stats: Stats): string | undefined {
	if (stats.isSymbolicLink()) return "is a symbolic link";
	if (!stats.isFile()) return "is not a regular file";
	if (!isTrusted(stats.uid)) return `belongs to uid ${stats.uid}`;
	if (stats.nlink > 1) return "has another name as well (a hard link)";
	return writableFor(stats);
}

/** The error for a path where the journal should be and which is not safe. */
export const unsafe = (path: string, flaw: string): UmlnetError =>
	new UmlnetError("ERR_PERMISSION", `state directory ${path} ${flaw}`, {
		hint: "give a directory that only root can write: --state-dir, or UMLNET_STATE_DIR",
	});
