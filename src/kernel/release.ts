import { release } from "node:os";

/** The version of the running kernel, as uname(2) has it: `6.1.0-18-amd64`. */
export const kernelRelease = release();

const [MAJOR = 0, MINOR = 0] = kernelRelease.split(".").map((part) => Number.parseInt(part, 10));

/** Whether the running kernel is of this version or a later one: for what cannot be asked of it. */
export const isLinux = (major: number, minor: number): boolean =>
	MAJOR > major || (MAJOR === major && MINOR >= minor);
