import { readProcFile } from "./proc-file.js";

/**
 * Milliseconds since boot, those slept through included, the same for all processes: /proc/uptime tells
 * CLOCK_BOOTTIME to the hundredth of a second (fs/proc/uptime.c). Nobody can set it, so it does not jump as wall
 * time does; and unlike `process.hrtime` it is the kernel's in every runtime, not one that starts with the process.
 */
export const sinceBoot = (): number =>
	Math.round(Number(readProcFile("/proc/uptime").split(" ")[0]) * 1000);

/** Milliseconds by a clock that only goes on, for deadlines. Under Node `performance` would have to be loaded first. */
export function monotonic(): number {
	const [seconds, nanoseconds] = process.hrtime();
	return seconds * 1e3 + nanoseconds / 1e6;
}
