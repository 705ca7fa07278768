import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** Names a process for as long as this host is up: ids are used again, start times with them are not. */
export const processId = (pid: number | "self" = "self"): string => {
	// The command in parentheses may hold anything, parentheses too (proc(5) /proc/pid/stat).
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return `${stat.slice(0, stat.indexOf(" "))}-${fields[19]}`;
};

/** Names the calling thread among those that live: the kernel's id of it, which takes no module to learn. */
export const threadId = (): string => basename(readlinkSync("/proc/thread-self"));

/** Whether the process still runs that something belongs to: its id, and what may follow behind a dash. */
export function isAlive(id: string): boolean {
	try {
		const process = processId(Number(id.split("-")[0]));
		return id === process || id.startsWith(`${process}-`);
	} catch {
		return false;
	}
}
