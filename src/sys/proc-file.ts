import { closeSync, openSync, readSync } from "node:fs";

/** Longer than any value below /proc that is read with this: a sysctl handler has one page at most. */
const bytes = Buffer.allocUnsafe(8192);

/**
 * The contents of a small file below /proc, without the white space at its end: opened, read once and closed.
 * `readFileSync` asks for its length besides, which is 0 there, and reads until nothing comes any more.
 * @throws an error of node:fs
 */
export function readProcFile(path: string): string {
	const fd = openSync(path, "r");
	try {
		return bytes.toString("latin1", 0, readSync(fd, bytes, 0, bytes.length, 0)).trimEnd();
	} finally {
		closeSync(fd);
	}
}
