/**
 * Access to files below an open directory, as by openat(2): what happens to the path of the directory in the meantime
 * makes no difference. Node takes paths only, and a path below /proc/self/fd begins at the open file itself (proc(5)).
 */
import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";

/** Node does not name this flag. It is the same on all architectures that we run on (asm-generic/fcntl.h). */
export const O_PATH = 0o10000000;

/** The path of a name below an open directory, for calls that take a path. */
export const at = (directory: number, name: string): string => `${pathOf(directory)}/${name}`;

/** The path of an open file, or of an open directory. */
export const pathOf = (fd: number): string => `/proc/self/fd/${fd}`;

/** A file that is opened with O_PATH, only to inspect it: that never blocks and never triggers a device. */
export interface Handle {
	readonly fd: number;
	readonly stats: Stats;
}

/**
 * Open what is at a path with O_PATH, a symbolic link itself and not its target. Undefined if nothing is there. @throws
 * what open(2) says
 */
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

/** Work with an open file and close it afterwards. */
export function using<T>({ fd }: Handle, work: () => T): T {
	try {
		return work();
	} finally {
		closeSync(fd);
	}
}

/** Make errors of file calls name the path that the user knows, and not the one below /proc. */
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

/** Whether an error of a file call has one of these errnos. */
export const isOneOf = (error: unknown, ...errnos: readonly string[]): boolean =>
	errnos.includes((error as NodeJS.ErrnoException).code ?? "");
