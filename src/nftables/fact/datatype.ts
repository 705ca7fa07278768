import { parseAddress, parseAddress6, parseCNumber, parseLinkLayer } from "./address.js";
import type { Constant } from "./constant.js";
import type { Database, Host } from "./host.js";
import * as symbols from "./symbol.js";
import { parseDate, parseDuration, parseHour } from "./time.js";
import { bitmask, fromText, type Order, textLength } from "./value.js";

/** How values of a type are written and compared. `id` is the value in NFTA_SET_KEY_TYPE. */
export interface Datatype {
	readonly id: number;
	readonly name: string;
	readonly order: Order | undefined;
	/** The width in bits; 0 if the expression determines it. */
	readonly size: number;
	readonly base?: Datatype;
	readonly symbols?: symbols.Symbols;
	/** Parse a constant. Returns `undefined` if the text is not a constant of this type. */
	readonly parse?: (text: string, host: Host) => Constant | undefined;
	/** The types of the parts of a concatenation, first to last. */
	readonly fields?: readonly Datatype[];
}

/** The width of one id in the packed id of a concatenation. */
const TYPE_BITS = 6;

function parseInteger(text: string): Constant | undefined {
	const number = /^0b[01]+$/i.test(text) ? BigInt(text) : parseCNumber(text);
	return number === undefined ? undefined : { value: number };
}
const upTo = (max: bigint, constant: Constant | undefined): Constant | undefined =>
	constant !== undefined && constant.value <= max ? constant : undefined;
const found = (number: number | undefined): Constant | undefined =>
	number === undefined ? undefined : { value: BigInt(number) };

function parseProtocol(text: string, host: Host): Constant | undefined {
	return upTo(255n, parseInteger(text)) ?? found(host.number("protocols", text));
}
function parseService(text: string, host: Host): Constant | undefined {
	return upTo(0xffffn, parseInteger(text)) ?? found(host.service(text));
}
const named =
	(database: Database) =>
	(text: string, host: Host): Constant | undefined =>
		found(host.number(database, text)) ?? parseInteger(text);

function parseClassid(text: string): Constant | undefined {
	if (text === "root") return { value: 0xffffffffn };
	if (text === "none") return { value: 0n };
	const [, major, minor] = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(text) ?? [];
	if (major === undefined) return upTo(bitmask(32), parseInteger(text));
	return { value: (BigInt(`0x${major}`) << 16n) | BigInt(`0x${minor}`) };
}
function parseLabel(text: string, host: Host): Constant | undefined {
	const bit = found(host.number("connlabel", text)) ?? parseInteger(text);
	return bit === undefined || bit.value > 127n ? undefined : { value: 1n << bit.value };
}
const parseBoolean = (text: string): Constant | undefined => {
	const constant = parseInteger(text);
	return constant && { value: constant.value === 0n ? 0n : 1n };
};
const parseString = (text: string): Constant => ({
	value: fromText(text),
	bits: (textLength(text) + 1) * 8,
});
const parseIfindex = (text: string, host: Host): Constant | undefined =>
	found(host.ifindex(text)) ??
	upTo(0x7fffffffn, /^\d+$/.test(text) ? { value: BigInt(text) } : undefined);

const type = (
	id: number,
	name: string,
	order: Order | undefined,
	size: number,
	rest: Omit<Datatype, "id" | "name" | "order" | "size"> = {},
): Datatype => ({ id, name, order, size, ...rest });

export const invalid = type(0, "invalid", undefined, 0);
export const verdict = type(1, "verdict", undefined, 0);
export const integer = type(4, "integer", undefined, 0, { parse: parseInteger });
/** An integer that is written in hexadecimal: the value of a raw payload expression. */
export const hexInteger = type(4, "integer", undefined, 0, { parse: parseInteger, base: integer });
const bits = type(3, "bitmask", undefined, 0, { base: integer });
export const bitmaskType = bits;
export const string = type(5, "string", "host", 0, { parse: parseString });

