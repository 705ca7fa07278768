/** What passes between a command that waits to be confirmed and the keeper it has started. */

/** The keeper writes this to its standard output when it is able to do its work. */
export const READY = "ready";
/** The keeper reads this from its standard input when it is not needed any more. */
export const DISMISSED = "dismissed";

/** A keeper as the command that started it sees it. */
export interface Keeper {
	/** It is not needed any more; resolves when it has gone. */
	dismiss(): Promise<void>;
	/** Leave the rest to it. */
	part(): void;
}
