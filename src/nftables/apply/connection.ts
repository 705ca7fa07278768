import { type CommitOptions, type Committed, NftablesDriver } from "../../kernel/nftables.js";
import type { Request } from "../../netlink/request.js";
import type { Message } from "../../netlink/schema.js";
import { object, text } from "../../sys/arguments.js";
import { inNamespace } from "../../sys/namespace.js";
import { NetlinkFd } from "../../sys/socket.js";
import type { Host } from "../fact/host.js";

/** Access to nf_tables. A transaction is committed as a whole or not at all. */
export interface Connection {
	/** Let the kernel commit a transaction. @throws KernelError if it refuses the transaction as a whole */
	commit(batch: readonly Request[], options?: CommitOptions): Committed;
	/** Let the kernel validate a transaction without committing it. */
	check(batch: readonly Request[]): Pick<Committed, "refused">;
	/** Read one object, or with `dump` a list of them. @throws KernelError */
	read<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I, dump: boolean): O[];
	/** The generation of the ruleset: every commit increases it. */
	generation(): number;
}

/** How the ruleset is reached, and where names in it are looked up. */
export interface ConnectionOptions {
	/**
	 * The network namespace of the ruleset, by name (`ip netns`) or path. Default: that of the calling thread. The thread
	 * itself does not move.
	 */
	readonly netns?: string | undefined;
	/** Reaches nf_tables. Default: a socket that is opened for the call and closed at its end. */
	readonly connection?: Connection | undefined;
	/**
	 * Resolves the names of services, users and interfaces. Default: this host, with the interfaces of the network
	 * namespace that the calling thread is in.
	 */
	readonly host?: Host | undefined;
}

/** The types of these options. */
export const CONNECTION_OPTIONS = { netns: text, connection: object, host: object };

/** Open a netlink socket in a network namespace, or in that of the calling thread. @throws KernelError, UmlnetError */
export const openIn = (netns: string | undefined, protocol: number, groups?: number): NetlinkFd =>
	netns === undefined
		? new NetlinkFd(protocol, groups)
		: inNamespace(netns, () => new NetlinkFd(protocol, groups));

/** Work with the connection that was passed, or with a new one that is closed afterwards. */
export function connected<T>(
	{ connection, netns }: ConnectionOptions,
	body: (connection: Connection) => T,
): T {
	if (connection !== undefined) return body(connection);
	const own = new NftablesDriver({ open: (protocol) => openIn(netns, protocol) });
	try {
		return body(own);
	} finally {
		own.close();
	}
}
