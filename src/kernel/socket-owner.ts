import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Who holds the socket of this inode: `nginx (process 1234)`; undefined where nobody may be known. Looks through the open
 * files of all processes, as nothing in the kernel leads from a socket to those who hold it: for errors alone.
 */
export function socketOwner(inode: number): string | undefined {
	for (const pid of namesIn("/proc").filter((name) => /^[0-9]+$/.test(name))) {
		const files = `/proc/${pid}/fd`;
		if (namesIn(files).some((fd) => isSocket(`${files}/${fd}`, inode)))
			return `${commandOf(pid)} (process ${pid})`;
	}
	return undefined;
}

/** None of a process that has ended, or that we may not look into. */
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
