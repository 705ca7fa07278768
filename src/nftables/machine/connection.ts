/** What connection tracking knows about the flow of a packet. */

/** One direction of a flow, as connection tracking stores it. */
export interface Tuple {
	readonly source: Uint8Array;
	readonly destination: Uint8Array;
	/** Ports, or what a protocol has instead: the id of an echo. */
	readonly sourcePort: number;
	readonly destinationPort: number;
}

/** The new source or destination of a flow. */
export interface Translation {
	readonly address?: Uint8Array;
	readonly port?: number;
	/** Set if the port may be another one of a range, or the address one of several. */
	readonly isRange?: boolean;
}

/** A tracked flow: that of a packet before it is confirmed, or of an answer. */
export interface Connection {
	readonly state: "new" | "established" | "related" | "invalid";
	readonly direction: "original" | "reply";
	readonly protocol: number;
	/** NFPROTO_IPV4 or NFPROTO_IPV6 */
	readonly family: number;
	readonly original: Tuple;
	readonly reply: Tuple;
	/** IPS_* */
	status: number;
	mark: number;
	/** Set if the mark cannot be known: what it depends on. */
	unknownMark?: string | undefined;
}

/** The same flow the other way round. */
export const reversed = ({ source, destination, sourcePort, destinationPort }: Tuple): Tuple => ({
	source: destination,
	destination: source,
	sourcePort: destinationPort,
	destinationPort: sourcePort,
});
