import type { Worker } from "node:worker_threads";
import { unpackError } from "../service/errors.js";
import { UmlnetError } from "../sys/error.js";
import type { FromWorker, Request, ToWorker } from "./messages.js";

/** Options of every call to an engine. */
export interface CallOptions {
	/** Stops waiting when it is aborted. A request that has not begun is dropped; one that has begun is finished. */
	readonly signal?: AbortSignal | undefined;
}

interface Pending {
	resolve(value: unknown): void;
	reject(error: unknown): void;
}

/** The caller's end of the connection to the engine's thread, which answers each request with a response. */
export class WorkerChannel {
	readonly #worker: Worker;
	readonly #pending = new Map<number, Pending>();
	readonly #exited: Promise<void>;
	/** Why requests are no longer accepted. */
	#closed: Error | undefined;
	/** Why the engine could not go on, or could not end properly. */
	#failure: Error | undefined;
	#nextId = 1;

	constructor(worker: Worker) {
		this.#worker = worker;
		this.#exited = new Promise((resolve) => {
			worker.once("exit", () => {
				this.#rejectAll(closedError());
				resolve();
			});
		});
		worker.on("message", (message: FromWorker) => this.#receive(message));
		worker.on("error", (error) => this.#fail(error));
		worker.unref();
	}

	/** Send a request. `late` is called with the result if the caller aborted before it arrived. */
	request(
		request: Request,
		{ signal }: CallOptions = {},
		late?: (value: unknown) => void,
	): Promise<unknown> {
		if (signal?.aborted) return Promise.reject(signal.reason);
		if (this.#closed !== undefined) return Promise.reject(this.#closed);
		const id = this.#nextId++;
		return new Promise((resolve, reject) => {
			this.#send({ id, request });
			// The engine responds to a cancelled request, too: that it had not begun, or with its result.
			const abort = (): void => {
				this.#post({ cancel: id });
				reject(signal?.reason);
			};
			const unlisten = (): void => signal?.removeEventListener("abort", abort);
			this.#pending.set(id, {
				resolve: (value) => {
					unlisten();
					resolve(value);
					if (signal?.aborted) late?.(value);
				},
				reject: (error) => {
					unlisten();
					reject(error);
				},
			});
			signal?.addEventListener("abort", abort, { once: true });
			// An idle engine does not keep the process alive, but a pending request does.
			if (this.#pending.size === 1) this.#worker.ref();
		});
	}

	/** Let the engine finish all requests so far and end. @throws what kept it from ending properly */
	async close(): Promise<void> {
		this.#worker.ref();
		if (this.#closed === undefined) {
			this.#closed = closedError();
			this.#post({ close: true });
		}
		await this.#exited;
		if (this.#failure !== undefined) throw this.#failure;
	}

	/** @throws UmlnetError ERR_USAGE for a value that structured clone cannot copy */
	#send(message: ToWorker): void {
		try {
			this.#post(message);
		} catch (cause) {
			const { message } = cause as Error;
			throw new UmlnetError("ERR_USAGE", `not plain data: ${message}`, { cause });
		}
	}

	#post(message: ToWorker): void {
		this.#worker.postMessage(message);
	}

	#receive(message: FromWorker): void {
		if ("failed" in message) this.#fail(unpackError(message.failed));
		if (!("responses" in message)) return;
		for (const response of message.responses) {
			const pending = this.#pending.get(response.id);
			this.#pending.delete(response.id);
			if ("error" in response) pending?.reject(unpackError(response.error));
			else pending?.resolve(response.value);
		}
		if (this.#closed !== undefined) return;
		// A change that waits to be confirmed keeps the process alive, because it must be rolled back when its time is
		// over.
		if (message.isWaiting) this.#worker.ref();
		else if (this.#pending.size === 0) this.#worker.unref();
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		this.#rejectAll(error);
	}

	#rejectAll(error: Error): void {
		this.#closed ??= error;
		for (const { reject } of this.#pending.values()) reject(error);
		this.#pending.clear();
	}
}

export const closedError = (): UmlnetError =>
	new UmlnetError("ERR_CLOSED", "the engine of this namespace is closed");
