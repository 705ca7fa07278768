import {
	AddressError,
	compareAddresses,
	type Family,
	familyOf,
	formatAddress,
	parseAddress,
} from "./address.js";

export { AddressError, type Family, formatAddress, parseAddress } from "./address.js";

/** An address with its prefix length. The host bits stay: it is the address of an interface and its subnet in one. */
export interface Cidr {
	readonly family: Family;
	/** In network byte order, 4 or 16 bytes. */
	readonly address: Uint8Array;
	readonly prefix: number;
	/** The canonical text: equal values have equal texts. */
	readonly text: string;
}

/** The texts parsed last: the same text is parsed several times for one guest. */
const known = new Map<string, Cidr>();
const KNOWN_MAX = 4096;

/**
 * Parse `192.0.2.1/24` or `2001:db8::1/64`. Equal texts may return the same object, so it must not be changed. @throws
 * AddressError, whose message says why and does not quote the text
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

/** The subnet of an address, with the address's own prefix length or another. */
export const subnetOf = (cidr: Cidr, prefix = cidr.prefix): Cidr =>
	cidrOf(network({ ...cidr, prefix }), prefix);

/** The first address of the subnet. */
export function network(cidr: Cidr): Uint8Array {
	const first = cidr.address.slice();
	for (let i = cidr.prefix >> 3; i < first.length; i++)
		first[i] = (first[i] ?? 0) & maskByte(cidr.prefix, i);
	return first;
}

/** The last address of the subnet: the broadcast address of an IPv4 subnet, unless it is a /31 or /32. */
export function broadcast(cidr: Cidr): Uint8Array {
	const last = cidr.address.slice();
	for (let i = cidr.prefix >> 3; i < last.length; i++)
		last[i] = (last[i] ?? 0) | (maskByte(cidr.prefix, i) ^ 255);
	return last;
}

/** The byte at index `i` of a netmask. */
function maskByte(prefix: number, i: number): number {
	const ones = Math.min(8, Math.max(0, prefix - i * 8));
	return 255 ^ (255 >> ones);
}

export function contains(subnet: Cidr, address: Uint8Array): boolean {
	const { address: inside, prefix } = subnet;
	if (inside.length !== address.length) return false;
	// Plain loops here and below: a spec of hundreds of taps compares tens of thousands of addresses before V8 compiles
	// this.
	for (let i = 0; 8 * i < prefix; i++)
		if ((((address[i] ?? 0) ^ (inside[i] ?? 0)) & maskByte(prefix, i)) !== 0) return false;
	return true;
}

/** Whether two subnets have an address in common, which means that one contains the other. */
export function overlaps(a: Cidr, b: Cidr): boolean {
	return a.prefix <= b.prefix ? contains(a, b.address) : contains(b, a.address);
}

export function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
	return compareAddresses(a, b) === 0;
}

/** Whether a subnet has one address, /32 or /128. It makes no connected route, so several links may have it. */
export function isSingle(cidr: Cidr): boolean {
	return cidr.prefix === cidr.address.length * 8;
}
