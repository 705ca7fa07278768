/**
 * The messages of floor_thread.ts: layouts are encoded once with our tables, then copied and patched as a C program
 * would.
 */
import { netlink, uapi } from "../library.js";

const { NLM_F_ACK, NLM_F_REQUEST } = await netlink();
const facts = await uapi();

export const FIRST_INDEX = 1_000_000;
const HEADER = 16; // sizeof(struct nlmsghdr), linux/netlink.h
const BATCH_BEGIN = 0x10; // NFNL_MSG_BATCH_BEGIN, linux/netfilter/nfnetlink.h
const BATCH_END = 0x11;

// Placeholders for the values of a guest. No other four bytes of a layout are equal to them.
const INDEX = 0x71727374;
const GROUP = 0x75767778;
const ADDRESS = Buffer.of(0x79, 0x7a, 0x7b, 0x7c);
const word = (value: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
};

/** A message, and the positions of the placeholders in it. */
interface Layout {
	readonly bytes: Buffer;
	readonly indexes: readonly number[];
	readonly groups: readonly number[];
	readonly addresses: readonly number[];
}

function layout(type: number, flags: number, payload: Uint8Array): Layout {
	const bytes = Buffer.concat([Buffer.alloc(HEADER), payload]);
	bytes.writeUInt32LE(bytes.length, 0);
	bytes.writeUInt16LE(type, 4);
	bytes.writeUInt16LE(flags | NLM_F_REQUEST, 6);
	const places = (value: Buffer): number[] => {
		const at = bytes.indexOf(value);
		if (at < 0) return [];
		const next = bytes.indexOf(value, at + 4);
		return next < 0 ? [at] : [at, next];
	};
	return {
		bytes,
		indexes: places(word(INDEX)),
		groups: places(word(GROUP)),
		addresses: places(ADDRESS),
	};
}

const { AF_INET, IFF_UP, NFT_MSG_DELSETELEM, NFT_MSG_NEWSETELEM } = facts;
const { NLM_F_CREATE, NLM_F_EXCL, RTM_DELADDR, RTM_DELLINK, RTM_NEWADDR, RTM_NEWLINK } = facts;
/** A link that is set up with everything that a guest needs, or set down without it. */
const link = (on: 0 | 1, setting: { IFLA_GROUP: number } | { IFLA_ADDRESS: Uint8Array }): Layout =>
	layout(
		RTM_NEWLINK.type,
		0,
		RTM_NEWLINK.encode({
			ifi_index: INDEX,
			ifi_flags: on * IFF_UP,
			ifi_change: IFF_UP,
			...setting,
			IFLA_AF_SPEC: {
				AF_INET: {
					IFLA_INET_CONF: { IPV4_DEVCONF_PROXY_ARP: on, IPV4_DEVCONF_FORWARDING: on },
				},
			},
		}),
	);
/** The link has another MAC in each state. */
const mac = (on: 0 | 1) => ({ IFLA_ADDRESS: Buffer.concat([Buffer.of(2, on), ADDRESS]) });
const LINK = { new: link(1, { IFLA_GROUP: GROUP }), take: link(1, mac(1)), park: link(0, mac(0)) };

const host = (type: number, flags: number): Layout =>
	layout(
		type,
		flags,
		RTM_NEWADDR.encode({
			ifa_family: AF_INET,
			ifa_prefixlen: 30,
			ifa_index: INDEX,
			IFA_LOCAL: ADDRESS,
			IFA_ADDRESS: ADDRESS,
		}),
	);
const PUT = host(RTM_NEWADDR.type, NLM_F_CREATE | NLM_F_EXCL);
const HOST = { new: PUT, take: PUT, park: host(RTM_DELADDR.type, 0) };
const DELETE = layout(RTM_DELLINK.type, NLM_F_ACK, RTM_DELLINK.encode({ IFLA_GROUP: GROUP }));

// struct nfgenmsg of a batch: AF_UNSPEC, version 0, res_id NFNL_SUBSYS_NFTABLES in network order.
const BATCH = Buffer.of(0, 0, 0, 10);
const BEGIN = layout(BATCH_BEGIN, 0, BATCH);
const END = layout(BATCH_END, NLM_F_ACK, BATCH);
const elements = (type: number, flags: number): Layout =>
	layout(
		type,
		flags,
		NFT_MSG_NEWSETELEM.encode({
			nfgen_family: AF_INET,
			NFTA_SET_ELEM_LIST_TABLE: "bench",
			NFTA_SET_ELEM_LIST_SET: "guests",
			NFTA_SET_ELEM_LIST_ELEMENTS: [{ NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: ADDRESS } }],
		}),
	);
const ELEMENT = {
	add: elements(NFT_MSG_NEWSETELEM.type, NLM_F_CREATE),
	delete: elements(NFT_MSG_DELSETELEM.type, 0),
};

/** One datagram of messages. */
export class Send {
	readonly bytes = Buffer.alloc(1 << 18);
	length = 0;

	/**
	 * Add links and their addresses. Only the last message is acknowledged; an error of another one would come before.
	 */
	links(what: "new" | "take" | "park", guests: readonly number[], group: number): void {
		this.length = 0;
		for (const guest of guests) {
			this.#put(LINK[what], guest, group);
			this.#put(HOST[what], guest, group);
		}
		const last = this.length - HOST[what].bytes.length;
		this.bytes.writeUInt16LE(this.bytes.readUInt16LE(last + 6) | NLM_F_ACK, last + 6);
	}

	/** Add a batch with one message for each guest. */
	elements(what: "add" | "delete", guests: readonly number[]): void {
		this.length = 0;
		this.#put(BEGIN, 0, 0);
		for (const guest of guests) this.#put(ELEMENT[what], guest, 0, 2);
		this.#put(END, 0, 0);
	}

	group(group: number): void {
		this.length = 0;
		this.#put(DELETE, 0, group);
	}

	/** Guest i has the /30 network 10.128.0.0 + 4 i, in which `side` 1 is the host and 2 the guest. */
	#put(
		{ bytes, indexes, groups, addresses }: Layout,
		guest: number,
		group: number,
		side = 1,
	): void {
		const at = this.length;
		this.bytes.set(bytes, at);
		for (const place of indexes) this.bytes.writeUInt32LE(FIRST_INDEX + guest, at + place);
		for (const place of groups) this.bytes.writeUInt32LE(group, at + place);
		for (const place of addresses)
			this.bytes.writeUInt32BE(0x0a80_0000 + 4 * guest + side, at + place);
		this.length += bytes.length;
	}
}
