/**
 * Files below an open directory, as openat(2) finds them: what becomes of the directory's own path meanwhile changes
 * nothing. Node takes paths only; those below /proc/self/fd begin at the open file itself (proc(5)).
 */
import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";

/** Only take hold of it: the same on all architectures we run on (asm-generic/fcntl.h); Node does not name it. */
export const O_PATH = 0o10000000;

/** What a name below an open directory is called, for any call that takes a path. */
export const at = (directory: number, name: string): string => `${pathOf(directory)}/${name}`;

/** The open file itself, or where an open directory is. */
export const pathOf = (fd: number): string => `/proc/self/fd/${fd}`;

/** A file that was opened only to be looked at: nothing waits for it, and no device notices. */
export interface Handle {
	readonly fd: number;
	readonly stats: Stats;
}

/** Take hold of whatever is at a path, a symbolic link as itself; undefined where nothing is. @throws what open(2) says */
export function hold(path: string): Handle | undefined {
	let fd: number;
	try {
		fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
	} catch (error) {
		if (isOneOf(error, "ENOENT")) return undefined;
		throw error;
	}
	try {
		return { fd, stats: fstatSync(fd) };
	} catch (error) {
		closeSync(fd);
		throw error;
	}
}

/** Do something with what is held, and let go of it. */
export function using<T>({ fd }: Handle, work: () => T): T {
	try {
		return work();
	} finally {
		closeSync(fd);
	}
}

/** Have errors of file calls name the path that people know, and not the one below /proc. */
export function called<T>(path: string, act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (error instanceof Error && "path" in error && typeof error.path === "string") {
			error.message = error.message.replace(error.path, path);
			error.path = path;
		}
		throw error;
	}
}

/** Whether a call failed with one of these errnos. */
export const isOneOf = (error: unknown, ...errnos: readonly string[]): boolean =>
	errnos.includes((error as NodeJS.ErrnoException).code ?? "");
