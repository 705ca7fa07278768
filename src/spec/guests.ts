import {
	broadcast,
	type Cidr,
	contains,
	formatAddress,
	isSingle,
	network,
	sameAddress,
} from "../inet/cidr.js";
import { isLinkLocal } from "../inet/link-local.js";
import type { Draft, DraftNetwork } from "./draft.js";
import { neighbour } from "./hosts.js";
import type { Issues } from "./issues.js";
import type { Placed } from "./reading.js";
import type { Segment } from "./segments.js";
import { formatPath, type Path } from "./tree.js";

/** Check guests against the host and against each other. */
export function checkGuests(draft: Draft, segments: readonly Segment[], issues: Issues): void {
	const hosts = new Map<string, Path>();
	for (const { snatTo } of draft.networks.values())
		for (const { value, path } of snatTo) hosts.set(formatAddress(value.address), path);
	for (const segment of segments)
		for (const { value, path } of segment.hosts) hosts.set(formatAddress(value.address), path);
	const guests = new Guests(hosts, issues);
	const macs = new Map<string, Path>();
	for (const segment of segments) {
		checkMacs(segment, macs, issues);
		for (const tap of segment.taps)
			for (const address of tap.guest.addresses) {
				if (!guests.take(address, segment)) continue;
				checkSubnet(address, segment, issues);
			}
	}
}

/** Which guest has which address. */
class Guests {
	readonly #hosts: ReadonlyMap<string, Path>;
	readonly #issues: Issues;
	readonly #guests = new Map<string, { readonly path: Path; readonly network: DraftNetwork }>();
	constructor(hosts: ReadonlyMap<string, Path>, issues: Issues) {
		this.#hosts = hosts;
		this.#issues = issues;
	}

	/** Returns false if another guest has the address already. */
	take({ value, path }: Placed<Cidr>, segment: Segment): boolean {
		// A link-local address may be used again on another link.
		const link = isLinkLocal(value.address) ? `${segment.name} ` : "";
		const address = formatAddress(value.address);
		const host = this.#hosts.get(address);
		const guest = this.#guests.get(link + address);
		if (guest === undefined) this.#guests.set(link + address, { path, network: segment.network });
		if (host !== undefined) {
			this.#issues.add(path, hostsOwn(address, host, segment.name), this.#other(value));
			return false;
		}
		if (guest === undefined || areApart(guest.network, segment.network)) return true;
		const text = `${address} is the address of another guest (${formatPath(guest.path)})`;
		this.#issues.add(path, text, this.#other(value));
		return false;
	}

	#other(taken: Cidr): string | undefined {
		const isFree = (address: string) => !this.#hosts.has(address) && !this.#guests.has(address);
		const other = neighbour(taken, isFree);
		return other === undefined ? undefined : `such as ${other}`;
	}
}

/** A frequent mistake: the guest gets the address of the tap, which is the host's. */
function hostsOwn(address: string, host: Path, link: string): string {
	return (
		`${address} is the host's own address (${formatPath(host)}). ${link} on the host and eth0 in the guest are two ` +
		`machines on one wire, and both would answer for ${address}: the LAN would reach the guest, this host only itself`
	);
}

/** Two bridged segments that the host has no part in may use the same addresses. */
function areApart(a: DraftNetwork, b: DraftNetwork): boolean {
	return a !== b && a.mode === "bridged" && b.mode === "bridged";
}

/** A guest and the host must each be in the other's subnet, unless routes to single addresses connect them. */
function checkSubnet({ value, path }: Placed<Cidr>, segment: Segment, issues: Issues): void {
	const hosts = segment.hosts.map((host) => host.value).filter((h) => h.family === value.family);
	if (hosts.length === 0 || hosts.some(isSingle) || isLinkLocal(value.address)) return;
	const texts = hosts.map(({ text }) => text).join(", ");
	const address = formatAddress(value.address);
	if (!hosts.some((host) => contains(host, value.address))) {
		issues.add(
			path,
			`${address} is not in the subnet of the host's side of ${segment.name}, ${texts}`,
		);
		return;
	}
	if (isSingle(value)) return;
	const gateway = hosts.find((host) => contains(value, host.address));
	if (gateway === undefined)
		issues.add(
			path,
			`the guest's subnet ${formatAddress(network(value))}/${value.prefix} does not hold the host, ${texts}: the guest could not reach its gateway`,
			`use the host's prefix length`,
		);
	else if (value.family === 4 && isEdge(gateway, value))
		issues.add(
			path,
			`in the guest's /${value.prefix} the host's ${formatAddress(gateway.address)} is the subnet or its broadcast address: the guest could not reach it`,
			`use the host's prefix length, /${gateway.prefix}`,
		);
}

function isEdge(host: Cidr, subnet: Cidr): boolean {
	return (
		subnet.prefix < 31 &&
		(sameAddress(host.address, network(subnet)) || sameAddress(host.address, broadcast(subnet)))
	);
}

/** The MAC of a guest must be unique. The host's sides of taps may share one, but not on the same segment. */
function checkMacs({ taps }: Segment, guests: Map<string, Path>, issues: Issues): void {
	const wire = new Map<string, Path>();
	for (const tap of taps) {
		const sides = [
			[tap.mac, [...tap.path, "mac"], wire],
			[tap.guest.mac, [...tap.path, "guest", "mac"], guests],
		] as const;
		for (const [mac, path, scope] of sides) {
			if (mac === undefined) continue;
			const other = wire.get(mac) ?? scope.get(mac);
			if (other !== undefined)
				issues.add(path, `${mac} is already the MAC of another interface (${formatPath(other)})`);
			scope.set(mac, path);
			wire.set(mac, path);
		}
	}
}