const base = integer;
export const nfproto = type(2, "nf_proto", undefined, 8, { base, symbols: symbols.nfproto });
const linkLayer = type(6, "ll_addr", "big", 0, { base, parse: parseLinkLayer });
export const ipv4Addr = type(7, "ipv4_addr", "big", 32, { base, parse: parseAddress });
export const ipv6Addr = type(8, "ipv6_addr", "big", 128, { base, parse: parseAddress6 });
export const etherAddr = type(9, "ether_addr", "big", 48, { base: linkLayer });
export const etherType = type(10, "ether_type", "big", 16, { base, symbols: symbols.ethertype });
export const arpOp = type(11, "arp_op", "big", 16, { base, symbols: symbols.arpOperation });
export const inetProto = type(12, "inet_proto", undefined, 8, { base, parse: parseProtocol });
export const inetService = type(13, "inet_service", "big", 16, { base, parse: parseService });
export const icmpType = type(14, "icmp_type", "big", 8, { base, symbols: symbols.icmpType });
export const tcpFlag = type(15, "tcp_flag", "big", 8, { base: bits, symbols: symbols.tcpFlag });
export const dccpPktType = type(16, "dccp_pkttype", undefined, 4, {
	base,
	symbols: symbols.dccpPacketType,
});
export const mhType = type(17, "mh_type", "big", 8, { base, symbols: symbols.mobilityType });
export const time = type(18, "time", "host", 32, { base, parse: parseDuration });
export const mark = type(19, "mark", "host", 32, { base, parse: named("rt_marks") });
export const ifaceIndex = type(20, "iface_index", "host", 32, { base, parse: parseIfindex });
export const ifaceType = type(21, "iface_type", "host", 16, { base, symbols: symbols.arphrd });
export const realm = type(22, "realm", "host", 32, { base, parse: named("rt_realms") });
export const classid = type(23, "classid", "host", 32, { base, parse: parseClassid });
export const uid = type(24, "uid", "host", 32, {
	base,
	parse: (text, host) => found(host.uid(text)) ?? upTo(bitmask(32), parseInteger(text)),
});
export const gid = type(25, "gid", "host", 32, {
	base,
	parse: (text, host) => found(host.gid(text)) ?? upTo(bitmask(32), parseInteger(text)),
});
export const ctState = type(26, "ct_state", "host", 32, { base: bits, symbols: symbols.ctState });
export const ctDir = type(27, "ct_dir", undefined, 8, { base, symbols: symbols.ctDirection });
export const ctStatus = type(28, "ct_status", "host", 32, {
	base: bits,
	symbols: symbols.ctStatus,
});
export const icmpv6Type = type(29, "icmpv6_type", "big", 8, { base, symbols: symbols.icmp6Type });
export const ctLabel = type(30, "ct_label", "host", 128, { base: bits, parse: parseLabel });
export const pktType = type(31, "pkt_type", "host", 8, { base, symbols: symbols.packetType });
export const icmpCode = type(32, "icmp_code", "big", 8, { base, symbols: symbols.icmpCode });
export const icmpv6Code = type(33, "icmpv6_code", "big", 8, { base, symbols: symbols.icmp6Code });
export const icmpxCode = type(34, "icmpx_code", "big", 8, { base, symbols: symbols.icmpxCode });
export const devgroup = type(35, "devgroup", "host", 32, { base, parse: named("group") });
export const dscp = type(36, "dscp", "big", 6, { base, symbols: symbols.dscp });
export const ecn = type(37, "ecn", "big", 2, { base, symbols: symbols.ecn });
export const fibAddrType = type(38, "fib_addrtype", "host", 32, {
	base,
	symbols: symbols.fibAddressType,
});
export const booleanType = type(39, "boolean", undefined, 1, {
	base,
	parse: parseBoolean,
	symbols: symbols.boolean,
});
export const ctEvent = type(40, "ct_event", "host", 32, { base: bits, symbols: symbols.ctEvent });
export const ifname = type(41, "ifname", "host", 128, { base: string });
export const igmpType = type(42, "igmp_type", "big", 8, { base, symbols: symbols.igmpType });
export const date = type(43, "time", "host", 64, { base, parse: parseDate });
export const hour = type(44, "hour", "host", 32, { base, parse: parseHour });
export const day = type(45, "day", "host", 8, { base, symbols: symbols.day });
export const cgroupv2 = type(46, "cgroupsv2", "host", 64, { base });
export const mptcpSubtype = type(4, "integer", undefined, 4, {
	base,
	symbols: symbols.mptcpSubtype,
});

