/** The thread in which an embedded engine lives: it alone enters the namespace and waits for the kernel. */
import {
	type MessagePort,
	parentPort,
	receiveMessageOnPort,
	workerData,
} from "node:worker_threads";
import { checkSpec } from "./engine/spec.js";
import type { GroupOutcome, GroupRequest } from "./group.js";
import { Host, type HostOptions, type Which } from "./host.js";
import { wantedTaps } from "./kinds/index.js";
import { type PackedError, packError } from "./passage.js";

/** What the caller's thread asks for. Specs come as the user gave them and are checked here. */
export type Call =
	| { readonly verb: "up"; readonly spec: unknown }
	| { readonly verb: "down"; readonly which: WireWhich }
	| { readonly verb: "plan"; readonly spec: unknown; readonly prune: boolean }
	| { readonly verb: "planDown"; readonly which: WireWhich }
	| { readonly verb: "status"; readonly taps: readonly string[] | undefined }
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
	| { readonly answers: readonly Answer[] }
	| { readonly closed: true };

interface Waiting {
	readonly id: number;
	readonly call: Call;
}

class Server {
	readonly #host: Host;
	readonly #port: MessagePort;
	#queue: Waiting[] = [];
	#busy = false;
	#closing = false;

	constructor(host: Host, port: MessagePort) {
		this.#host = host;
		this.#port = port;
	}

	async take(message: Inbound): Promise<void> {
		this.#sort(message);
		if (this.#busy) return;
		this.#busy = true;
		while (this.#queue.length > 0) {
			this.#drain();
			const [first] = this.#queue;
			if (first === undefined) break;
			await (isGroupable(first) ? this.#group() : this.#single());
			this.#drain();
		}
		this.#busy = false;
		if (this.#closing) this.#close();
	}

	/** Everything that has arrived while the kernel was at work joins the queue before the next transaction. */
	#drain(): void {
		for (;;) {
			const received = receiveMessageOnPort(this.#port);
			if (received === undefined) return;
			this.#sort(received.message as Inbound);
		}
	}

	#sort(message: Inbound): void {
		if ("close" in message) this.#closing = true;
		else if ("cancel" in message)
			this.#queue = this.#queue.filter(({ id }) => id !== message.cancel);
		else this.#queue.push(message);
	}

	/** All ups and downs at the head of the queue, as one group. */
	async #group(): Promise<void> {
		const end = this.#queue.findIndex((waiting) => !isGroupable(waiting));
		const taken = this.#queue.splice(0, end < 0 ? this.#queue.length : end);
		const answers: Answer[] = [];
		const requests = taken.flatMap((waiting) => {
			try {
				return [toGroup(waiting)];
			} catch (error) {
				answers.push({ id: waiting.id, error: packError(error) });
				return [];
			}
		});
		try {
			for (const [id, outcome] of await this.#host.commit(requests))
				answers.push(answer(id, outcome));
		} catch (error) {
			for (const { id } of requests) answers.push({ id, error: packError(error) });
		}
		this.#port.postMessage({ answers } satisfies Outbound);
	}

	async #single(): Promise<void> {
		const { id, call } = this.#queue.shift() as Waiting;
		let one: Answer;
		try {
			one = { id, value: await this.#call(call) };
		} catch (error) {
			one = { id, error: packError(error) };
		}
		this.#port.postMessage({ answers: [one] } satisfies Outbound);
	}

	#call(call: Call): Promise<unknown> {
		switch (call.verb) {
			case "up":
				return this.#host.up(checkSpec(call.spec));
			case "down":
				return this.#host.down(toWhich(call.which));
			case "plan":
				return this.#host.plan(checkSpec(call.spec), { prune: call.prune });
			case "planDown":
				return this.#host.planDown(toWhich(call.which));
			case "status":
				return this.#host.status(call.taps);
			case "recover":
				return this.#host.recover();
		}
	}

	#close(): void {
		this.#host.close();
		this.#port.postMessage({ closed: true } satisfies Outbound);
		this.#port.close();
	}
}

/** Ups and downs by name share transactions; what depends on all that is there goes alone. */
const isGroupable = ({ call }: Waiting): boolean =>
	call.verb === "up" || (call.verb === "down" && !("all" in call.which));

function toGroup({ id, call }: Waiting): GroupRequest {
	if (call.verb === "up") return { verb: "up", id, taps: wantedTaps(checkSpec(call.spec)) };
	if (call.verb !== "down" || "all" in call.which) throw new Error(`${call.verb} goes alone`);
	const which = toWhich(call.which);
	const taps = "taps" in which ? which.taps : "spec" in which ? Object.keys(which.spec.taps) : [];
	return { verb: "down", id, taps };
}

const toWhich = (which: WireWhich): Which =>
	"spec" in which ? { spec: checkSpec(which.spec) } : which;

const answer = (id: number, outcome: GroupOutcome): Answer =>
	"error" in outcome ? { id, error: packError(outcome.error) } : { id, value: outcome.report };

const port = parentPort;
if (port === null) throw new Error("worker.ts runs in a worker thread");
try {
	const server = new Server(Host.open(workerData as HostOptions), port);
	port.on("message", (message: Inbound) => {
		server.take(message).catch((error: unknown) => {
			port.postMessage({ failed: packError(error) } satisfies Outbound);
		});
	});
	port.postMessage({ ready: true } satisfies Outbound);
} catch (error) {
	port.postMessage({ failed: packError(error) } satisfies Outbound);
	port.close();
}
