import { closeSync, openSync, readSync } from "node:fs";

/** Longer than any value below /proc that is read here: a sysctl has at most one page. */
const bytes = Buffer.allocUnsafe(8192);

/**
 * The contents of a small file below /proc, without the white space at its end. The file is opened, read once and
 * closed; `readFileSync` would also ask for its length, which is 0 below /proc, and read again until nothing more
 * comes.
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
