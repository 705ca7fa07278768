import {
	AddressError,
	broadcast,
	type Cidr,
	cidrOf,
	contains,
	type Family,
	formatAddress,
	isSingle,
	network,
	parseAddress,
	parseCidr,
	sameAddress,
} from "../inet/cidr.js";
import { isLinkLocal } from "../inet/link-local.js";
import type { Issues } from "./issues.js";
import { type Path, quote } from "./tree.js";

/** Addresses that the kernel would accept on an interface and that make no sense on a link with a guest. */
const UNUSABLE = {
	4: [
		["0.0.0.0/8", "means 'this network' and is nobody's"],
		["127.0.0.0/8", "is loopback and never leaves a machine"],
		["169.254.169.254/32", "is where clouds serve machine metadata and credentials"],
		["224.0.0.0/4", "is multicast, no machine's own"],
		["240.0.0.0/4", "is reserved (class E) or broadcast"],
	],
	6: [
		["::/128", "means 'no address'"],
		["::1/128", "is loopback and never leaves a machine"],
		["fe80::1/128", "is link-local, and the host's: the gateway of guests"],
		["::ffff:0:0/96", "is an IPv4 address written as IPv6: write it as IPv4"],
		["fd00:ec2::254/128", "is where clouds serve machine metadata and credentials"],
		["ff00::/8", "is multicast, no machine's own"],
	],
} as const;

interface Range {
	readonly range: Cidr;
	readonly reason: string;
}
const unusable = new Map<Family, readonly Range[]>();

/** Parsed when the first address of the family is checked, because not every command has one. */
function unusableOf(family: Family): readonly Range[] {
	let ranges = unusable.get(family);
	if (ranges === undefined) {
		ranges = UNUSABLE[family].map(([range, reason]) => ({ range: parseCidr(range), reason }));
		unusable.set(family, ranges);
	}
	return ranges;
}

/** A shorter prefix covers a good part of the Internet, which the host would then look for behind a tap. */
const SHORTEST = { 4: 8, 6: 16 } as const;

/** Why no machine can have this address in this subnet; undefined if one can. */
function hostFault(cidr: Cidr): string | undefined {
	const reserved = unusableOf(cidr.family).find(({ range }) => contains(range, cidr.address));
	if (reserved !== undefined) return reserved.reason;
	if (cidr.prefix < SHORTEST[cidr.family])
		return `its subnet takes a good part of the Internet: /${SHORTEST[cidr.family]} is the shortest prefix`;
	// In a subnet of two addresses both can be used (RFC 3021, RFC 6164).
	if (cidr.prefix >= cidr.address.length * 8 - 1) return undefined;
	if (sameAddress(cidr.address, network(cidr))) return "is the subnet itself, no machine in it";
	return cidr.family === 4 && sameAddress(cidr.address, broadcast(cidr))
		? "is the subnet's broadcast address, no machine in it"
		: undefined;
}

/** A hint such as `such as 10.0.0.1/24`: an address near `cidr` in its subnet that `free` accepts. */
export function neighbour(
	cidr: Cidr,
	free: (address: string) => boolean = () => true,
): string | undefined {
	if (isSingle(cidr)) return undefined;
	for (const step of [1, -1, 2, -2]) {
		const next = cidr.address.slice();
		const last = next.length - 1;
		next[last] = (next[last] ?? 0) + step;
		const candidate = cidrOf(next, cidr.prefix);
		if (!contains(cidr, next) || hostFault(candidate) !== undefined) continue;
		if (free(formatAddress(next))) return candidate.text;
	}
	return undefined;
}

const LINK_LOCAL = "is link-local: the kernel makes these by itself, one per interface";

const linkLocalFault = ({ address }: Cidr, isGood: boolean): string | undefined =>
	!isGood && isLinkLocal(address) ? LINK_LOCAL : undefined;

/**
 * The address of a host or a guest in its subnet; undefined after adding an issue. A guest may choose a `linkLocal`
 * address.
 */
export function parseHost(
	text: string,
	path: Path,
	issues: Issues,
	linkLocal = false,
): Cidr | undefined {
	try {
		const cidr = parseCidr(text);
		const fault = hostFault(cidr) ?? linkLocalFault(cidr, linkLocal);
		if (fault === undefined) return cidr;
		const other = neighbour(cidr);
		issues.add(path, `${cidr.text} ${fault}`, other === undefined ? undefined : `such as ${other}`);
	} catch (error) {
		if (!(error instanceof AddressError)) throw error;
		issues.add(path, `${quote(text)} is not an address with a prefix length: ${error.message}`);
	}
	return undefined;
}

/** An address without prefix length, as a subnet with one address; undefined after adding an issue. */
export function parseBareAddress(text: string, path: Path, issues: Issues): Cidr | undefined {
	try {
		const address = parseAddress(text);
		const cidr = cidrOf(address, address.length * 8);
		const fault = hostFault(cidr) ?? linkLocalFault(cidr, false);
		if (fault === undefined) return cidr;
		issues.add(path, `${formatAddress(address)} ${fault}`);
	} catch (error) {
		if (!(error instanceof AddressError)) throw error;
		const hint = text.includes("/") ? "without the prefix length" : undefined;
		issues.add(path, `${quote(text)} is not an address: ${error.message}`, hint);
	}
	return undefined;
}
