/**
 * Errors that cross to another thread or process. Structured clone keeps neither the class of an error nor its fields,
 * so errors are sent as plain data and rebuilt where they arrive.
 */
import {
	ConflictError,
	ConnectionError,
	LockError,
	NotConfirmedError,
	ProvisionalError,
	RollbackError,
	UnsupportedError,
} from "../engine/error.js";
import { DeadlineError, DumpInterruptedError, OverrunError, WireError } from "../netlink/error.js";
import { SpecError } from "../spec/error.js";
import { KernelError, UmlnetError } from "../sys/error.js";

/** An error as plain data. */
export interface PackedError {
	readonly name: string;
	readonly message: string;
	readonly stack: string | undefined;
	readonly fields: Readonly<Record<string, unknown>>;
	readonly cause: PackedError | undefined;
}

const classes: ReadonlyMap<string, new (...args: never[]) => Error> = new Map(
	Object.entries({
		ConflictError,
		ConnectionError,
		DeadlineError,
		DumpInterruptedError,
		KernelError,
		LockError,
		NotConfirmedError,
		OverrunError,
		ProvisionalError,
		RangeError,
		RollbackError,
		SpecError,
		TypeError,
		UmlnetError,
		UnsupportedError,
		WireError,
	}),
);

/** An error as data that structured clone can carry. */
export function packError(error: unknown): PackedError {
	if (!(error instanceof Error))
		return {
			name: "Error",
			message: String(error),
			stack: undefined,
			fields: {},
			cause: undefined,
		};
	const { message, stack, cause, ...fields } = error;
	return {
		name: error.name,
		message: error.message,
		stack: error.stack,
		fields: cloneable(fields),
		cause: error.cause === undefined ? undefined : packError(error.cause),
	};
}

/**
 * The fields that structured clone can copy. A field that it cannot copy must not keep the error itself from arriving.
 */
const cloneable = (fields: object): Record<string, unknown> =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => canTravel(value)));

function canTravel(value: unknown): boolean {
	try {
		structuredClone(value);
		return true;
	} catch {
		return false;
	}
}

/** Rebuild an error with its class and its fields, so that `instanceof` holds. */
export function unpackError({ name, message, stack, fields, cause }: PackedError): Error {
	// Made by the Error constructor, so that it is printed, cloned and recognised as an error.
	const error = new Error(message, cause && { cause: unpackError(cause) });
	Object.setPrototypeOf(error, classes.get(name)?.prototype ?? Error.prototype);
	Object.assign(error, fields);
	const hidden = { writable: true, configurable: true, enumerable: false };
	Object.defineProperty(error, "stack", { ...hidden, value: stack });
	if (error.name !== name) Object.defineProperty(error, "name", { ...hidden, value: name });
	return error;
}
