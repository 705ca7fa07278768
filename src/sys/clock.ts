import { readProcFile } from "./proc-file.js";

/**
 * Milliseconds since boot, time asleep included, the same for all processes: /proc/uptime shows CLOCK_BOOTTIME in
 * hundredths of a second (fs/proc/uptime.c). Nobody can set this clock, so it does not jump as wall time does.
 * `process.hrtime` would not do: in some runtimes it begins with the process.
 */
export const sinceBoot = (): number =>
	Math.round(Number(readProcFile("/proc/uptime").split(" ")[0]) * 1000);

/**
 * Milliseconds on a clock that never goes back, for deadlines. `performance` is avoided because Node would first have
 * to load it.
 */
export function monotonic(): number {
	const [seconds, nanoseconds] = process.hrtime();
	return seconds * 1e3 + nanoseconds / 1e6;
}
