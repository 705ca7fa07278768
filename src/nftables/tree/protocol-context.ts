import { ARPHRD_ETHER } from "../../uapi/if_arp.js";
import {
	NFPROTO_ARP,
	NFPROTO_BRIDGE,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
	NFPROTO_NETDEV,
} from "../../uapi/netfilter.js";
import { NFT_META_IFTYPE } from "../../uapi/nf_tables_const.js";
import * as protocol from "../fact/protocol.js";
import {
	type Base,
	LINK,
	NETWORK,
	type Protocol,
	TRANSPORT,
	upperProtocol,
} from "../fact/protocol.js";
import type { Node, Payload } from "./node.js";

/** For each family, the lowest header that its chains see. */
const families: Readonly<Record<number, readonly [base: Base, protocol: Protocol]>> = {
	[NFPROTO_BRIDGE]: [LINK, protocol.ether],
	[NFPROTO_NETDEV]: [LINK, protocol.netdev],
	[NFPROTO_INET]: [LINK, protocol.inet],
	[NFPROTO_IPV4]: [NETWORK, protocol.ip],
	[NFPROTO_IPV6]: [NETWORK, protocol.ip6],
	[NFPROTO_ARP]: [NETWORK, protocol.arp],
};

/** What a rule has established about the packet's headers so far. */
export class ProtocolContext {
	readonly family: number;
	readonly lowest: Base;
	readonly lowestProtocol: Protocol;
	/** The link headers below the current one: ether below vlan below vlan. */
	readonly stacked: Protocol[] = [];
	/** The ICMP type that was matched. */
	icmpType: number | undefined;
	readonly #at = new Map<Base, Protocol>();
	readonly #transports = new Set<Protocol>();

	constructor(family: number) {
		this.family = family;
		[this.lowest, this.lowestProtocol] = families[family] ?? [LINK, protocol.unknown];
		this.#at.set(this.lowest, this.lowestProtocol);
	}
	at(base: Base): Protocol | undefined {
		return this.#at.get(base);
	}
	set(base: Base, known: Protocol): void {
		if (base === TRANSPORT) this.#transports.add(known);
		this.#at.set(base, known);
	}
	/**
	 * The protocol that conflicts with a field of `wanted`: if a set of transports was matched, the field may be missing.
	 */
	conflict(wanted: Protocol): Protocol | undefined {
		if (this.#transports.size < 2) return undefined;
		return [...this.#transports].find((known) => known !== wanted);
	}
	/** The total length, in bits, of the link headers below the current one. */
	get stackedBits(): number {
		return this.stacked.reduce((sum, header) => sum + (header.length ?? 0), 0);
	}
}

/** Learn from `left == right` which header follows. */
export function learn(protocols: ProtocolContext, left: Node, number: number): void {
	if (left.kind === "payload" && left.isProtocol) learnPayload(protocols, left, number);
	if (left.kind === "meta" && left.isProtocol) learnMeta(protocols, left.key, number);
	if (left.kind === "ct" && left.isProtocol) {
		const below = protocols.at(left.base);
		const above = below && upperProtocol(below, number);
		if (above !== undefined) protocols.set((left.base + 1) as protocol.Base, above);
	}
}

function learnPayload(protocols: ProtocolContext, { base, raw }: Payload, number: number): void {
	if (base === "tunnel") return;
	const below = protocols.at(base);
	if (below === undefined) return;
	const above = upperProtocol(below, number);
	if (above === undefined) {
		// Type 0 is an echo reply, which has the same fields as an echo request.
		if (below === protocol.icmp) protocols.icmpType = number === 0 ? 8 : number;
		if (below === protocol.icmpv6) protocols.icmpType = number === 129 ? 128 : number;
		return;
	}
	if (above.base === below.base && !raw && above.base === LINK) protocols.stacked.push(below);
	protocols.set(above.base, above);
}

function learnMeta(protocols: ProtocolContext, key: number, number: number): void {
	const { family, lowest, lowestProtocol } = protocols;
	switch (key) {
		case NFT_META_IFTYPE:
			if (lowest >= NETWORK || family === NFPROTO_INET || family === NFPROTO_NETDEV)
				protocols.set(LINK, number === ARPHRD_ETHER ? protocol.ether : protocol.unknown);
			break;
		case protocol.inet.meta?.key:
			if (upperProtocol(protocol.inet, number) === lowestProtocol) break;
			protocols.set(
				NETWORK,
				upperProtocol(lowestProtocol, number) ??
					(number === family && lowest === NETWORK ? lowestProtocol : protocol.unknown),
			);
			break;
		case protocol.ip.meta?.key:
			protocols.set(TRANSPORT, upperProtocol(protocol.inetAny, number) ?? protocol.unknown);
			break;
		case protocol.netdev.meta?.key:
			if (family === NFPROTO_NETDEV || family === NFPROTO_BRIDGE)
				protocols.set(NETWORK, upperProtocol(lowestProtocol, number) ?? protocol.unknown);
			break;
	}
}
