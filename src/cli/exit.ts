import type { ErrorCode } from "../sys/error-code.js";

/** The meaning of the exit statuses. */
export const Exit = {
	done: 0,
	internal: 1,
	usage: 2,
	kernel: 3,
	permission: 4,
	conflict: 5,
	/** The answer to a question is "no". */
	no: 6,
	unconfirmed: 7,
	/** A change was rolled back only in part. */
	partial: 8,
} as const;

const byCode: Readonly<Record<ErrorCode, number>> = {
	ERR_INTERNAL: Exit.internal,
	// Only calls of the library have these errors.
	ERR_ABORTED: Exit.internal,
	ERR_CLOSED: Exit.internal,
	// Text that a user typed is read as a spec, whose errors have the code ERR_SPEC.
	ERR_ADDRESS: Exit.internal,
	ERR_USAGE: Exit.usage,
	ERR_SPEC: Exit.usage,
	ERR_UNSUPPORTED: Exit.usage,
	ERR_NFT: Exit.usage,
	ERR_NFT_UNSUPPORTED: Exit.usage,
	ERR_KERNEL: Exit.kernel,
	// The kernel's answer was lost. What was begun is undone, as after a refusal.
	ERR_DEADLINE: Exit.kernel,
	ERR_DUMP_INTERRUPTED: Exit.kernel,
	ERR_OVERRUN: Exit.kernel,
	ERR_WIRE: Exit.kernel,
	// The system refused something that is not part of the network: a file, memory, a process.
	ERR_JOURNAL: Exit.kernel,
	ERR_WATCHDOG: Exit.kernel,
	ERR_PLATFORM: Exit.kernel,
	ERR_SYSTEM: Exit.kernel,
	ERR_PERMISSION: Exit.permission,
	ERR_CONFLICT: Exit.conflict,
	ERR_CONNECTION: Exit.conflict,
	ERR_LOCK: Exit.conflict,
	ERR_PROVISIONAL: Exit.conflict,
	ERR_UNCONFIRMED: Exit.unconfirmed,
	ERR_ROLLBACK: Exit.partial,
};

/** The exit status that belongs to the code of an error. */
export const exitStatus = (code: ErrorCode): number => byCode[code];

/** The meanings in words, for the help and the reference. */
export const exitMeanings: readonly (readonly [status: number, meaning: string])[] = [
	[Exit.done, "done, or nothing to do"],
	[Exit.internal, "internal error"],
	[Exit.usage, "bad usage or bad spec; the kernel was not asked anything"],
	[
		Exit.kernel,
		"the kernel or the system refused, or its answer was lost; everything was rolled back",
	],
	[Exit.permission, "no permission; the error names the capability or the file"],
	[
		Exit.conflict,
		"a foreign object or the SSH connection of the caller is in the way, another change waits to be confirmed, status --verify found a difference, or the lock could not be acquired in time",
	],
	[
		Exit.no,
		"a question was answered with no: plan --exit-code has something to do, a tap that status names is not up, doctor or why found what stops packets",
	],
	[Exit.unconfirmed, "not confirmed in time; rolled back"],
	[Exit.partial, "rolled back only in part: the error names what is left, recover finishes it"],
];
