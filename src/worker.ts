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
import { Pool, type PoolOptions, processId } from "./pool.js";
import { UmlnetError } from "./sys/error.js";

/** What the caller's thread asks for. Specs come as the user gave them and are checked here. */
export type Call =
	| { readonly verb: "up"; readonly spec: unknown }
	| { readonly verb: "take"; readonly guest: GuestInput }
	| { readonly verb: "down"; readonly which: WireWhich }
	| { readonly verb: "plan"; readonly spec: unknown; readonly prune: boolean }
	| { readonly verb: "planDown"; readonly which: WireWhich }
	| { readonly verb: "status"; readonly taps: readonly string[] | undefined }
	| { readonly verb: "recover" };
export type WireWhich =
	| { readonly taps: readonly string[] }
	| { readonly spec: unknown }
	| { readonly all: true };
/** A guest whose tap may have any name: its network as a spec has it, and what of its tap is not the pool's. */
export interface GuestInput {
	readonly network: string;
	readonly networks: Readonly<Record<string, unknown>>;
	readonly tap?: object | undefined;
}
export type WorkerOptions = HostOptions & { readonly pool?: PoolOptions | undefined };
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
	readonly #pool: Pool | undefined;
	#queue: Waiting[] = [];
	#busy = false;
	#closing = false;

	constructor(host: Host, port: MessagePort, pool: Pool | undefined) {
		this.#host = host;
		this.#port = port;
		this.#pool = pool;
	}

	async take(message: Inbound): Promise<void> {
		this.#sort(message);
		if (!this.#busy) await this.work();
	}

	/** Serve the queue until it is empty, then fill the pool as long as nobody comes. */
	async work(): Promise<void> {
		this.#busy = true;
		for (;;) {
			this.#drain();
			const [first] = this.#queue;
			if (first !== undefined) await (isGroupable(first) ? this.#group() : this.#single());
			else if (this.#closing || !(await this.#refill())) break;
		}
		this.#busy = false;
		if (this.#closing) await this.#close();
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

	/** All ups, takes and downs at the head of the queue, as one group. */
	async #group(): Promise<void> {
		const end = this.#queue.findIndex((waiting) => !isGroupable(waiting));
		const taken = this.#queue.splice(0, end < 0 ? this.#queue.length : end);
		const answers: Answer[] = [];
		const held = this.#heldOpen(taken);
		const requests = taken.flatMap((waiting) => {
			try {
				return [this.#toGroup(waiting, held)];
			} catch (error) {
				answers.push({ id: waiting.id, error: packError(error) });
				return [];
			}
		});
		try {
			const outcomes = await this.#host.commit(requests.map(({ request }) => request));
			for (const { request, call } of requests) {
				const outcome = outcomes.get(request.id) as GroupOutcome;
				this.#count(call, request, outcome);
				answers.push(answer(call, request.id, outcome));
			}
		} catch (error) {
			for (const { request } of requests) answers.push({ id: request.id, error: packError(error) });
		}
		this.#port.postMessage({ answers } satisfies Outbound);
	}

	/** The pool's taps among those that go down which a guest still has open. */
	#heldOpen(taken: readonly Waiting[]): ReadonlySet<string> {
		const pool = this.#pool;
		if (pool === undefined) return new Set();
		const names = taken.flatMap(({ call }) =>
			call.verb === "down" && "taps" in call.which ? call.which.taps : [],
		);
		const back = names.filter((name) => pool.wantsBack(name));
		return back.length === 0 ? new Set() : this.#host.heldOpen(back);
	}

	/** A call as a request that can share a transaction. */
	#toGroup(
		{ id, call }: Waiting,
		held: ReadonlySet<string>,
	): { request: GroupRequest; call: Call } {
		const pool = this.#pool;
		if (call.verb === "up")
			return { request: { verb: "up", id, taps: wantedTaps(checkSpec(call.spec)) }, call };
		if (call.verb === "take") return { request: this.#toTake(id, call.guest), call };
		if (call.verb !== "down") throw new Error(`${call.verb} goes alone`);
		const which = toWhich(call.which);
		const taps = "taps" in which ? which.taps : "spec" in which ? Object.keys(which.spec.taps) : [];
		// Parking is a change of the tap's spec, so it is an up; only a call for pool taps alone is one.
		if (pool && taps.length > 0 && taps.every((name) => pool.wantsBack(name) && !held.has(name)))
			return { request: { verb: "up", id, taps: taps.map((name) => pool.wanted(name)) }, call };
		return { request: { verb: "down", id, taps }, call };
	}

	#toTake(id: number, { network, networks, tap }: GuestInput): GroupRequest {
		if (this.#pool === undefined)
			throw new UmlnetError("ERR_USAGE", "this engine was opened without a pool", {
				hint: "open({ pool: { size, low } }), or name the tap and use up()",
			});
		const { access, id: pool } = this.#pool;
		const { owner, group, vnetHdr } = access;
		const name = this.#pool.next();
		const spec = checkSpec({
			version: 1,
			networks,
			taps: { [name]: { ...tap, network, owner, group, vnetHdr } },
		});
		this.#pool.take(name);
		const taps = wantedTaps(spec).map((one) => ({ ...one, report: { ...one.report, pool } }));
		return { verb: "up", id, taps };
	}

	/** Keep the pool's books after a transaction. */
	#count(call: Call, request: GroupRequest, outcome: GroupOutcome): void {
		const pool = this.#pool;
		if (pool === undefined) return;
		const names =
			request.verb === "up" ? request.taps.map(({ report }) => report.name) : request.taps;
		const failed = "error" in outcome;
		if (call.verb === "take" && failed) for (const name of names) pool.lose(name);
		if (call.verb === "down" && !failed)
			for (const name of names) request.verb === "up" ? pool.give(name) : pool.forget(name);
	}

	/** Make some taps for the pool; false when enough wait, or when making them fails. */
	async #refill(): Promise<boolean> {
		const taps = this.#pool?.refill() ?? [];
		if (taps.length === 0) return false;
		const outcome = (await this.#host.commit([{ verb: "up", id: 0, taps }])).get(0);
		if (outcome === undefined || "error" in outcome) return false;
		for (const { report } of taps) this.#pool?.give(report.name);
		return true;
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
			case "take":
				throw new Error(`${call.verb} goes with others`);
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

	async #close(): Promise<void> {
		const taps = this.#pool?.leftovers ?? [];
		if (taps.length > 0) await this.#host.down({ taps });
		this.#host.close();
		this.#port.postMessage({ closed: true } satisfies Outbound);
		this.#port.close();
	}
}

/** Ups and downs by name share transactions; what depends on all that is there goes alone. */
const isGroupable = ({ call }: Waiting): boolean =>
	call.verb === "up" || call.verb === "take" || (call.verb === "down" && !("all" in call.which));

const toWhich = (which: WireWhich): Which =>
	"spec" in which ? { spec: checkSpec(which.spec) } : which;

/** What the caller gets: a take its tap, a parking what any `down` tells. */
function answer(call: Call, id: number, outcome: GroupOutcome): Answer {
	if ("error" in outcome) return { id, error: packError(outcome.error) };
	const { changed, steps, taps } = outcome.report;
	if (call.verb !== "down") return { id, value: outcome.report };
	const names = taps.map((tap) => (typeof tap === "string" ? tap : tap.name));
	return { id, value: { changed, steps, taps: names } };
}

const port = parentPort;
if (port === null) throw new Error("worker.ts runs in a worker thread");
try {
	const options = workerData as WorkerOptions;
	const pool = options.pool && new Pool(options.pool, processId());
	const server = new Server(Host.open(options), port, pool);
	port.on("message", (message: Inbound) => {
		server.take(message).catch((error: unknown) => {
			port.postMessage({ failed: packError(error) } satisfies Outbound);
		});
	});
	port.postMessage({ ready: true } satisfies Outbound);
	if (pool !== undefined) await server.work();
} catch (error) {
	port.postMessage({ failed: packError(error) } satisfies Outbound);
	port.close();
}