const all: readonly Datatype[] = [
	invalid,
	verdict,
	nfproto,
	bits,
	integer,
	string,
	linkLayer,
	ipv4Addr,
	ipv6Addr,
	etherAddr,
	etherType,
	arpOp,
	inetProto,
	inetService,
	icmpType,
	tcpFlag,
	dccpPktType,
	mhType,
	time,
	mark,
	ifaceIndex,
	ifaceType,
	realm,
	classid,
	uid,
	gid,
	ctState,
	ctDir,
	ctStatus,
	icmpv6Type,
	ctLabel,
	pktType,
	icmpCode,
	icmpv6Code,
	icmpxCode,
	devgroup,
	dscp,
	ecn,
	fibAddrType,
	booleanType,
	ctEvent,
	ifname,
	igmpType,
	date,
	hour,
	day,
	cgroupv2,
];
const byId = new Map(all.map((t) => [t.id, t]));
// Two types have the name "time". As in nft, `type time` in a set means relative times.
const byName = new Map(all.toReversed().map((t) => [t.name, t]));

/** The type with the name that a set is declared with. */
export const datatypeByName = (name: string): Datatype | undefined => byName.get(name);

/** The type of a concatenation. Its id consists of the ids of its fields, six bits each. */
export function concatOf(fields: readonly Datatype[]): Datatype {
	const id = fields.reduce((packed, field) => ((packed << TYPE_BITS) | field.id) >>> 0, 0);
	const name = fields.map((field) => field.name).join(" . ");
	const size = fields.reduce((sum, field) => sum + (((field.size + 31) >> 5) << 5), 0);
	return { id, name, order: undefined, size, fields };
}

/** The type with the id in NFTA_SET_KEY_TYPE or NFTA_SET_DATA_TYPE. */
export function datatypeById(id: number): Datatype | undefined {
	if (id < 1 << TYPE_BITS) return byId.get(id);
	const fields: Datatype[] = [];
	for (let rest = id; rest !== 0; rest >>>= TYPE_BITS) {
		const field = byId.get(rest & ((1 << TYPE_BITS) - 1));
		if (field === undefined) return undefined;
		fields.unshift(field);
	}
	return concatOf(fields);
}

/** The type that a type is finally based on: integer, string, verdict or invalid. */
function basetype(datatype: Datatype): Datatype {
	let at = datatype;
	while (at.base !== undefined) at = at.base;
	return at;
}
/** Whether values of the type are numbers. */
export const isInteger = (datatype: Datatype): boolean => basetype(datatype).id === integer.id;
/** Whether values of the type are strings. */
export const isString = (datatype: Datatype): boolean => basetype(datatype) === string;
/** Whether values of the type are sets of flags. */
export const isBitmask = (datatype: Datatype): boolean => datatype.base === bits;

/**
 * Whether a value of type `given` may stand where `wanted` is expected. A mark may be any number, but not flags or a
 * MAC address.
 */
export const compatible = (wanted: Datatype, given: Datatype): boolean =>
	wanted.id === given.id || (wanted === mark && (given.base ?? given).id === integer.id);

/**
 * Parse a constant of a type: by the names of its values first, then by its own grammar and those of its base types.
 */
export function parseConstant(datatype: Datatype, text: string, host: Host): Constant | undefined {
	for (let at: Datatype | undefined = datatype; at !== undefined; at = at.base) {
		if (at.symbols !== undefined && Object.hasOwn(at.symbols, text))
			return { value: BigInt(at.symbols[text] as number) };
		if (at.parse !== undefined) return at.parse(text, host);
	}
	return undefined;
}
