import { ConflictError, RollbackError } from "../engine/error.js";
import { type Issue, SpecError } from "../spec/error.js";
import { KernelError, UmlnetError } from "../sys/error.js";
import type { ErrorCode } from "../sys/error-code.js";

/** An error as plain data, ready to be printed or sent. */
export interface Failure {
	readonly code: ErrorCode;
	readonly message: string;
	readonly path: string | undefined;
	readonly step: string | undefined;
	/** The name of the errno. */
	readonly errno: string | undefined;
	/** The kernel's own sentence. */
	readonly kernel: string | undefined;
	readonly hint: string | undefined;
	readonly issues: readonly Issue[];
	/** The file that contains the issues. */
	readonly source: string | undefined;
	/** What an incomplete rollback has left. */
	readonly residual: readonly string[];
	/** What was done nevertheless. */
	readonly done: readonly string[];
	/** The messages of the causes, outermost first. */
	readonly causes: readonly string[];
	/** Whether `message` is the kernel's answer to a request. People understand it better after the step that failed. */
	readonly answer: boolean;
}

const CAPABILITY = "this takes CAP_NET_ADMIN: run it as root (sudo)";

/** Everything worth saying about a thrown value. */
export function failureOf(thrown: unknown): Failure {
	const error = thrown instanceof Error ? thrown : new Error(String(thrown));
	const chain = chainOf(error);
	const own = chain.find((link): link is UmlnetError => link instanceof UmlnetError);
	const kernel = chain.find((link): link is KernelError => link instanceof KernelError);
	const spec = error instanceof SpecError ? error : undefined;
	const known = error instanceof UmlnetError ? knownFailure(error, kernel) : systemFailure(error);
	return {
		path: own?.path || undefined,
		step: own?.step ?? kernel?.step,
		errno: kernel?.errno,
		kernel: kernel?.kernel,
		issues: spec?.issues ?? [],
		source: spec?.source,
		done: error instanceof ConflictError ? error.done : [],
		residual: error instanceof RollbackError ? error.residual : [],
		causes: chain.slice(1).map(({ message }) => message),
		answer: error instanceof KernelError,
		...known,
	};
}

type Known = Pick<Failure, "code" | "message" | "hint"> & Partial<Failure>;

function knownFailure(error: UmlnetError, kernel: KernelError | undefined): Known {
	const capability = error.code === "ERR_PERMISSION" && kernel !== undefined;
	const hint = error.hint ?? (capability ? CAPABILITY : undefined);
	return { code: error.code, message: error.message, hint };
}

/** Errors of Node for a failed system call on a file, and unexpected errors. */
function systemFailure(
	error: Error & { code?: unknown; path?: unknown; syscall?: unknown },
): Known {
	const { code: errno, path, syscall } = error;
	if (typeof errno !== "string" || typeof syscall !== "string")
		return { code: "ERR_INTERNAL", message: error.message, hint: undefined };
	const file = typeof path === "string" ? path : undefined;
	const message = `cannot ${syscall} ${file ?? ""}`.trimEnd();
	const { code, why, hint } = fileTrouble(errno, file);
	return { code, message: `${message}: ${why ?? errno}`, hint, errno };
}

interface FileTrouble {
	readonly code: ErrorCode;
	readonly why?: string;
	readonly hint: string | undefined;
}

function fileTrouble(errno: string, file: string | undefined): FileTrouble {
	switch (errno) {
		case "EACCES":
		case "EPERM": {
			const hint = `run it as root (sudo), or as somebody with the right to ${file ?? "this file"}`;
			return { code: "ERR_PERMISSION", why: "permission denied", hint };
		}
		case "EROFS": {
			const hint = "that file system is mounted read-only; --state-dir chooses another place";
			return { code: "ERR_PERMISSION", why: "read-only file system", hint };
		}
		case "ENOENT":
			return { code: "ERR_SYSTEM", why: "no such file", hint: undefined };
		default:
			return { code: "ERR_SYSTEM", hint: undefined };
	}
}

function chainOf(error: Error): readonly Error[] {
	const chain: Error[] = [];
	for (let link: unknown = error; link instanceof Error && !chain.includes(link); link = link.cause)
		chain.push(link);
	return chain;
}
