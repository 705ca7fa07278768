/** What `egress` says: `none`, or `10.1.0.0/16`, `192.0.2.7:443/tcp`, `[2001:db8::/32]:80-90`. */

import { isIPv4Mapped } from "../inet/address.js";
import {
	AddressError,
	type Cidr,
	formatAddress,
	network,
	parseAddress,
	parseCidr,
} from "../inet/cidr.js";
import { quote } from "./tree.js";

export const EGRESS_PRESETS = ["full", "internet", "none"] as const;
export type EgressPreset = (typeof EGRESS_PRESETS)[number];
const PROTOCOLS = ["tcp", "udp", "sctp"] as const;
export type EgressProtocol = (typeof PROTOCOLS)[number];

/** Where guests may send: addresses, and of these all, or some ports of some protocols. */
export interface EgressItem {
	readonly cidr: Cidr;
	readonly ports?: {
		readonly first: number;
		readonly last: number;
		readonly protocols: readonly EgressProtocol[];
	};
	/** In canonical form. */
	readonly text: string;
}
export type Egress = { readonly preset: EgressPreset; readonly text: string } | EgressItem;

/** Something is wrong with what `egress` says. */
export class EgressError extends Error {
	readonly hint: string | undefined;
	constructor(message: string, hint?: string) {
		super(message);
		this.hint = hint;
	}
}

const EXAMPLES = "such as internet, 10.1.0.0/16, 192.0.2.7:443/tcp or [2001:db8::/32]:80-90";
/**
 * The lengths of prefixes that the kernel looks up, in a hash set of its own for each length. A subnet of another length
 * is as many of the next longer one.
 */
export const PREFIX_LENGTHS = { 4: [32, 24, 16, 8, 0], 6: [128, 64, 48, 32, 0] } as const;
/** A mistyped prefix length would fill the sets of the kernel with more than anybody meant. */
const MAX_ELEMENTS = 1024;
const FORM = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:/]*)(?:\/(.*))?)?$/;
const NAME = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?[a-z]/i;

/** @throws EgressError whose message says why, and does not quote the whole text */
export function parseEgress(text: string): Egress {
	const preset = EGRESS_PRESETS.find((one) => one === text);
	if (preset !== undefined) return { preset, text };
	if (isBareIpv6(text)) return sized(itemOf(readCidr(text)));
	const [, where, ports, protocol] = FORM.exec(text) ?? [];
	if (where === undefined) throw new EgressError("is no address with ports", EXAMPLES);
	if (!where.startsWith("[") && /[a-z*]/i.test(where)) throw notAnAddress(where);
	const bare = where.replace(/^\[(.*)\]$/, "$1");
	if (where.startsWith("[") !== bare.includes(":"))
		throw new EgressError(
			"has brackets in the wrong place: they are for IPv6 with ports",
			EXAMPLES,
		);
	const cidr = readCidr(bare);
	return sized(itemOf(cidr, ports === undefined ? undefined : readPorts(ports, protocol)));
}

/** The length of the prefixes that a subnet is looked up by. */
export function lookupLength({ family, prefix }: Cidr): number {
	const lengths: readonly number[] = PREFIX_LENGTHS[family];
	return lengths.filter((length) => length >= prefix).at(-1) as number;
}

/** How many elements of sets an item is for each network or guest that it is said of. */
export function elementsOf({ cidr, ports }: EgressItem): number {
	const each = ports === undefined ? 1 : (ports.last - ports.first + 1) * ports.protocols.length;
	return 2 ** (lookupLength(cidr) - cidr.prefix) * each;
}

function sized(item: EgressItem): EgressItem {
	const count = elementsOf(item);
	if (count <= MAX_ELEMENTS) return item;
	const { family, prefix } = item.cidr;
	const lengths: readonly number[] = PREFIX_LENGTHS[family];
	throw new EgressError(
		`would be ${count} elements of sets, ${MAX_ELEMENTS} at most`,
		lengths.includes(prefix)
			? "fewer ports, or none, which are all of them"
			: `subnets of /${lengths.toReversed().slice(1).join(", /")} are one each`,
	);
}

/** An IPv6 address without ports needs no brackets. */
const isBareIpv6 = (text: string): boolean => !text.includes("[") && text.split(":").length > 2;

function notAnAddress(where: string): EgressError {
	if (NAME.test(where) && where.includes("."))
		return new EgressError(
			"is a name: names need a resolver that answers the guests (dns), which is not yet there",
			"write the addresses",
		);
	return new EgressError(
		`${quote(where)} is neither an address nor ${EGRESS_PRESETS.join(", ")}`,
		EXAMPLES,
	);
}

function readCidr(text: string): Cidr {
	try {
		const cidr = text.includes("/") ? parseCidr(text) : parseCidr(`${text}/${widthOf(text)}`);
		const base = formatAddress(network(cidr));
		if (base !== formatAddress(cidr.address))
			throw new EgressError(
				`${text} has bits behind its prefix length`,
				`${base}/${cidr.prefix} is the subnet, ${formatAddress(cidr.address)} the one address`,
			);
		if (cidr.family === 6 && cidr.prefix >= 96 && isIPv4Mapped(cidr.address))
			throw new EgressError(
				`${text} is IPv4 written as IPv6, which no packet has`,
				"write it as IPv4",
			);
		return cidr;
	} catch (error) {
		if (!(error instanceof AddressError)) throw error;
		throw new EgressError(`${quote(text)} is no address or subnet: ${error.message}`, EXAMPLES);
	}
}
const widthOf = (text: string): number => 8 * parseAddress(text).length;

function readPorts(text: string, protocol: string | undefined): NonNullable<EgressItem["ports"]> {
	const [, from, to = from] = /^([0-9]+)(?:-([0-9]+))?$/.exec(text) ?? [];
	const [first, last] = [Number(from), Number(to)];
	const isPort = (port: number): boolean => port >= 1 && port <= 65_535;
	if (from === undefined || !isPort(first) || !isPort(last))
		throw new EgressError(`${quote(text)} is no port or range of ports, 1 to 65535`, EXAMPLES);
	if (first > last)
		throw new EgressError(`the range ${text} ends before it begins`, `${last}-${first}`);
	if (protocol === undefined) return { first, last, protocols: ["tcp", "udp"] };
	const known = PROTOCOLS.find((one) => one === protocol);
	if (known === undefined)
		throw new EgressError(`${quote(protocol)} is none of ${PROTOCOLS.join(", ")}`);
	return { first, last, protocols: [known] };
}

function itemOf(cidr: Cidr, ports?: EgressItem["ports"]): EgressItem {
	const isSingle = cidr.prefix === 8 * cidr.address.length;
	const where = isSingle ? formatAddress(cidr.address) : cidr.text;
	if (ports === undefined) return { cidr, text: where };
	const { first, last, protocols } = ports;
	const range = first === last ? `${first}` : `${first}-${last}`;
	const behind = protocols.length > 1 ? "" : `/${protocols[0]}`;
	const text = `${cidr.family === 6 ? `[${where}]` : where}:${range}${behind}`;
	return { cidr, ports, text };
}
