import { createHash } from "node:crypto";
import {
	closeSync,
	lstatSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	readSync,
} from "node:fs";
import { join } from "node:path";
import { IGNORED_VALUES } from "./ignored.js";

const ROOT = "/proc/sys/net";
const buffer = Buffer.alloc(16 * 1024);

/** Every value below /proc/sys/net of the calling thread's namespace, by its path below there. */
export function readValues(): Map<string, string> {
	const values = new Map<string, string>();
	collect("", values);
	return values;
}

function collect(directory: string, into: Map<string, string>): void {
	for (const entry of readdirSync(`${ROOT}/${directory}`, { withFileTypes: true })) {
		const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
		if (entry.isDirectory()) collect(path, into);
		else if (!IGNORED_VALUES.has(path)) into.set(path, readValue(path));
	}
}

/** A value, or why it cannot be read: some are write-only, and a secret that was never set answers EIO. */
function readValue(path: string): string {
	let fd: number | undefined;
	try {
		fd = openSync(`${ROOT}/${path}`, "r");
		return buffer.toString("latin1", 0, readSync(fd, buffer)).trimEnd();
	} catch (error) {
		return `(${(error as NodeJS.ErrnoException).code})`;
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}

/** Every file below a directory, with its mode and a hash of its contents. Empty if there is no such directory. */
export function readFiles(directory: string): Map<string, string> {
	const files = new Map<string, string>();
	if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return files;
	const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
	for (const name of names.sort()) {
		const path = join(directory, name);
		const stats = lstatSync(path);
		const mode = (stats.mode & 0o7777).toString(8);
		files.set(name, stats.isFile() ? `${mode} ${hash(path)}` : mode);
	}
	return files;
}

const hash = (path: string): string =>
	createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);

/** The open descriptors of this process: the path of each, or the inode number of a socket. */
export function readDescriptors(): Map<string, string> {
	const descriptors = readdirSync("/proc/self/fd").flatMap((fd) => {
		try {
			return [[fd, readlinkSync(`/proc/self/fd/${fd}`)] as const];
		} catch {
			// This is the descriptor that lists the others, which is closed by now.
			return [];
		}
	});
	return new Map(descriptors);
}
