/** The messages between a command and the process that it starts beside itself: a watchdog, or the keeper of `run`. */

/** That process writes this to its standard output when it is ready. */
export const READY = "ready";
/** It reads this from its standard input when it is no longer needed. */
export const DISMISSED = "dismissed";

/** Such a process, as seen by the command that started it. */
export interface Watchdog {
	/** End the watchdog, which is no longer needed. Resolves when it has exited. */
	dismiss(): Promise<void>;
	/** End this process without it: it then does what is left to do. */
	handOver(): void;
}
