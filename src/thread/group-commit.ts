import { type GroupOutcome, tapsIn } from "../engine/group.js";
import type { Committed, Host } from "../host/host.js";
import type { PoolRequest } from "../host/pool.js";
import type { Pools } from "../host/pools.js";
import { packError } from "../service/errors.js";
import type { Which } from "../service/networks.js";
import { checkSpec } from "../spec/plain.js";
import type { BackgroundDeletes } from "./background-deletes.js";
import type { Response } from "./messages.js";
import type { Received, RequestQueue } from "./request-queue.js";

/** A request of the caller, and the request to the engine that it became. */
interface Member {
	readonly received: Received;
	readonly pooled: PoolRequest;
}

/** Commits requests that can share a transaction as one group. */
export class GroupCommit {
	readonly #host: Host;
	readonly #pools: Pools;
	readonly #queue: RequestQueue;
	readonly #deletes: BackgroundDeletes;

	constructor(host: Host, pools: Pools, queue: RequestQueue, deletes: BackgroundDeletes) {
		this.#host = host;
		this.#pools = pools;
		this.#queue = queue;
		this.#deletes = deletes;
	}

	/** Commit, as one group, all requests that are at the head of the queue when the lock is acquired. */
	async commitNext(): Promise<void> {
		const responses: Response[] = [];
		const members = this.#nextMembers(responses);
		try {
			const { outcomes, pendingDeletes } = await this.commit(members.map(poolRequestOf), () => {
				this.#queue.drain();
				const late = this.#nextMembers(responses);
				members.push(...late);
				return late.map(poolRequestOf);
			});
			const deferred: Response[] = [];
			for (const { received, pooled } of members) {
				const isDeferred = pendingDeletes.length > 0 && pooled.request.verb === "down";
				const outcome = outcomes.get(received.id) as GroupOutcome;
				(isDeferred ? deferred : responses).push(responseTo(received, outcome));
			}
			if (pendingDeletes.length > 0) this.#deletes.deleteLater(pendingDeletes, deferred);
		} catch (error) {
			for (const { received } of members)
				responses.push({ id: received.id, error: packError(error) });
		}
		if (responses.length > 0) this.#queue.respond(responses);
	}

	/**
	 * Commit requests as one group, and tell the pools how each ended. `join` is called when the lock is acquired, so
	 * that requests which arrived while another process held it join the group.
	 */
	async commit(
		first: readonly PoolRequest[],
		join: () => readonly PoolRequest[] = () => [],
	): Promise<Committed> {
		if (first.length === 0) return { outcomes: new Map(), pendingDeletes: [] };
		let all = first;
		try {
			const committed = await this.#host.commit(() => {
				all = [...first, ...join()];
				return all.map(({ request }) => request);
			});
			for (const { request, onSettled } of all) {
				const outcome = committed.outcomes.get(request.id) as GroupOutcome;
				onSettled("error" in outcome ? outcome.error : undefined);
			}
			return committed;
		} catch (error) {
			for (const { onSettled } of all) onSettled(error as Error);
			throw error;
		}
	}

	/** The requests at the head of the queue. Those that cannot be served get their response at once. */
	#nextMembers(responses: Response[]): Member[] {
		const next = this.#queue.shiftGroupable();
		const refuse = ({ id }: Received, error: unknown): [] => {
			responses.push({ id, error: packError(error) });
			return [];
		};
		try {
			const openByGuest = this.#openByGuest(next);
			return next.flatMap((received) => {
				try {
					return [{ received, pooled: this.#poolRequest(received, openByGuest) }];
				} catch (error) {
					return refuse(received, error);
				}
			});
		} catch (error) {
			return next.flatMap((received) => refuse(received, error));
		}
	}

	/** @throws UmlnetError */
	#poolRequest({ id, request }: Received, openByGuest: ReadonlySet<string>): PoolRequest {
		if (request.verb === "take")
			return this.#pools.take(id, request.guest, (spec) => this.#host.wanted(spec));
		if (request.verb === "up") {
			const spec = checkSpec(request.spec);
			this.#pools.ensurePools(spec.networks);
			return this.#pools.claim(id, this.#host.wanted(spec));
		}
		if (request.verb !== "down") throw new Error(`${request.verb} shares no transaction`);
		return this.#pools.release(id, namesOf(request.which), openByGuest);
	}

	/** Those taps of the pools that are to go down although a guest still has them open. */
	#openByGuest(next: readonly Received[]): ReadonlySet<string> {
		const inUse = next.flatMap(({ request }) =>
			request.verb === "down" && "taps" in request.which
				? this.#pools.inUse(request.which.taps)
				: [],
		);
		return inUse.length === 0 ? new Set() : this.#host.openByGuest(inUse);
	}
}

const poolRequestOf = ({ pooled }: Member): PoolRequest => pooled;

/** The taps that a `down` names. @throws SpecError */
export function namesOf(which: Which): readonly string[] {
	if ("taps" in which) return which.taps;
	return "spec" in which ? Object.keys(checkSpec(which.spec).taps) : [];
}

/**
 * A `take` is answered with its tap, and a `down` with the report of a down, even if the taps were reset and not
 * deleted.
 */
function responseTo({ id, request }: Received, outcome: GroupOutcome): Response {
	if ("error" in outcome) return { id, error: packError(outcome.error) };
	const { changed, steps, taps, losses } = outcome.report;
	if (request.verb === "up") return { id, value: outcome.report };
	if (request.verb === "take") return { id, value: taps[0] };
	const report = { changed, steps, taps: tapsIn(outcome.report) };
	return { id, value: losses === undefined ? report : { losses, ...report } };
}
