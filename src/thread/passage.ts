/**
 * What goes between the caller's thread and the engine's. Structured clone keeps neither the class of an error
 * nor its own fields, so errors travel as plain data.
 */
import {
	ConflictError,
	LockError,
	NotConfirmedError,
	ProvisionalError,
	RollbackError,
	UnsupportedError,
} from "../engine/error.js";
import type { GuestInput } from "../host/pool.js";
import { DeadlineError, DumpInterruptedError, OverrunError, WireError } from "../netlink/error.js";
import { SpecError } from "../spec/error.js";
import { KernelError, UmlnetError } from "../sys/error.js";

/** What the caller's thread asks for. Specs come as the user gave them and are checked here. */
export type Call =
	| { readonly verb: "up"; readonly spec: unknown }
	| { readonly verb: "take"; readonly guest: GuestInput }
	| { readonly verb: "down"; readonly which: WireWhich }
	| { readonly verb: "plan"; readonly spec: unknown; readonly prune: boolean }
	| { readonly verb: "planDown"; readonly which: WireWhich }
	| {
			readonly verb: "status";
			readonly taps: readonly string[] | undefined;
			readonly verify: boolean;
	  }
	| { readonly verb: "recover" };
export type WireWhich =
	| { readonly taps: readonly string[] }
	| { readonly spec: unknown }
	| { readonly all: true };
export type Inbound =
	| { readonly id: number; readonly call: Call }
	| { readonly cancel: number }
	| { readonly close: true };
export type Answer =
	| { readonly id: number; readonly value: unknown }
	| { readonly id: number; readonly error: PackedError };
export type Outbound =
	| { readonly ready: true }
	| { readonly failed: PackedError }
	| { readonly answers: readonly Answer[] };

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
		DeadlineError,
		DumpInterruptedError,
		KernelError,
		LockError,
		OverrunError,
		RangeError,
		RollbackError,
		SpecError,
		ProvisionalError,
		TypeError,
		UmlnetError,
		NotConfirmedError,
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

/** The fields that can travel: nothing an error carries may keep the error itself from arriving. */
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

/** The error again, of its own class: `instanceof` and every field hold. */
export function unpackError({ name, message, stack, fields, cause }: PackedError): Error {
	// A real error, so that it is shown, cloned and recognised as one.
	const error = new Error(message, cause && { cause: unpackError(cause) });
	Object.setPrototypeOf(error, classes.get(name)?.prototype ?? Error.prototype);
	Object.assign(error, fields);
	const hidden = { writable: true, configurable: true, enumerable: false };
	Object.defineProperty(error, "stack", { ...hidden, value: stack });
	if (error.name !== name) Object.defineProperty(error, "name", { ...hidden, value: name });
	return error;
}
