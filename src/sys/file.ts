import { statfsSync } from "node:fs";
import { constants } from "node:os";
import { bind, check, errno } from "./libc.js";

const LOCK_EX = 2; // asm-generic/fcntl.h
const LOCK_NB = 4;
const LOCK_UN = 8;
const TMPFS_MAGIC = 0x01021994; // linux/magic.h
const RAMFS_MAGIC = 0x858458f6;

const flock = bind<[number, number]>("flock", ["int", "int"]);

/** Take the exclusive lock of an open file if it is free. The kernel releases the lock when the process dies. */
export function tryLock(fd: number): boolean {
	for (;;) {
		if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
		const number = errno();
		if (number === constants.errno.EINTR) continue;
		if (number === constants.errno.EAGAIN) return false;
		check("flock", -1);
	}
}

/** Release the lock of an open file. */
export function unlock(fd: number): void {
	check("flock", flock(fd, LOCK_UN));
}

/** Whether a directory is on a file system that lives in memory, where fsync has no effect (statfs(2)). */
export function isInMemory(path: string): boolean {
	const { type } = statfsSync(path);
	return type === TMPFS_MAGIC || type >>> 0 === RAMFS_MAGIC;
}
