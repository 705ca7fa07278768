/**
 * gRPC as this project uses it: methods that take and give bytes, over unix sockets. The only file that knows
 * @grpc/grpc-js, which the build puts into it, so that nobody who installs the package installs that.
 */
import type { Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import type { Peer } from "../sys/peer.js";

/** Codes of gRPC (google.golang.org/grpc/codes). */
export const Status = {
	cancelled: 1,
	unknown: 2,
	invalidArgument: 3,
	deadlineExceeded: 4,
	notFound: 5,
	permissionDenied: 7,
	resourceExhausted: 8,
	failedPrecondition: 9,
	aborted: 10,
	unimplemented: 12,
	internal: 13,
	unavailable: 14,
	dataLoss: 15,
} as const;

/** How a call fails: a status, and a google.rpc.Status as bytes. */
export class CallError extends Error {
	override readonly name = "CallError";
	readonly status: number;
	readonly details: Uint8Array | undefined;
	constructor(status: number, message: string, details?: Uint8Array) {
		super(message);
		this.status = status;
		this.details = details;
	}
}

/** Who calls, and whether they still want to know. */
export interface Call {
	readonly peer: Peer;
	readonly signal: AbortSignal;
}
export type Unary = (request: Uint8Array, call: Call) => Promise<Uint8Array> | Uint8Array;
/** Each message of the client's is answered by any number of ours. */
export type Stream = (
	request: Uint8Array,
	call: Call,
) => Promise<readonly Uint8Array[]> | readonly Uint8Array[];
/** By the path of the method: `/umlnet.v1.HostService/Up`. */
export interface Methods {
	readonly unary: Readonly<Record<string, Unary>>;
	readonly streams: Readonly<Record<string, Stream>>;
}

/** What the details of an error are called (github.com/grpc/grpc, status details). */
const DETAILS = "grpc-status-details-bin";
const MOST_BYTES = 4 * 1024 * 1024;
const IDLE_MS = 10 * 60_000;

const bytes = (value: Buffer): Buffer => value;
const buffer = (value: Uint8Array): Buffer =>
	Buffer.from(value.buffer, value.byteOffset, value.length);

/** Answers calls on connections that somebody else accepts. */
export class CallServer {
	readonly #server = new grpc.Server({
		"grpc.max_receive_message_length": MOST_BYTES,
		"grpc.max_connection_idle_ms": IDLE_MS,
		"grpc.max_concurrent_streams": 64,
	});
	readonly #injector: ReturnType<grpc.Server["createConnectionInjector"]>;
	readonly #peers = new Map<string, Peer>();
	#count = 0;

	constructor({ unary, streams }: Methods) {
		for (const [path, method] of Object.entries(unary))
			this.#server.addService(...this.#one(path, false, this.#unary(method)));
		for (const [path, method] of Object.entries(streams))
			this.#server.addService(...this.#one(path, true, this.#stream(method)));
		this.#injector = this.#server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
	}

	/** Serve a connection, whose peer is known: a client has no part in saying who it is. */
	accept(socket: Socket, peer: Peer): void {
		const name = `connection-${++this.#count}`;
		this.#peers.set(name, peer);
		socket.once("close", () => this.#peers.delete(name));
		// What the server hands on of a connection to its methods, and a unix socket has neither of both.
		Object.defineProperty(socket, "remoteAddress", { value: name });
		Object.defineProperty(socket, "remotePort", { value: 0 });
		this.#injector.injectConnection(socket);
	}

	/** Let those calls end that have begun, for so long, and close all connections. */
	async close(milliseconds: number): Promise<void> {
		this.#injector.drain(milliseconds);
		await new Promise<void>((resolve) => {
			const timer = setTimeout(() => {
				this.#server.forceShutdown();
				resolve();
			}, milliseconds);
			this.#server.tryShutdown(() => {
				clearTimeout(timer);
				resolve();
			});
		});
		this.#injector.destroy();
	}

	#one(path: string, isStream: boolean, handler: grpc.UntypedHandleCall) {
		const definition = {
			path,
			requestStream: isStream,
			responseStream: isStream,
			requestSerialize: buffer,
			requestDeserialize: bytes,
			responseSerialize: buffer,
			responseDeserialize: bytes,
		};
		return [{ call: definition }, { call: handler }] as const;
	}

	#call(
		call: grpc.ServerUnaryCall<Buffer, Uint8Array> | grpc.ServerDuplexStream<Buffer, Uint8Array>,
	): Call {
		const peer = this.#peers.get(call.getPeer().replace(/:\d+$/, ""));
		if (peer === undefined) throw new CallError(Status.unavailable, "the connection is gone");
		const abort = new AbortController();
		call.on("cancelled", () => abort.abort());
		return { peer, signal: abort.signal };
	}

	#unary(method: Unary): grpc.handleUnaryCall<Buffer, Uint8Array> {
		return (call, answer) => {
			const run = async (): Promise<Uint8Array> => method(call.request, this.#call(call));
			run().then(
				(response) => answer(null, response),
				(error: unknown) => answer(statusOf(error)),
			);
		};
	}

	#stream(method: Stream): grpc.handleBidiStreamingCall<Buffer, Uint8Array> {
		return (call) => {
			const answer = async (request: Buffer): Promise<void> => {
				for (const response of await method(request, this.#call(call))) call.write(response);
			};
			// Not by `for await`, which destroys the stream at its end, with what is still to be written.
			let last = Promise.resolve();
			call.on("data", (request: Buffer) => {
				call.pause();
				last = answer(request).then(
					() => void call.resume(),
					(error: unknown) => void call.emit("error", statusOf(error)),
				);
			});
			call.on("end", () => void last.then(() => call.end()));
		};
	}
}

function statusOf(error: unknown): Partial<grpc.StatusObject> {
	const known = error instanceof CallError ? error : undefined;
	const metadata = new grpc.Metadata();
	if (known?.details !== undefined) metadata.set(DETAILS, buffer(known.details));
	return {
		code: known?.status ?? Status.internal,
		details: known?.message ?? "internal error",
		metadata,
	};
}

/** Calls methods of a server behind a unix socket. */
export class CallClient {
	readonly #client: grpc.Client;

	constructor(path: string) {
		const options = {
			"grpc.max_receive_message_length": -1,
			"grpc.default_authority": "localhost",
		};
		this.#client = new grpc.Client(`unix:${path}`, grpc.credentials.createInsecure(), options);
	}

	/** @throws CallError; the reason of the signal */
	unary(path: string, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
		signal?.throwIfAborted();
		return new Promise((resolve, reject) => {
			const call = this.#client.makeUnaryRequest(
				path,
				buffer,
				bytes,
				request,
				(error, response) => {
					signal?.removeEventListener("abort", abort);
					if (signal?.aborted) reject(signal.reason);
					else if (error === null) resolve(response ?? new Uint8Array());
					else reject(callError(error));
				},
			);
			const abort = (): void => call.cancel();
			signal?.addEventListener("abort", abort);
		});
	}

	close(): void {
		this.#client.close();
	}
}

function callError({ code, details, metadata }: grpc.ServiceError): CallError {
	const [status] = metadata.get(DETAILS);
	return new CallError(code, details, status instanceof Buffer ? status : undefined);
}
