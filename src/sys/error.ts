import { ERRNOS } from "./errno.js";
import type { ErrorCode } from "./error-code.js";

/** What is known of an error beside its code and its message. */
export interface UmlnetErrorOptions extends ErrorOptions {
	/** Where in the user's spec the trouble began, `taps.tap0.mtu`. */
	readonly path?: string | undefined;
	/** The label of the step that failed. */
	readonly step?: string | undefined;
	/** What the user can do about it. */
	readonly hint?: string | undefined;
}

/** The base of every error this project throws on purpose. `code` is stable; the message is for people. */
export class UmlnetError extends Error {
	/** The name of its class. */
	override readonly name: string = "UmlnetError";
	/** What went wrong, for programs. */
	readonly code: ErrorCode;
	/** Where in the user's spec the trouble began: `taps.tap0.mtu`. */
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

/** The name of an errno, `EEXIST`; `E524`-like for one without a name. */
export function errnoName(errno: number): string {
	return errnoByNumber.get(errno)?.[0] ?? `E${errno}`;
}

/** What an errno means, by its number or its name. */
export function errnoText(errno: number | string): string {
	if (typeof errno === "number") return errnoByNumber.get(errno)?.[1] ?? `error ${errno}`;
	return [...errnoByNumber.values()].find(([name]) => name === errno)?.[1] ?? errno;
}

/** What the kernel said. */
export interface KernelErrorOptions extends UmlnetErrorOptions {
	/** The kernel's own sentence (NLMSGERR_ATTR_MSG), verbatim. */
	readonly kernel?: string | undefined;
	/** The attribute the kernel refused, `RTM_NEWLINK.IFLA_MTU`. */
	readonly attribute?: string | undefined;
}

/** The kernel said no: to a system call, an ioctl or a netlink request. */
export class KernelError extends UmlnetError {
	override readonly name = "KernelError";
	/** Name of the errno: `EEXIST`. */
	readonly errno: string;
	/** What was asked of it: `ioctl(TUNSETIFF)`, `RTM_NEWLINK`. */
	readonly request: string;
	/** The kernel's own sentence (NLMSGERR_ATTR_MSG), verbatim, where it said one. */
	readonly kernel: string | undefined;
	/** The attribute that it refused, where it named one: `RTM_NEWLINK.IFLA_MTU`. */
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
