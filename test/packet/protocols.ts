/**
 * Every protocol of src/packet, with the fields of its header that follow from others, and the possible values of the
 * rest.
 */
import fc, { type Arbitrary } from "fast-check";
import { Writer } from "../../src/netlink/bytes.js";
import type { AnyCodec, Parts } from "../../src/netlink/schema.js";
import { arp } from "../../src/packet/arp.js";
import type { Addresses } from "../../src/packet/checksum.js";
import { ethernet } from "../../src/packet/ethernet.js";
import { icmp } from "../../src/packet/icmp.js";
import { icmpv6 } from "../../src/packet/icmpv6.js";
import { ipv4 } from "../../src/packet/ipv4.js";
import { extension, fragment, ipv6 } from "../../src/packet/ipv6.js";
import type { AnyPacket } from "../../src/packet/packet.js";
import { tcp, tcpOptions } from "../../src/packet/tcp.js";
import { udp } from "../../src/packet/udp.js";
import { vlan } from "../../src/packet/vlan.js";
import { valuesOf } from "../wire/values.js";

export interface Protocol {
	readonly packet: AnyPacket;
	/** Fields that encoding derives from others: constants, lengths, the checksum. */
	readonly implied: readonly string[];
	readonly options?: Arbitrary<unknown>;
	/** For a union in the header: the values of its tag for each arm. */
	readonly union?: readonly [tag: string, arms: Readonly<Record<string, readonly number[]>>];
}

/** Options whose values are bytes of an aligned length. */
const bytesOf = (unit: number, offset = 0): Arbitrary<Uint8Array> =>
	fc
		.integer({ min: offset > 0 ? 1 : 0, max: 4 })
		.chain((n) => fc.uint8Array({ minLength: n * unit - offset, maxLength: n * unit - offset }));

/** The field `doff` has four bits, which allows 40 bytes of options. */
function fitsTcp(options: object): boolean {
	const w = new Writer();
	tcpOptions.write(w, options);
	return w.length <= 40;
}

export const protocols: readonly Protocol[] = [
	{ packet: ethernet, implied: [] },
	{ packet: vlan, implied: [] },
	{ packet: arp, implied: ["arp_hrd", "arp_pro", "arp_hln", "arp_pln"] },
	{
		packet: ipv4,
		implied: ["version", "ihl", "tot_len", "check"],
		options: bytesOf(4),
	},
	{ packet: ipv6, implied: ["version", "payload_len"] },
	{ packet: extension, implied: ["hdrlen"], options: bytesOf(8, 2) },
	{ packet: fragment, implied: [] },
	{ packet: udp, implied: ["len", "check"] },
	{
		packet: tcp,
		implied: ["doff", "check"],
		options: fc.constant(tcpOptions).chain(spaceOf).filter(fitsTcp),
	},
	{
		packet: icmp,
		implied: ["checksum"],
		union: [
			"type",
			{
				echo: [0, 8, 13, 14, 15, 16, 17, 18],
				frag: [3],
				gateway: [5],
				reserved: [4, 11, 12],
			},
		],
	},
	{
		packet: icmpv6,
		implied: ["icmp6_cksum"],
		union: [
			"icmp6_type",
			{
				icmp6_unused: [1, 3],
				icmp6_mtu: [2],
				icmp6_pointer: [4],
				u_echo: [128, 129],
				nd_router_solicit: [133],
				nd_router_advert: [134],
				nd_neighbor_solicit: [135],
				nd_neighbor_advert: [136],
				nd_redirect: [137],
			},
		],
	},
];

/** Values for a table. Scalars are those of netlink messages; the rest is specific to packets. */
function valueFor(codec: AnyCodec, name = ""): Arbitrary<unknown> {
	const { kind, parts = {} } = codec;
	if (kind === "bit-field") return fc.integer({ min: 0, max: 2 ** (8 * (codec.size ?? 0)) - 1 });
	if (kind === "bits" || kind === "struct") return membersOf(parts);
	if (kind === "options") return spaceOf(codec);
	// The padding of an option of 8 bytes, in which 2 bytes are its header.
	if (kind === "binary" && codec.size === undefined) return bytesOf(8);
	if (kind === "array")
		return fc.array(valueFor(parts["[]"]?.[1] as AnyCodec, name), { maxLength: 3 });
	return valuesOf(codec);
}

const membersOf = (parts: Parts, but: readonly string[] = []): Arbitrary<object> =>
	fc.record(
		Object.fromEntries(
			Object.entries(parts)
				.filter(([name, { 1: codec }]) => codec.kind !== "pad" && !but.includes(name))
				.map(([name, [, codec]]) => [name, valueFor(codec, name)]),
		),
		{ noNullPrototype: true },
	);

/** Some options of a space, and sometimes one that it does not name. */
function spaceOf({ parts = {} }: AnyCodec): Arbitrary<object> {
	const known = Object.entries(parts).map(([name, [, codec]]) => {
		// `many` has the parts of the struct that it repeats.
		const one = valueFor(codec, name);
		const value = codec.repeated ? fc.array(one, { minLength: 1, maxLength: 2 }) : one;
		return value.map((given) => ({ [name]: given }));
	});
	const unknown = fc
		.tuple(fc.integer({ min: 200, max: 253 }), fc.uint8Array({ minLength: 6, maxLength: 6 }))
		.map(([type, payload]) => ({ $unknown: [{ type, payload }] }));
	return fc
		.subarray([...known, unknown], { maxLength: 3 })
		.chain((chosen) => fc.tuple(...chosen))
		.map((values) => Object.assign({}, ...values));
}

/** Packets of a protocol, without the fields that are derived. */
export function packetValues({ packet, implied, options, union }: Protocol): Arbitrary<object> {
	const { parts = {} } = packet.header;
	const arms = Object.entries(union?.[1] ?? {});
	const header = membersOf(parts, [...implied, ...arms.map(([name]) => name)]);
	const rest = fc.record(
		{ payload: fc.uint8Array({ maxLength: 40 }), ...(options && { options }) },
		{ noNullPrototype: true },
	);
	const plain = fc.tuple(header, rest).map(([head, body]) => ({ ...head, ...body }));
	if (union === undefined) return plain;
	const tags = arms.flatMap(([name, values]) => values.map((value) => [value, name] as const));
	return fc
		.tuple(plain, fc.constantFrom([255, ""] as const, ...tags))
		.chain(([value, [tag, arm]]) => {
			const tagged = { ...value, [union[0]]: tag };
			if (arm === "") return fc.constant(tagged);
			const codec = parts[arm]?.[1] as AnyCodec;
			// A message of neighbour discovery has options up to its end.
			const rest = arm.startsWith("nd_") ? { payload: new Uint8Array() } : {};
			return valueFor(codec).map((given) => ({ ...tagged, ...rest, [arm]: given }));
		});
}

/** The enclosing IP header, for protocols whose checksum includes it. */
export const addressesOf = ({
	packet,
}: Protocol): Arbitrary<readonly [] | readonly [Addresses]> => {
	const between = (bytes: number): Arbitrary<readonly [Addresses]> =>
		fc
			.tuple(
				fc.uint8Array({ minLength: bytes, maxLength: bytes }),
				fc.uint8Array({ minLength: bytes, maxLength: bytes }),
			)
			.map(([saddr, daddr]) => [{ saddr, daddr }]);
	if (packet === icmpv6) return between(16);
	return packet === udp || packet === tcp ? fc.oneof(between(4), between(16)) : fc.constant([]);
};
