import type { BatchOutcome, Kernel, TapRequest } from "../../kernel/kernel.js";
import { NftablesDriver } from "../../kernel/nftables.js";
import { RtnetlinkDriver } from "../../kernel/rtnetlink.js";
import { Writer } from "../../netlink/bytes.js";
import {
	beginMessage,
	endMessage,
	frames,
	NLMSG_ERROR,
	NLMSG_HDRLEN,
} from "../../netlink/frame.js";
import type { Outcome } from "../../netlink/outcome.js";
import type { Request } from "../../netlink/request.js";
import type { Message } from "../../netlink/schema.js";
import type { Transport } from "../../netlink/socket.js";
import { RTM_GETLINK, RTM_NEWLINK } from "../../uapi/if_link.js";
import { RTM_GETNETCONF, RTM_NEWNETCONF } from "../../uapi/netconf.js";
import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETGEN,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWGEN,
} from "../../uapi/nf_tables.js";
import { RTM_GETROUTE, RTM_NEWROUTE } from "../../uapi/rtnetlink.js";
import { AF_INET } from "../../uapi/socket.js";

const NLM_F_ACK = 4; // linux/netlink.h
const NLM_F_CAPPED = 0x100;
const ENOENT = 2; // asm-generic/errno-base.h
const ENETUNREACH = 101; // asm-generic/errno.h
const MANY = 1000;
/** The index of the uplink; those of taps come behind it. */
export const UPLINK = 2;

const answer = <O, I>({ type, encode }: Message<O, I>, value: I) =>
	({ type, payload: encode(value) }) as const;
/** What those hear who ask: there is an uplink that forwards, and a chain with enough rules. */
const ANSWERS = new Map([
	[RTM_GETLINK.type, answer(RTM_NEWLINK, { ifi_index: UPLINK, IFLA_IFNAME: "uplink" })],
	[RTM_GETNETCONF.type, answer(RTM_NEWNETCONF, { NETCONFA_FORWARDING: 1 })],
	[RTM_GETROUTE.type, answer(RTM_NEWROUTE, { rtm_family: AF_INET })],
	[NFT_MSG_GETCHAIN.type, answer(NFT_MSG_NEWCHAIN, { NFTA_CHAIN_USE: MANY })],
	[NFT_MSG_GETGEN.type, answer(NFT_MSG_NEWGEN, { NFTA_GEN_ID: 1 })],
]);

/**
 * A socket behind which nobody is. Every request is acknowledged; only our table is not there yet, and there is a
 * default route now and then.
 */
class Acknowledging implements Transport {
	readonly portId = 1;
	readonly #w = new Writer();
	#hasRoute = false;

	send(bytes: Uint8Array, length: number): void {
		this.#w.reset();
		for (const { type, flags, seq, start } of frames(bytes, length)) {
			const errno = this.#refusal(type);
			const known = errno === 0 ? ANSWERS.get(type) : undefined;
			if (known !== undefined) this.#put(known.type, 0, seq, known.payload);
			if (errno === 0 && (flags & NLM_F_ACK) === 0) continue;
			const verdict = new Writer();
			verdict.u32(-errno >>> 0);
			verdict.append(bytes.subarray(start - NLMSG_HDRLEN, start));
			this.#put(NLMSG_ERROR, NLM_F_CAPPED, seq, verdict.finish());
		}
	}
	#refusal(type: number): number {
		if (type === NFT_MSG_GETTABLE.type) return ENOENT;
		if (type !== RTM_GETROUTE.type) return 0;
		this.#hasRoute = !this.#hasRoute;
		return this.#hasRoute ? 0 : ENETUNREACH;
	}
	#put(type: number, flags: number, seq: number, payload: Uint8Array): void {
		const at = beginMessage(this.#w, type, flags, seq, this.portId);
		this.#w.append(payload);
		endMessage(this.#w, at);
	}
	receive(into: Uint8Array): { length: number; senderPortId: number } | undefined {
		const { bytes, length } = this.#w;
		if (length === 0) return undefined;
		into.set(bytes.subarray(0, length));
		this.#w.reset();
		return { length, senderPortId: 0 };
	}
	wait = (): boolean => false;
	setOption = (): boolean => true;
	setBuffers(): void {}
	close(): void {}
}

/** A kernel that does nothing and has no objection, spoken to by the drivers of the real one. */
export class RehearsalKernel implements Kernel {
	readonly identity = "rehearsal";
	readonly #rtnetlink = new RtnetlinkDriver({ open: () => new Acknowledging() });
	readonly #nftables = new NftablesDriver({ open: () => new Acknowledging() });
	#index = UPLINK + 1;
	readonly #names = new Map<number, string>();

	rtnetlink(requests: readonly Request[]): readonly Outcome[] {
		return this.#rtnetlink.send(requests);
	}
	nftables(batch: readonly Request[]): BatchOutcome {
		return this.#nftables.commit(batch);
	}
	readNftables<O, I>(
		message: Message<unknown, I>,
		reply: Message<O, never>,
		value: I,
	): readonly O[] {
		return this.#nftables.read(message, reply, value, false);
	}
	chooseIndex = (): number => this.#index++;
	dump = (): [] => [];
	linkName = (index: number): string | undefined => this.#names.get(index);
	readSysctl = (): string => "0";
	readSysctls = (): ReadonlyMap<string, string> => new Map();
	writeSysctl(): void {}
	createTap({ index, name }: TapRequest): void {
		this.#names.set(index, name);
	}
	persistTap(): void {}
	dropTap(): void {}
	forgetFlows(): void {}
	close(): void {}
}
