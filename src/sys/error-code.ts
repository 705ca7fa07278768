/**
 * What went wrong, for programs: codes are stable, messages are not.
 *
 * | code | meaning |
 * |---|---|
 * | ERR_ABORTED | the caller cancelled the request before it began |
 * | ERR_ADDRESS | a text is not an address |
 * | ERR_CLOSED | the engine is closed |
 * | ERR_CONFLICT | something that is not ours is in the way |
 * | ERR_CONNECTION | the change would cut the connection that it was to spare |
 * | ERR_DEADLINE | the kernel did not answer in time |
 * | ERR_DUMP_INTERRUPTED | other programs kept changing what the kernel was listing, on every attempt |
 * | ERR_INTERNAL | a bug in umlnet-nl |
 * | ERR_JOURNAL | the journal cannot be read or written |
 * | ERR_KERNEL | the kernel refused |
 * | ERR_LOCK | another process held the lock for too long |
 * | ERR_NFT | a document of rules is wrong |
 * | ERR_NFT_UNSUPPORTED | a document of rules asks for something that cannot be compiled |
 * | ERR_OVERRUN | the kernel dropped messages that were meant for us |
 * | ERR_PERMISSION | a capability or the right to a file is missing |
 * | ERR_PLATFORM | this machine is not one that umlnet-nl runs on |
 * | ERR_PROVISIONAL | another change waits to be confirmed |
 * | ERR_ROLLBACK | a change failed and could be undone only in part |
 * | ERR_SPEC | a spec, or a name in it, is wrong |
 * | ERR_SYSTEM | the system refused something that is not part of the network: a file, a process |
 * | ERR_UNCONFIRMED | a change was not confirmed in time and is rolled back |
 * | ERR_UNSUPPORTED | something cannot be done yet, or not by this kernel |
 * | ERR_USAGE | a call, its options or a command line make no sense |
 * | ERR_WATCHDOG | no watchdog could be started |
 * | ERR_WIRE | bytes from the kernel make no sense, or a value cannot be encoded |
 */
export type ErrorCode =
	| "ERR_ABORTED"
	| "ERR_ADDRESS"
	| "ERR_CLOSED"
	| "ERR_CONFLICT"
	| "ERR_CONNECTION"
	| "ERR_DEADLINE"
	| "ERR_DUMP_INTERRUPTED"
	| "ERR_INTERNAL"
	| "ERR_JOURNAL"
	| "ERR_KERNEL"
	| "ERR_LOCK"
	| "ERR_NFT"
	| "ERR_NFT_UNSUPPORTED"
	| "ERR_OVERRUN"
	| "ERR_PERMISSION"
	| "ERR_PLATFORM"
	| "ERR_PROVISIONAL"
	| "ERR_ROLLBACK"
	| "ERR_SPEC"
	| "ERR_SYSTEM"
	| "ERR_UNCONFIRMED"
	| "ERR_UNSUPPORTED"
	| "ERR_USAGE"
	| "ERR_WATCHDOG"
	| "ERR_WIRE";
