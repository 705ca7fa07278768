import { type CommitOptions, type Committed, NftablesDriver } from "../../kernel/nftables.js";
import type { Request } from "../../netlink/request.js";
import type { Message } from "../../netlink/schema.js";
import type { Host } from "../fact/host.js";

/** A way to nf_tables: one transaction at a time, committed whole or not at all. */
export interface Connection {
	commit(batch: readonly Request[], options?: CommitOptions): Committed;
	/** Have the kernel validate a transaction and forget it. */
	check(batch: readonly Request[]): Pick<Committed, "refused">;
	read<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I, dump: boolean): O[];
	/** The number of the ruleset as it is: every commit gives it the next one. */
	generation(): number;
}

/** What the ruleset is reached through, and whose names it is written with. */
export interface ConnectionOptions {
	/**
	 * What to reach nf_tables through. Without it a socket is opened, in the network namespace of the calling
	 * thread, and closed at the end of the call: another namespace takes a thread that entered it.
	 */
	readonly connection?: Connection | undefined;
	/**
	 * Where names of services, users and interfaces come from. Default: this host, with the interfaces of the network
	 * namespace that the calling thread is in.
	 */
	readonly host?: Host | undefined;
}

/** Do something over the connection that was given, or over one of its own. */
export function connected<T>(
	{ connection }: ConnectionOptions,
	body: (connection: Connection) => T,
): T {
	if (connection !== undefined) return body(connection);
	const own = new NftablesDriver({});
	try {
		return body(own);
	} finally {
		own.close();
	}
}
