import type { Worker } from "node:worker_threads";
import { unpackError } from "../service/errors.js";
import { UmlnetError } from "../sys/error.js";
import type { FromWorker, Request, ToWorker } from "./messages.js";

/** What every call to an engine takes. */
export interface CallOptions {
	/** Gives up waiting; a request that has not begun is then never begun, one that has is finished. */
	readonly signal?: AbortSignal | undefined;
}

interface Pending {
	resolve(value: unknown): void;
	reject(error: unknown): void;
}

/** The caller's end of the engine's thread: requests go out, and each gets its response. */
export class WorkerChannel {
	readonly #worker: Worker;
	readonly #pending = new Map<number, Pending>();
	readonly #exited: Promise<void>;
	/** Why no request is accepted any more. */
	#closed: Error | undefined;
	/** Why the engine could not go on, or could not end as it should. */
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

	/** Ask for something. `late` is called with the result if the caller aborted before it arrived. */
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
			// The engine responds all the same: that it had not begun, or else with the result.
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
			// An engine with nothing to do does not keep the process alive, a pending request does.
			if (this.#pending.size === 1) this.#worker.ref();
		});
	}

	/** Have the engine finish what was asked so far and end. @throws what kept it from ending as it should */
	async close(): Promise<void> {
		this.#worker.ref();
		if (this.#closed === undefined) {
			this.#closed = closedError();
			this.#post({ close: true });
		}
		await this.#exited;
		if (this.#failure !== undefined) throw this.#failure;
	}

	/** @throws UmlnetError ERR_USAGE for what structured clone refuses */
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
		// A change that waits to be confirmed keeps the process alive: somebody must be there when its time is over.
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
