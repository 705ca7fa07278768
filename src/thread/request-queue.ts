import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { packError } from "../service/errors.js";
import { UmlnetError } from "../sys/error.js";
import type { FromWorker, Request, Response, ToWorker } from "./messages.js";

/**
 * How many requests share a transaction at the most. What has begun is finished, whoever gives up meanwhile: the next
 * one shall not have to wait for thousands that nobody wants any more.
 */
const GROUP_MAX = 256;

/** A request of the caller's thread that has no response yet. */
export interface Received {
	readonly id: number;
	readonly request: Request;
}

/** The engine's end of the port to the caller's thread: requests that wait, in their order, and responses. */
export class RequestQueue {
	readonly #port: MessagePort;
	readonly #isWaiting: () => boolean;
	#requests: Received[] = [];
	#isClosing = false;

	/** `isWaiting`: whether a change waits to be confirmed. */
	constructor(port: MessagePort, isWaiting: () => boolean) {
		this.#port = port;
		this.#isWaiting = isWaiting;
	}

	/** Whether the caller has closed the engine: what waits is served, nothing more comes. */
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

	/** Take in what has arrived while the kernel was at work and the event loop stood still. */
	drain(): void {
		for (;;) {
			const received = receiveMessageOnPort(this.#port);
			if (received === undefined) return;
			this.receive(received.message as ToWorker);
		}
	}

	/** The next request alone. */
	shift(): Received {
		return this.#requests.shift() as Received;
	}

	/** The requests at the head of the queue that can share a transaction, as many as one may have. */
	shiftGroupable(): readonly Received[] {
		const end = this.#requests.findIndex((received) => !isGroupable(received));
		const count = end < 0 ? this.#requests.length : end;
		return this.#requests.splice(0, Math.min(count, GROUP_MAX));
	}

	/** Without responses it only tells whether a change waits to be confirmed. */
	respond(responses: readonly Response[]): void {
		const message: FromWorker = { responses, isWaiting: this.#isWaiting() };
		this.#port.postMessage(message);
	}

	/** No more messages come after those that were taken in: the thread can end. */
	close(): void {
		this.#port.close();
	}

	/** A request that has begun is not stopped any more; its caller no longer waits for the response. */
	#cancel(id: number): void {
		const at = this.#requests.findIndex((received) => received.id === id);
		if (at < 0) return;
		this.#requests.splice(at, 1);
		const error = new UmlnetError("ERR_ABORTED", "called off before it began");
		this.respond([{ id, error: packError(error) }]);
	}
}

/**
 * Ups and downs by name can share a transaction; what depends on everything that is there goes alone, and so does what is
 * confirmed or rolled back as a whole.
 */
function isGroupable({ request }: Received): boolean {
	switch (request.verb) {
		case "up":
			return request.prune !== true && request.confirmWithin === undefined;
		case "down":
			return !("all" in request.which) && request.confirmWithin === undefined;
		default:
			return request.verb === "take";
	}
}
