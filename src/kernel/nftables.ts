import { OverrunError } from "../netlink/error.js";
import type { Outcome, Reply } from "../netlink/outcome.js";
import { type Request, request } from "../netlink/request.js";
import type { Message } from "../netlink/schema.js";
import type { NetlinkSocketOptions } from "../netlink/socket.js";
import { KernelError } from "../sys/error.js";
import { NETLINK_NETFILTER } from "../uapi/netlink.js";
import { NFT_MSG_GETGEN, NFT_MSG_NEWGEN } from "../uapi/nf_tables.js";
import {
	NFNL_MSG_BATCH_BEGIN,
	NFNL_MSG_BATCH_END,
	NFNL_SUBSYS_NFTABLES,
} from "../uapi/nfnetlink.js";
import { FreshSocket } from "./fresh-socket.js";
import type { BatchOutcome } from "./kernel.js";

// How often another process may commit between our read of the generation and our batch. This many times in a row is
// not chance.
const STALE_TRIES = 20;

export interface CommitOptions {
	/** The generation of the ruleset that the batch was made for. Without it, the present one. */
	readonly generation?: number | undefined;
}
/** How a commit ended, and the kernel's replies to each message that asked for them (NLM_F_ECHO). */
export interface Committed extends BatchOutcome {
	readonly replies: readonly (readonly Reply[])[];
}

/** nf_tables: every change is one batch that the kernel commits as a whole or not at all. */
export class NftablesDriver {
	readonly #socket: FreshSocket;
	#generation: number | undefined;

	constructor(options: NetlinkSocketOptions) {
		this.#socket = new FreshSocket(NETLINK_NETFILTER, options);
	}

	/**
	 * @throws KernelError if the batch is refused as a whole: EPERM, or ERESTART because the ruleset is not of the given
	 * generation or changes all the time
	 */
	commit(batch: readonly Request[], { generation: wanted }: CommitOptions = {}): Committed {
		for (let tries = 1; ; tries++) {
			const generation = wanted ?? this.#generation ?? this.generation();
			this.#generation = undefined;
			const { outcomes, committed } = this.#sendBatch(batch, generation);
			const [begin, ...rest] = outcomes;
			const replies = rest.map((outcome) => outcome.replies);
			if (committed) {
				this.#generation = nextGeneration(generation);
				return { refused: [], replies };
			}
			const isStale = begin?.errno === "ERESTART" && wanted === undefined;
			if (isStale && tries < STALE_TRIES) continue;
			if (begin?.error !== undefined) throw begin.error;
			const refused = rest.flatMap(({ error }, at) => (error === undefined ? [] : [{ at, error }]));
			if (refused.length > 0) return { refused, replies: [] };
			// The kernel does not answer a malformed batch, and before Linux 6.10 it answered no batch. The generation tells
			// which it was.
			if (this.generation() === nextGeneration(generation)) return { refused: [], replies };
			throw new KernelError("NFNL_MSG_BATCH_END", "EPROTO", {
				kernel: "the kernel did not answer the batch and did not commit it",
			});
		}
	}

	/**
	 * Let the kernel validate a batch without committing it: one without BATCH_END is validated and then dropped
	 * (NFNL_ABORT_VALIDATE, net/netfilter/nfnetlink.c).
	 * @throws KernelError if the batch is refused as a whole
	 */
	check(batch: readonly Request[]): BatchOutcome {
		const begin = request(NFNL_MSG_BATCH_BEGIN, 0, { res_id: NFNL_SUBSYS_NFTABLES });
		const { outcomes, acknowledged } = this.#socket.use((socket) =>
			socket.sendBatch([begin, ...batch]),
		);
		const [first, ...rest] = outcomes;
		if (first?.error !== undefined) throw first.error;
		const refused = rest.flatMap(({ error }, at) => (error === undefined ? [] : [{ at, error }]));
		if (refused.length > 0 || acknowledged) return { refused };
		throw new KernelError("NFNL_MSG_BATCH_BEGIN", "EPROTO", {
			kernel: "the kernel did not answer the batch",
		});
	}

	read<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I, dump: boolean): O[] {
		return this.#socket.use((socket) => {
			if (dump) return socket.dump(message, reply, value);
			return socket.request(message as Message<O, I>, 0, value) as O[];
		});
	}

	/** Get requests in one datagram: outside a batch the kernel answers them one by one (nfnetlink_rcv_msg). */
	lookUp(requests: readonly Request[]): readonly Outcome[] {
		return this.#socket.use((socket) => socket.send(requests));
	}

	close(): void {
		this.#socket.close();
	}

	/** The generation of the ruleset: every commit increases it. */
	generation(): number {
		const [gen] = this.read(NFT_MSG_GETGEN, NFT_MSG_NEWGEN, {}, false);
		return gen?.NFTA_GEN_ID ?? 0;
	}

	/** The outcome of BATCH_BEGIN, then of each message; and whether BATCH_END was acknowledged. */
	#sendBatch(
		batch: readonly Request[],
		generation: number,
	): { readonly committed: boolean; readonly outcomes: readonly Outcome[] } {
		const res_id = NFNL_SUBSYS_NFTABLES;
		try {
			const { outcomes, acknowledged } = this.#socket.use((socket) =>
				socket.sendBatch([
					request(NFNL_MSG_BATCH_BEGIN, 0, { res_id, NFNL_BATCH_GENID: generation }),
					...batch,
					request(NFNL_MSG_BATCH_END, 0, { res_id }),
				]),
			);
			// An acknowledgement of a message inside the batch means nothing; only the one of BATCH_END means that it was
			// committed.
			return { committed: acknowledged, outcomes: outcomes.slice(0, -1) };
		} catch (error) {
			if (!(error instanceof OverrunError)) throw error;
			if (this.generation() === nextGeneration(generation))
				return { committed: true, outcomes: [] };
			throw error;
		}
	}
}

// The generation is never 0 (nft_base_seq_inc, net/netfilter/nf_tables_api.c).
const nextGeneration = (generation: number): number => (generation + 1) >>> 0 || 1;
