import { ERRNOS } from "./errno.js";
import type { ErrorCode } from "./error-code.js";

/** The optional fields of an error, beside its code and its message. */
export interface UmlnetErrorOptions extends ErrorOptions {
	/** Which value of the user's spec is concerned: `taps.tap0.mtu`. */
	readonly path?: string | undefined;
	/** The label of the step that failed: `create tap tap0`. */
	readonly step?: string | undefined;
	/** What the user can do about it. */
	readonly hint?: string | undefined;
}

/** The base of every error this project throws on purpose. `code` is stable; the message is for people. */
export class UmlnetError extends Error {
	/** The name of the error's class. */
	override readonly name: string = "UmlnetError";
	/** What went wrong, for programs. */
	readonly code: ErrorCode;
	/** Which value of the user's spec is concerned: `taps.tap0.mtu`. */
	path: string | undefined;
	/** The label of the step that failed: `create tap tap0`. */
	step: string | undefined;
	/** What the user can do about it. */
	hint: string | undefined;
	constructor(code: ErrorCode, message: string, options: UmlnetErrorOptions = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = code;
		this.path = options.path;
		this.step = options.step;
		this.hint = options.hint;
	}
}

const errnoByNumber = new Map(
	ERRNOS.map(([number, name, text]) => [number, [name, text] as const]),
);

/** The name of an errno, `EEXIST`. A number without a name is written like `E524`. */
export function errnoName(errno: number): string {
	return errnoByNumber.get(errno)?.[0] ?? `E${errno}`;
}

/** What an errno means, by its number or its name. */
export function errnoText(errno: number | string): string {
	if (typeof errno === "number") return errnoByNumber.get(errno)?.[1] ?? `error ${errno}`;
	return [...errnoByNumber.values()].find(([name]) => name === errno)?.[1] ?? errno;
}

/** The optional fields of an error that came from the kernel. */
export interface KernelErrorOptions extends UmlnetErrorOptions {
	/** The kernel's own sentence (NLMSGERR_ATTR_MSG), verbatim. */
	readonly kernel?: string | undefined;
	/** The attribute the kernel refused, `RTM_NEWLINK.IFLA_MTU`. */
	readonly attribute?: string | undefined;
}

/** The kernel refused a system call, an ioctl or a netlink request. */
export class KernelError extends UmlnetError {
	override readonly name = "KernelError";
	/** Name of the errno: `EEXIST`. */
	readonly errno: string;
	/** What the kernel was asked to do: `ioctl(TUNSETIFF)`, `RTM_NEWLINK`. */
	readonly request: string;
	/** The kernel's own sentence (NLMSGERR_ATTR_MSG), verbatim, if it sent one. */
	readonly kernel: string | undefined;
	/** The attribute that the kernel refused, if it named one: `RTM_NEWLINK.IFLA_MTU`. */
	readonly attribute: string | undefined;
	constructor(request: string, errno: number | string, options: KernelErrorOptions = {}) {
		const name = typeof errno === "number" ? errnoName(errno) : errno;
		const said = options.kernel ?? errnoText(errno);
		const at = options.attribute === undefined ? "" : ` at ${options.attribute}`;
		super(
			name === "EPERM" || name === "EACCES" ? "ERR_PERMISSION" : "ERR_KERNEL",
			`${request}: ${name}: ${said}${at}`,
			options,
		);
		this.errno = name;
		this.request = request;
		this.kernel = options.kernel;
		this.attribute = options.attribute;
	}
}
