/** How an error goes over the wire: a status of gRPC with details as google/rpc/error_details.proto has them. */
import { decodeMessage, encodeMessage } from "../proto/message.js";
import { LENGTH_DELIMITED, WireReader, WireWriter } from "../proto/wire.js";
import { type PackedError, packError, unpackError } from "../service/errors.js";
import { type Failure, failureOf } from "../service/failure.js";
import type { Issue } from "../spec/error.js";
import { UmlnetError } from "../sys/error.js";
import type { ErrorCode } from "../sys/error-code.js";
import { CallError, Status } from "./transport.js";

const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
	ERR_SPEC: Status.invalidArgument,
	ERR_USAGE: Status.invalidArgument,
	ERR_ADDRESS: Status.invalidArgument,
	ERR_NFT: Status.invalidArgument,
	ERR_UNSUPPORTED: Status.unimplemented,
	ERR_NFT_UNSUPPORTED: Status.unimplemented,
	ERR_PERMISSION: Status.permissionDenied,
	ERR_CONFLICT: Status.failedPrecondition,
	ERR_PROVISIONAL: Status.failedPrecondition,
	ERR_LOCK: Status.aborted,
	ERR_ABORTED: Status.cancelled,
	ERR_CLOSED: Status.unavailable,
	ERR_DEADLINE: Status.deadlineExceeded,
	ERR_UNCONFIRMED: Status.deadlineExceeded,
	ERR_ROLLBACK: Status.dataLoss,
};
/** Refusals of the kernel that go away by themselves or by giving something up. */
const EXHAUSTED = ["ENOMEM", "ENOBUFS", "ENOSPC", "EMFILE", "ENFILE", "EAGAIN", "E2BIG"];

const DOMAIN = "umlnet";
const FAILURE = "type.googleapis.com/umlnet.v1.Failure";
const text = (field: number): number => (field << 3) | LENGTH_DELIMITED;

/** What a call fails with. */
export function callErrorOf(error: unknown): CallError {
	if (error instanceof CallError) return error;
	const failure = failureOf(error);
	const status =
		failure.errno !== undefined && EXHAUSTED.includes(failure.errno)
			? Status.resourceExhausted
			: (statuses[failure.code] ?? Status.internal);
	return new CallError(status, failure.message, details(status, failure, packError(error).name));
}

/** google.rpc.Status */
function details(status: number, failure: Failure, name: string): Uint8Array {
	const w = new WireWriter();
	w.varintField(1 << 3, status);
	w.textField(text(2), failure.message);
	any(w, "type.googleapis.com/google.rpc.ErrorInfo", (inner) => {
		inner.textField(text(1), failure.code);
		inner.textField(text(2), DOMAIN);
	});
	if (failure.issues.length > 0)
		any(w, "type.googleapis.com/google.rpc.BadRequest", (inner) => {
			for (const issue of failure.issues) {
				const at = inner.beginField(text(1));
				inner.textField(text(1), issue.path);
				inner.textField(text(2), issue.message);
				inner.end(at);
			}
		});
	any(w, FAILURE, (inner) => {
		inner.raw(encodeMessage("Failure", { ...failure, name }));
	});
	return w.written;
}

/** google.protobuf.Any as the third field of a Status. */
function any(w: WireWriter, type: string, write: (inner: WireWriter) => void): void {
	const at = w.beginField(text(3));
	w.textField(text(1), type);
	const value = w.beginField(text(2));
	write(w);
	w.end(value);
	w.end(at);
}

/** The error that a call failed with, as it would have been thrown here. */
export function errorOf(error: unknown, socket: string): unknown {
	if (!(error instanceof CallError)) return error;
	const failure = error.details && failureIn(error.details);
	if (failure === undefined)
		return new UmlnetError(codeOf(error), message(error, socket), {
			cause: error,
			hint: hint(error),
		});
	const { name, message: said, causes, ...fields } = failure;
	return unpackError({ name, message: said, stack: error.stack, fields, cause: causeOf(causes) });
}

const codeOf = ({ status }: CallError): ErrorCode =>
	status === Status.permissionDenied
		? "ERR_PERMISSION"
		: status === Status.cancelled
			? "ERR_ABORTED"
			: "ERR_SYSTEM";

const message = ({ status, message: said }: CallError, socket: string): string =>
	status === Status.unavailable ? `no daemon answers at ${socket}: ${said}` : said;

const hint = ({ status }: CallError): string | undefined =>
	status === Status.unavailable ? "umlnet-nl serve starts one" : undefined;

interface Told {
	readonly name: string;
	readonly message: string;
	readonly causes: readonly string[];
	readonly issues: readonly Issue[];
}

function failureIn(status: Uint8Array): Told | undefined {
	try {
		const found = fields(status)
			.filter(([tag]) => tag === text(3))
			.map(([, bytes]) => new Map(fields(bytes)))
			.find((one) => Buffer.from(one.get(text(1)) ?? []).toString() === FAILURE);
		const value = found?.get(text(2));
		return value && (decodeMessage("Failure", value) as unknown as Told);
	} catch {
		return undefined;
	}
}

/** The fields of any message that are bytes. */
function fields(bytes: Uint8Array): [tag: number, bytes: Uint8Array][] {
	const r = new WireReader(bytes);
	const found: [number, Uint8Array][] = [];
	while (r.position < bytes.length) {
		const tag = r.varint();
		if (tag % 8 === LENGTH_DELIMITED) found.push([tag, r.bytes()]);
		else r.skip(tag % 8);
	}
	return found;
}

function causeOf([first, ...rest]: readonly string[]): PackedError | undefined {
	if (first === undefined) return undefined;
	return { name: "Error", message: first, stack: undefined, fields: {}, cause: causeOf(rest) };
}
