/** Frames, byte by byte: what a guest that obeys nobody can put on its wire. */
import { crc32c } from "../../src/engine/journal/crc32c.js";
import { parseAddress } from "../../src/inet/address.js";

export type Bytes = Uint8Array<ArrayBuffer>;

export const bytes = (...parts: readonly (number | Uint8Array | readonly number[])[]): Bytes =>
	Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part])));
export const be16 = (value: number): Bytes => Uint8Array.of(value >> 8, value & 0xff);
export const zeroes = (length: number): Bytes => new Uint8Array(length);

export const mac = (text: string): Bytes =>
	Uint8Array.from(text.split(":").map((part) => Number.parseInt(part, 16)));
export const ip = (text: string): Uint8Array => parseAddress(text);

export const BROADCAST = "ff:ff:ff:ff:ff:ff";
export const IPV4 = 0x0800;
export const ARP = 0x0806;
export const IPV6 = 0x86dd;

export interface Ends {
	readonly from: string;
	readonly to: string;
}

/** An Ethernet frame. */
export const ether = ({ from, to }: Ends, type: number, payload: Uint8Array): Bytes =>
	bytes(mac(to), mac(from), be16(type), payload);

/** The same with a VLAN tag before its type. */
export const tagged = (ends: Ends, vid: number, type: number, payload: Uint8Array): Bytes =>
	ether(ends, 0x8100, bytes(be16(vid), be16(type), payload));

