import {
	NFPROTO_ARP,
	NFPROTO_BRIDGE,
	NFPROTO_INET,
	NFPROTO_IPV4,
	NFPROTO_IPV6,
	NFPROTO_NETDEV,
} from "../../uapi/netfilter.js";
import * as protocol from "../fact/protocol.js";
import { type Base, LINK, NETWORK, type Protocol, TRANSPORT } from "../fact/protocol.js";

/** The lowest header a family's chains see, and what it is. */
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
	/** Link headers below the current one: ether below vlan below vlan. */
	readonly stacked: Protocol[] = [];
	/** The icmp type that was matched. */
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
	/** A set of transports was matched: a field of `wanted` alone may not be there. */
	conflict(wanted: Protocol): Protocol | undefined {
		if (this.#transports.size < 2) return undefined;
		return [...this.#transports].find((known) => known !== wanted);
	}
	/** Bits of the link headers before the one the context is at. */
	get stackedBits(): number {
		return this.stacked.reduce((sum, header) => sum + (header.length ?? 0), 0);
	}
}
