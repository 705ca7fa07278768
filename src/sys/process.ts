import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/**
 * Identifies a process until the host reboots. Process ids are used again, but not together with the same start time.
 */
export const processId = (pid: number | "self" = "self"): string => {
	// The command in parentheses may contain anything, even parentheses (proc(5), /proc/pid/stat).
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return `${stat.slice(0, stat.indexOf(" "))}-${fields[19]}`;
};

/** The environment and the parent of a process, as far as they can be read. */
export interface Ancestor {
	readonly parent: number;
	/** Entries `NAME=value`; empty if the process belongs to another user. */
	readonly environment: readonly string[];
}

/** An ancestor of this process; undefined if there is none, or none that is visible. */
export function readAncestor(pid: number): Ancestor | undefined {
	const read = (name: string): string => readFileSync(`/proc/${pid}/${name}`, "latin1");
	try {
		const stat = read("stat");
		const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
		return { parent, environment: environmentOf(() => read("environ")) };
	} catch {
		return undefined;
	}
}

function environmentOf(read: () => string): readonly string[] {
	try {
		return read().split("\0");
	} catch {
		return [];
	}
}

/**
 * Whether signals of the terminal are sent to this process: it is in the foreground process group of its session (tpgid
 * and pgrp in proc(5)).
 */
export function isInForeground(): boolean {
	const stat = readFileSync("/proc/self/stat", "latin1");
	const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return group === foreground;
}

/** Identifies the calling thread among all that run, by the kernel's thread id. Reading it needs no module of Node. */
export const threadId = (): string => basename(readlinkSync("/proc/thread-self"));

/** Whether the process of a `processId` still runs. A dash and any text may follow the id. */
export function isAlive(id: string): boolean {
	try {
		const process = processId(Number(id.split("-")[0]));
		return id === process || id.startsWith(`${process}-`);
	} catch {
		return false;
	}
}