/** What RFC 1071 adds up. */
function checksum(...parts: readonly Uint8Array[]): number {
	const all = Buffer.concat(parts);
	let sum = 0;
	for (let i = 0; i < all.length; i += 2) sum += ((all[i] ?? 0) << 8) | (all[i + 1] ?? 0);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

export interface ArpFields {
	readonly operation: number;
	readonly senderMac: string;
	readonly sender: string;
	readonly targetMac?: string;
	readonly target: string;
	readonly hardware?: number;
	readonly plen?: number;
}
export const arp = (fields: ArpFields): Bytes =>
	bytes(
		be16(fields.hardware ?? 1),
		be16(IPV4),
		6,
		fields.plen ?? 4,
		be16(fields.operation),
		mac(fields.senderMac),
		ip(fields.sender),
		mac(fields.targetMac ?? "00:00:00:00:00:00"),
		ip(fields.target),
	);

export interface Ipv4Fields extends Ends {
	readonly protocol: number;
	/** In units of 8 bytes. */
	readonly offset?: number;
	readonly more?: boolean;
	readonly id?: number;
	readonly ttl?: number;
	/** A whole number of 4 bytes. */
	readonly options?: Uint8Array;
}
export function ipv4(fields: Ipv4Fields, payload: Uint8Array): Bytes {
	const fragment = (fields.more ? 0x2000 : 0) | (fields.offset ?? 0);
	const { options = zeroes(0) } = fields;
	const header = (sum: number): Bytes =>
		bytes(
			[0x45 + options.length / 4, 0],
			be16(20 + options.length + payload.length),
			be16(fields.id ?? 1),
			be16(fragment),
			[fields.ttl ?? 64, fields.protocol],
			be16(sum),
			ip(fields.from),
			ip(fields.to),
			options,
		);
	return bytes(header(checksum(header(0))), payload);
}

export interface Ipv6Fields extends Ends {
	readonly next: number;
	readonly hops?: number;
	/** What the header says its payload has. */
	readonly length?: number;
}
export const ipv6 = (fields: Ipv6Fields, payload: Uint8Array): Bytes =>
	bytes(
		[0x60, 0, 0, 0],
		be16(fields.length ?? payload.length),
		[fields.next, fields.hops ?? 255],
		ip(fields.from),
		ip(fields.to),
		payload,
	);

const pseudo = ({ from, to }: Ends, protocol: number, length: number): Bytes =>
	bytes(ip(from), ip(to), from.includes(":") ? [0, 0] : [], [0, protocol], be16(length));

/** A header whose checksum stands at `at`, filled in. */
function summed(ends: Ends, protocol: number, at: number, packet: Bytes): Bytes {
	const sum = checksum(pseudo(ends, protocol, packet.length), packet);
	packet.set(be16(sum), at);
	return packet;
}

export const SCTP = 132;
export const UDP = 17;
export const TCP = 6;
export const ICMP = 1;
export const ICMPV6 = 58;
export const HOP_BY_HOP = 0;
export const DESTINATION = 60;
export const FRAGMENT = 44;

export interface Ports {
	readonly sport: number;
	readonly dport: number;
}
export const udp = (ends: Ends, { sport, dport }: Ports, payload: Uint8Array = zeroes(8)): Bytes =>
	summed(ends, UDP, 6, bytes(be16(sport), be16(dport), be16(8 + payload.length), [0, 0], payload));
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;
export const tcp = (
	ends: Ends,
	{ sport, dport }: Ports,
	flags = SYN,
	payload: Uint8Array = zeroes(0),
): Bytes =>
	summed(
		ends,
		TCP,
		16,
		bytes(
			be16(sport),
			be16(dport),
			zeroes(4),
			zeroes(4),
			[0x50, flags],
			be16(1000),
			zeroes(4),
			payload,
		),
	);
/** A packet of SCTP with one chunk (RFC 9260): INIT is type 1, INIT ACK type 2. What is not in it stands in a parameter. */
export function sctp(
	{ sport, dport }: Ports,
	type: 1 | 2,
	verification: number,
	parameter: Uint8Array,
): Bytes {
	const length = 20 + 4 + parameter.length;
	const packet = bytes(
		be16(sport),
		be16(dport),
		[0, 0, 0, verification],
		zeroes(4),
		[type, 0],
		be16(length),
		[0, 0, 0, 77],
		[0, 0, 255, 255],
		[0, 1, 0, 1],
		[0, 0, 0, 1],
		be16(0x8008),
		be16(4 + parameter.length),
		parameter,
	);
	new DataView(packet.buffer).setUint32(8, crc32c(packet), true);
	return packet;
}
export function icmp(type: number, code: number, rest: Uint8Array): Bytes {
	const packet = bytes([type, code, 0, 0], rest);
	packet.set(be16(checksum(packet)), 2);
	return packet;
}
export const icmpv6 = (ends: Ends, type: number, rest: Uint8Array, code = 0): Bytes =>
	summed(ends, ICMPV6, 2, bytes([type, code, 0, 0], rest));

/** An option of neighbour discovery that holds a MAC; 1 is the source's, 2 the target's. */
export const lladdr = (type: 1 | 2, address: string): Bytes => bytes([type, 1], mac(address));
export const nonce = (): Bytes => bytes([14, 1], [1, 2, 3, 4, 5, 6]);

export const solicitation = (target: string, ...options: readonly Uint8Array[]): Bytes =>
	bytes(zeroes(4), ip(target), ...options);
export const advertisement = (target: string, ...options: readonly Uint8Array[]): Bytes =>
	bytes([0x60, 0, 0, 0], ip(target), ...options);

/** An extension header of 8 bytes that says nothing. */
export const extension = (next: number): Bytes => bytes([next, 0, 1, 4], zeroes(4));
/** A fragment header; `offset` in units of 8 bytes. */
export const fragmentHeader = (next: number, offset: number, more: boolean, id = 7): Bytes =>
	bytes([next, 0], be16((offset << 3) | (more ? 1 : 0)), [0, 0, 0, id]);

/** The group of an address that is asked for (RFC 4291 §2.7.1), and its MAC. */
export function solicitedNode(address: string): { readonly ip: string; readonly mac: string } {
	const hex = Buffer.from(ip(address).slice(13)).toString("hex");
	const [a, b, c] = [hex.slice(0, 2), hex.slice(2, 4), hex.slice(4)];
	return { ip: `ff02::1:ff${a}:${b}${c}`, mac: `33:33:ff:${a}:${b}:${c}` };
}
export const ALL_NODES = { ip: "ff02::1", mac: "33:33:00:00:00:01" };
export const ALL_ROUTERS = { ip: "ff02::2", mac: "33:33:00:00:00:02" };

/** What a DHCP client says (RFC 2131): `chaddr` is the MAC it asks for. */
export const dhcpRequest = (chaddr: string, operation = 1): Bytes =>
	bytes(
		[operation, 1, 6, 0],
		zeroes(24),
		mac(chaddr),
		zeroes(10 + 64 + 128),
		[0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255],
	);
