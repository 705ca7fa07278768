/** What passes between a command that waits to be confirmed and the watchdog it has started. */

/** The watchdog writes this to its standard output when it is able to do its work. */
export const READY = "ready";
/** The watchdog reads this from its standard input when it is not needed any more. */
export const DISMISSED = "dismissed";

/** A watchdog as the command that started it sees it. */
export interface Watchdog {
	/** It is not needed any more; resolves when it has exited. */
	dismiss(): Promise<void>;
	/** End without it: from now on it rolls back as soon as the deadline is over. */
	handOver(): void;
}
