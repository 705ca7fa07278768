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

/** All processes by their names, which are the same for all who ask. */
export function readProcesses(): ReadonlyMap<string, readonly string[]> {
	const found = new Map<string, string[]>();
	for (const pid of namesIn("/proc").filter((entry) => /^\d+$/.test(entry))) {
		const name = ifReadable(() => readFileSync(`/proc/${pid}/comm`, "latin1"))?.trimEnd() ?? "";
		found.set(name, [...(found.get(name) ?? []), pid]);
	}
	return found;
}

/** Undefined if it may not be read; empty if the process has ended, though its parent has not asked for it yet. */
function namespaceOf(pid: string): string | undefined {
	try {
		return readlinkSync(`/proc/${pid}/ns/net`);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		return code === "EACCES" || code === "EPERM" ? undefined : "";
	}
}

/**
 * The processes with this name in the network namespace of this thread. Those of other namespaces, like a manager of
 * interfaces in a container, have nothing to do with our interfaces. Where a process is in may not be read of other
 * users' processes: they count.
 */
export function processesNamed(name: string, all = readProcesses()): readonly number[] {
	const own = readlinkSync("/proc/thread-self/ns/net");
	return (all.get(name) ?? []).filter((pid) => (namespaceOf(pid) ?? own) === own).map(Number);
}
