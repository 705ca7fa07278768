/** The messages between a command that waits to be confirmed and the watchdog that it has started. */

/** The watchdog writes this to its standard output when it is ready. */
export const READY = "ready";
/** The watchdog reads this from its standard input when it is no longer needed. */
export const DISMISSED = "dismissed";

/** A watchdog, as seen by the command that started it. */
export interface Watchdog {
	/** End the watchdog, which is no longer needed. Resolves when it has exited. */
	dismiss(): Promise<void>;
	/** End this process without it: the watchdog then rolls back as soon as the deadline is over. */
	handOver(): void;
}
