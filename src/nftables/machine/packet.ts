import { ETH_HLEN, ETH_P_IP, ETH_P_IPV6 } from "../../uapi/if_ether.js";
import { IPPROTO_TCP, IPPROTO_UDP } from "../../uapi/in.js";
import {
	IPPROTO_DSTOPTS,
	IPPROTO_FRAGMENT,
	IPPROTO_HOPOPTS,
	IPPROTO_ROUTING,
} from "../../uapi/in6.js";
import { fromBytes, toBytes } from "../fact/value.js";
import type { Connection } from "./connection.js";

/** The properties of an interface that rules can match. */
export interface Device {
	readonly index: number;
	readonly name: string;
	/** ARPHRD_* */
	readonly type: number;
	readonly group: number;
	/** IFLA_INFO_KIND, `tun` or `bridge`; hardware has none. */
	readonly kind?: string | undefined;
	/** The bridge it is a port of. */
	readonly bridge?: Device | undefined;
	/** The VLAN that a port assigns to untagged frames. */
	readonly pvid?: number | undefined;
}

/** The positions of the headers in a packet. */
interface Headers {
	/** The protocol above IP; undefined if it is not visible. */
	readonly l4proto: number | undefined;
	readonly transport: number;
	/** Whether this is a fragment other than the first. */
	readonly isLaterFragment: boolean;
}

/** The IPv6 extension headers that ipv6_find_hdr() skips. */
const EXTENSIONS = new Set([IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS]);
const HEADER6 = 40;
const UNIT = 8;

/** A packet as nf_tables sees it: its bytes, and what the kernel keeps with them. */
export class Packet {
	/** The bytes from the Ethernet header on. */
	bytes: Uint8Array;
	/** ETH_P_* */
	readonly protocol: number;
	/** False for packets that this host sends, which have no Ethernet header yet. */
	hasLinkHeader = true;
	in: Device | undefined;
	out: Device | undefined;
	/** The ports of a bridge through which a packet came and leaves, if br_netfilter passes it to IP. */
	physicalIn: Device | undefined;
	physicalOut: Device | undefined;
	mark = 0;
	/** Set if the mark cannot be known: what it depends on. */
	unknownMark: string | undefined;
	priority = 0;
	/** PACKET_*: for this host, for everybody, for another host. */
	type: number;
	connection: Connection | undefined;
	isUntracked = false;
	/** Whether a process of this host sent it. */
	isLocal = false;

	constructor(bytes: Uint8Array, type: number, input: Device | undefined) {
		this.bytes = bytes;
		this.type = type;
		this.in = input;
		this.protocol = Number(fromBytes(bytes.subarray(ETH_HLEN - 2, ETH_HLEN), "big"));
	}

	/** A copy that can be tried independently. */
	clone(): Packet {
		const copy = new Packet(this.bytes.slice(), this.type, this.in);
		return Object.assign(copy, {
			hasLinkHeader: this.hasLinkHeader,
			out: this.out,
			physicalIn: this.physicalIn,
			physicalOut: this.physicalOut,
			mark: this.mark,
			unknownMark: this.unknownMark,
			priority: this.priority,
			connection: this.connection && { ...this.connection },
			isUntracked: this.isUntracked,
			isLocal: this.isLocal,
		});
	}

	get network(): number {
		return ETH_HLEN;
	}
	/** The length of the packet without its Ethernet header, as in `meta length`. */
	get length(): number {
		return this.bytes.length - ETH_HLEN;
	}
	get isIpv4(): boolean {
		return this.protocol === ETH_P_IP;
	}
	get isIpv6(): boolean {
		return this.protocol === ETH_P_IPV6;
	}

	/** Bytes from an offset on; undefined if the packet ends before. */
	at(offset: number, length: number): Uint8Array | undefined {
		if (offset < 0 || offset + length > this.bytes.length) return undefined;
		return this.bytes.subarray(offset, offset + length);
	}
	number(offset: number, length: number): number {
		return Number(fromBytes(this.at(offset, length) ?? new Uint8Array(), "big"));
	}
	write(offset: number, value: Uint8Array): void {
		const bytes = this.bytes.slice();
		bytes.set(value.subarray(0, Math.max(0, bytes.length - offset)), offset);
		this.bytes = bytes;
	}

	headers(): Headers {
		const nothing = { l4proto: undefined, transport: 0, isLaterFragment: false };
		if (this.isIpv4) {
			const first = this.bytes[this.network] ?? 0;
			const [version, words] = [first >> 4, first & 15];
			const fragment = this.number(this.network + 6, 2) & 0x1fff;
			if (version !== 4 || words < 5) return nothing;
			return {
				l4proto: this.bytes[this.network + 9],
				transport: this.network + 4 * words,
				isLaterFragment: fragment > 0,
			};
		}
		return this.isIpv6 ? this.#headers6() : nothing;
	}

	#headers6(): Headers {
		const nothing = { l4proto: undefined, transport: 0, isLaterFragment: false };
		if ((this.bytes[this.network] ?? 0) >> 4 !== 6) return nothing;
		let next = this.bytes[this.network + 6] ?? 0;
		let at = this.network + HEADER6;
		while (EXTENSIONS.has(next)) {
			if (this.at(at, UNIT) === undefined) return nothing;
			if (next === IPPROTO_FRAGMENT && (this.number(at + 2, 2) & 0xfff8) !== 0)
				return { l4proto: this.bytes[at], transport: at, isLaterFragment: true };
			const length = next === IPPROTO_FRAGMENT ? UNIT : UNIT * ((this.bytes[at + 1] ?? 0) + 1);
			next = this.bytes[at] ?? 0;
			at += length;
		}
		return { l4proto: next, transport: at, isLaterFragment: false };
	}

	#addressAt(isDestination: boolean): [at: number, length: number] {
		if (this.isIpv4) return [this.network + (isDestination ? 16 : 12), 4];
		return [this.network + (isDestination ? 24 : 8), 16];
	}
	get source(): Uint8Array {
		return this.at(...this.#addressAt(false))?.slice() ?? new Uint8Array();
	}
	set source(address: Uint8Array) {
		this.write(this.#addressAt(false)[0], address);
	}
	get destination(): Uint8Array {
		return this.at(...this.#addressAt(true))?.slice() ?? new Uint8Array();
	}
	set destination(address: Uint8Array) {
		this.write(this.#addressAt(true)[0], address);
	}

	/** How many more routers it may pass. */
	get hops(): number {
		return this.bytes[this.network + (this.isIpv4 ? 8 : 7)] ?? 0;
	}
	/** Count a router. In both IP versions that happens before the forward hook. */
	passRouter(): void {
		this.write(this.network + (this.isIpv4 ? 8 : 7), Uint8Array.of(this.hops - 1));
	}

	/** Whether its protocol has ports. */
	get hasPorts(): boolean {
		const { l4proto, isLaterFragment } = this.headers();
		return !isLaterFragment && (l4proto === IPPROTO_TCP || l4proto === IPPROTO_UDP);
	}
	get sourcePort(): number {
		return this.hasPorts ? this.number(this.headers().transport, 2) : 0;
	}
	set sourcePort(port: number) {
		if (this.hasPorts) this.write(this.headers().transport, toBytes(BigInt(port), "big", 2));
	}
	get destinationPort(): number {
		return this.hasPorts ? this.number(this.headers().transport + 2, 2) : 0;
	}
	set destinationPort(port: number) {
		if (this.hasPorts) this.write(this.headers().transport + 2, toBytes(BigInt(port), "big", 2));
	}
}
