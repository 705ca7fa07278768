import { type CommitOptions, type Committed, NftablesDriver } from "../../kernel/nftables.js";
import type { Request } from "../../netlink/request.js";
import type { Message } from "../../netlink/schema.js";
import { inNamespace } from "../../sys/namespace.js";
import { NetlinkFd } from "../../sys/socket.js";
import type { Host } from "../fact/host.js";

/** A way to nf_tables: one transaction at a time, committed whole or not at all. */
export interface Connection {
	/** Have the kernel commit a transaction. @throws KernelError when it refuses it as a whole */
	commit(batch: readonly Request[], options?: CommitOptions): Committed;
	/** Have the kernel validate a transaction and forget it. */
	check(batch: readonly Request[]): Pick<Committed, "refused">;
	/** Ask for what there is: one answer, or a list of all of them (`dump`). @throws KernelError */
	read<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I, dump: boolean): O[];
	/** The number of the ruleset as it is: every commit gives it the next one. */
	generation(): number;
}

/** What the ruleset is reached through, and whose names it is written with. */
export interface ConnectionOptions {
	/**
	 * The network namespace whose ruleset it is, by name (`ip netns`) or path. Default: that of the calling thread. The
	 * thread itself stays where it is.
	 */
	readonly netns?: string | undefined;
	/** What to reach nf_tables through, instead of a socket that is opened for the call and closed at its end. */
	readonly connection?: Connection | undefined;
	/**
	 * Where names of services, users and interfaces come from. Default: this host, with the interfaces of the network
	 * namespace that the calling thread is in.
	 */
	readonly host?: Host | undefined;
}

/** A netlink socket in a network namespace; without one, in that of the calling thread. @throws KernelError, UmlnetError */
export const openIn = (netns: string | undefined, protocol: number, groups?: number): NetlinkFd =>
	netns === undefined
		? new NetlinkFd(protocol, groups)
		: inNamespace(netns, () => new NetlinkFd(protocol, groups));

/** Do something over the connection that was given, or over one of its own. */
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
