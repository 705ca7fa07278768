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
import { ERRNOS } from "../../sys/errno.js";
import { RTM_GETLINK, RTM_NEWLINK } from "../../uapi/if_link.js";
import { RTM_GETNETCONF, RTM_NEWNETCONF } from "../../uapi/netconf.js";
import { NLM_F_ACK, NLM_F_CAPPED } from "../../uapi/netlink.js";
import {
	NFT_MSG_GETCHAIN,
	NFT_MSG_GETGEN,
	NFT_MSG_GETTABLE,
	NFT_MSG_NEWCHAIN,
	NFT_MSG_NEWGEN,
} from "../../uapi/nf_tables.js";
import { RTM_GETROUTE, RTM_NEWROUTE } from "../../uapi/rtnetlink.js";
import { AF_INET } from "../../uapi/socket.js";

/** More rules than any chain of ours has, so that whoever counts them finds none missing. */
const RULES = 1000;
/** The index of the uplink. Taps get the indexes after it. */
export const UPLINK = 2;

const ENOENT = errnoOf("ENOENT");
const ENETUNREACH = errnoOf("ENETUNREACH");
function errnoOf(wanted: string): number {
	return ERRNOS.find(([, name]) => name === wanted)?.[0] as number;
}

const reply = <O, I>({ type, encode }: Message<O, I>, value: I) =>
	({ type, payload: encode(value) }) as const;
/** Canned replies: an uplink with forwarding on, a chain that has its rules. */
const REPLIES = new Map([
	[RTM_GETLINK.type, reply(RTM_NEWLINK, { ifi_index: UPLINK, IFLA_IFNAME: "uplink" })],
	[RTM_GETNETCONF.type, reply(RTM_NEWNETCONF, { NETCONFA_FORWARDING: 1 })],
	[RTM_GETROUTE.type, reply(RTM_NEWROUTE, { rtm_family: AF_INET })],
	[NFT_MSG_GETCHAIN.type, reply(NFT_MSG_NEWCHAIN, { NFTA_CHAIN_USE: RULES })],
	[NFT_MSG_GETGEN.type, reply(NFT_MSG_NEWGEN, { NFTA_GEN_ID: 1 })],
]);

/**
 * A netlink socket without a kernel. It acknowledges every request except two, which a real host often refuses as well,
 * so that V8 compiles the handling of errors: our table does not exist yet, and every other time there is no default
 * route.
 */
class CannedSocket implements Transport {
	readonly portId = 1;
	readonly #w = new Writer();
	#hasRoute = false;

	send(bytes: Uint8Array, length: number): void {
		this.#w.reset();
		for (const { type, flags, seq, start } of frames(bytes, length)) {
			const errno = this.#refusal(type);
			const canned = errno === 0 ? REPLIES.get(type) : undefined;
			if (canned !== undefined) this.#put(canned.type, 0, seq, canned.payload);
			if (errno === 0 && (flags & NLM_F_ACK) === 0) continue;
			const payload = new Writer();
			payload.u32(-errno >>> 0);
			payload.append(bytes.subarray(start - NLMSG_HDRLEN, start));
			this.#put(NLMSG_ERROR, NLM_F_CAPPED, seq, payload.finish());
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

/** A kernel that changes nothing and refuses almost nothing, used through the drivers of the real one. */
export class CannedKernel implements Kernel {
	readonly identity = "canned";
	readonly #rtnetlink = new RtnetlinkDriver({ open: () => new CannedSocket() });
	readonly #nftables = new NftablesDriver({ open: () => new CannedSocket() });
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
	lookUpNftables(requests: readonly Request[]): readonly Outcome[] {
		return this.#nftables.lookUp(requests);
	}
	chooseIndex = (): number => this.#index++;
	dump = (): [] => [];
	linkName = (index: number): string | undefined => this.#names.get(index);
	linkMtu = (): undefined => undefined;
	readDefaultRouters = (): [] => [];
	readLearnedLinks = (): [] => [];
	addDefaultRouter(): void {}
	readListeners = (): [] => [];
	socketOwner = (): undefined => undefined;
	readSysctl = (): string => "0";
	readSysctls = (): ReadonlyMap<string, string> => new Map();
	writeSysctl(): void {}
	createTap({ index, name }: TapRequest): void {
		this.#names.set(index, name);
	}
	persistTap(): void {}
	dropTap(): void {}
	forgetFlows(): void {}
	forgetFlowsTo(): void {}
	endFlows(): void {}
	close(): void {}
}
