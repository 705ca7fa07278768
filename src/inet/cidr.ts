import {
	AddressError,
	compareAddresses,
	type Family,
	familyOf,
	formatAddress,
	parseAddress,
} from "./address.js";

export { AddressError, type Family, formatAddress, parseAddress } from "./address.js";

/** An address with its prefix length. The host bits stay: it is an interface's address and its subnet at once. */
export interface Cidr {
	readonly family: Family;
	/** Network byte order, 4 or 16 bytes. */
	readonly address: Uint8Array;
	readonly prefix: number;
	/** Canonical: equal values have equal texts. */
	readonly text: string;
}

/** What was read last: on the way of one guest the same text is read half a dozen times. */
const known = new Map<string, Cidr>();
const KNOWN_MAX = 4096;

/**
 * `192.0.2.1/24`, `2001:db8::1/64`. Throws AddressError, whose message says why and does not quote the text. Equal
 * texts may get the same object: it is not to be changed.
 */
export function parseCidr(text: string): Cidr {
	let cidr = known.get(text);
	if (cidr === undefined) {
		cidr = readCidr(text);
		if (known.size >= KNOWN_MAX) known.clear();
		known.set(text, cidr);
	}
	return cidr;
}

function readCidr(text: string): Cidr {
	const slash = text.indexOf("/");
	const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
	const bits = address.length * 8;
	if (slash === -1) throw new AddressError("the prefix length is missing, /24");
	const digits = text.slice(slash + 1);
	if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits) || Number(digits) > bits)
		throw new AddressError(`the prefix length is a decimal number from 0 to ${bits}`);
	return cidrOf(address, Number(digits));
}

export function cidrOf(address: Uint8Array, prefix: number): Cidr {
	const text = `${formatAddress(address)}/${prefix}`;
	return { family: familyOf(address), address, prefix, text };
}

/** The subnet that an address is in, with this prefix or its own. */
export const subnetOf = (cidr: Cidr, prefix = cidr.prefix): Cidr =>
	cidrOf(network({ ...cidr, prefix }), prefix);

/** The first address of the subnet. */
export function network(cidr: Cidr): Uint8Array {
	const first = cidr.address.slice();
	for (let i = cidr.prefix >> 3; i < first.length; i++)
		first[i] = (first[i] ?? 0) & maskByte(cidr.prefix, i);
	return first;
}

/** The last address of the subnet; in IPv4 shorter than /31 the one for all hosts. */
export function broadcast(cidr: Cidr): Uint8Array {
	const last = cidr.address.slice();
	for (let i = cidr.prefix >> 3; i < last.length; i++)
		last[i] = (last[i] ?? 0) | (maskByte(cidr.prefix, i) ^ 255);
	return last;
}

/** Byte `i` of a netmask. */
function maskByte(prefix: number, i: number): number {
	const ones = Math.min(8, Math.max(0, prefix - i * 8));
	return 255 ^ (255 >> ones);
}

export function contains(subnet: Cidr, address: Uint8Array): boolean {
	const { address: inside, prefix } = subnet;
	if (inside.length !== address.length) return false;
	// Loops here and below: a spec of hundreds of taps compares addresses by the ten thousand, in code not yet compiled.
	for (let i = 0; 8 * i < prefix; i++)
		if ((((address[i] ?? 0) ^ (inside[i] ?? 0)) & maskByte(prefix, i)) !== 0) return false;
	return true;
}

/** Whether some address is in both subnets: then one of them contains the other. */
export function overlaps(a: Cidr, b: Cidr): boolean {
	return a.prefix <= b.prefix ? contains(a, b.address) : contains(b, a.address);
}

export function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
	return compareAddresses(a, b) === 0;
}

/** A subnet of one address: /32, /128. It makes no connected route, so it can stand on many links. */
export function isSingle(cidr: Cidr): boolean {
	return cidr.prefix === cidr.address.length * 8;
}
