import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { packError } from "../service/errors.js";
import type { ChangeOptions } from "../service/networks.js";
import { UmlnetError } from "../sys/error.js";
import type { FromWorker, Request, Response, ToWorker } from "./messages.js";

/**
 * The greatest number of requests in one transaction. A transaction that has begun is finished even if its callers give
 * up, and the next request should not have to wait for thousands that nobody wants any more.
 */
const GROUP_MAX = 256;

/** A request from the caller's thread that has no response yet. */
export interface Received {
	readonly id: number;
	readonly request: Request;
}

/** The engine's end of the connection to the caller's thread: the queue of requests, and their responses. */
export class RequestQueue {
	readonly #port: MessagePort;
	readonly #isWaiting: () => boolean;
	#requests: Received[] = [];
	#isClosing = false;

	/** `isWaiting` tells whether a change waits to be confirmed. */
	constructor(port: MessagePort, isWaiting: () => boolean) {
		this.#port = port;
		this.#isWaiting = isWaiting;
	}

	/** Whether the caller has closed the engine: queued requests are served, and no more will come. */
	get isClosing(): boolean {
		return this.#isClosing;
	}

	get isEmpty(): boolean {
		return this.#requests.length === 0;
	}

	/** Whether the next request can share a transaction with others. */
	get isNextGroupable(): boolean {
		const [first] = this.#requests;
		return first !== undefined && isGroupable(first);
	}

	/** Take in a message that the event loop has delivered. */
	receive(message: ToWorker): void {
		if ("close" in message) this.#isClosing = true;
		else if ("cancel" in message) this.#cancel(message.cancel);
		else this.#requests.push(message);
	}

	/** Take in the messages that arrived while the kernel was at work and the event loop stood still. */
	drain(): void {
		for (;;) {
			const received = receiveMessageOnPort(this.#port);
			if (received === undefined) return;
			this.receive(received.message as ToWorker);
		}
	}

	/** Take the next request alone. */
	shift(): Received {
		return this.#requests.shift() as Received;
	}

	/** Take the requests at the head of the queue that can share a transaction, as many as a transaction may have. */
	shiftGroupable(): readonly Received[] {
		const end = this.#requests.findIndex((received) => !isGroupable(received));
		const count = end < 0 ? this.#requests.length : end;
		return this.#requests.splice(0, Math.min(count, GROUP_MAX));
	}

	/** Send responses. Without any, the message only tells whether a change waits to be confirmed. */
	respond(responses: readonly Response[]): void {
		const message: FromWorker = { responses, isWaiting: this.#isWaiting() };
		this.#port.postMessage(message);
	}

	/** Stop receiving messages, so that the thread can end. */
	close(): void {
		this.#port.close();
	}

	/** Drop a request whose caller no longer waits. A request that has begun is finished. */
	#cancel(id: number): void {
		const at = this.#requests.findIndex((received) => received.id === id);
		if (at < 0) return;
		this.#requests.splice(at, 1);
		const error = new UmlnetError("ERR_ABORTED", "cancelled before it began");
		this.respond([{ id, error: packError(error) }]);
	}
}

/**
 * An up, or a down by name, can share a transaction. A request that depends on everything that is up cannot, nor can
 * one that is confirmed, rolled back or refused as a whole.
 */
function isGroupable({ request }: Received): boolean {
	switch (request.verb) {
		case "up":
			return request.prune !== true && isUnconditional(request);
		case "down":
			return !("all" in request.which) && isUnconditional(request);
		default:
			return request.verb === "take";
	}
}

const isUnconditional = ({ confirmWithin, sparing }: ChangeOptions): boolean =>
	confirmWithin === undefined && sparing === undefined;
