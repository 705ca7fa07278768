import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The names in a directory, in order; empty if there is no such directory. */
export function namesIn(path: string): readonly string[] {
	try {
		return readdirSync(path).sort();
	} catch (error) {
		if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
		throw error;
	}
}

/** What `read` says of a process; undefined if that has ended meanwhile, or belongs to another user. */
function ifReadable(read: () => string): string | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}

/**
 * The processes with this name in the network namespace of this thread. Those of other namespaces, like a manager of
 * interfaces in a container, have nothing to do with our interfaces. Where a process is in may not be read of other
 * users' processes: they count.
 */
export function processesNamed(name: string): readonly number[] {
	const own = readlinkSync("/proc/thread-self/ns/net");
	return namesIn("/proc")
		.filter((entry) => /^\d+$/.test(entry))
		.filter((pid) => ifReadable(() => readFileSync(`/proc/${pid}/comm`, "latin1")) === `${name}\n`)
		.filter((pid) => (ifReadable(() => readlinkSync(`/proc/${pid}/ns/net`)) ?? own) === own)
		.map(Number);
}
