import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * The process with the socket of this inode, `nginx (process 1234)`; undefined if it cannot be found. It searches the
 * open files of all processes, because the kernel has no reference from a socket to its process, so it is used for
 * errors only.
 */
export function socketOwner(inode: number): string | undefined {
	for (const pid of namesIn("/proc").filter((name) => /^[0-9]+$/.test(name))) {
		const files = `/proc/${pid}/fd`;
		if (namesIn(files).some((fd) => isSocket(`${files}/${fd}`, inode)))
			return `${commandOf(pid)} (process ${pid})`;
	}
	return undefined;
}

/** Empty for a process that has ended, or that we may not inspect. */
function namesIn(directory: string): readonly string[] {
	try {
		return readdirSync(directory);
	} catch {
		return [];
	}
}

function isSocket(file: string, inode: number): boolean {
	try {
		return readlinkSync(file) === `socket:[${inode}]`;
	} catch {
		return false;
	}
}

function commandOf(pid: string): string {
	try {
		return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
	} catch {
		return "a program";
	}
}
