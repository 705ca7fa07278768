import type { Outcome } from "../netlink/outcome.js";
import type { Request } from "../netlink/request.js";
import type { AnyMessage, Message } from "../netlink/schema.js";
import type { DefaultRouter, RouterPlace } from "./default-router.js";

/** Automatic indexes count up from 1; those that we choose are this one or above it, and meet none of them. */
export const FIRST_CHOSEN_INDEX = 0x1000_0000;

/** A tap to make. Ids are given, not asked for: the undo is known before the tap exists. */
export interface TapRequest {
	readonly name: string;
	/** The interface index it shall have (TUNSETIFINDEX). */
	readonly index: number;
	readonly owner?: number | undefined;
	readonly group?: number | undefined;
	readonly multiQueue: boolean;
	readonly vnetHdr: boolean;
}

/** How an nf_tables batch ended: refused messages by their place in the batch. */
export interface BatchOutcome {
	readonly refused: readonly { readonly at: number; readonly error: Error }[];
}

/** A range of addresses: any address of it, in network order, and how many bits are the same for all. */
export interface Subnet {
	readonly address: Uint8Array;
	readonly prefix: number;
}

/**
 * The narrow seam between the engine and a host: everything that touches the kernel goes through here, in
 * one network namespace, synchronously. `LinuxKernel` is the host; `FakeKernel` is a model of it that the same
 * tests run against.
 */
export interface Kernel {
	/** Names the namespace for as long as the host is up: boot id and SO_NETNS_COOKIE. */
	readonly identity: string;

	/** Send rtnetlink requests as one datagram; each ends on its own, nothing is rolled back. */
	rtnetlink(requests: readonly Request[]): readonly Outcome[];
	/** Dump what matches the request, and nothing wider. @throws KernelError */
	dump<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I): readonly O[];

	/** The name of the link of this index, if there is one: far cheaper than reading the link. @throws KernelError */
	linkName(index: number): string | undefined;
	/** The MTU of the link of this name, if there is one; as cheap. @throws KernelError */
	linkMtu(name: string): number | undefined;

	/** The default routers of IPv6 by a link that the kernel itself learned. Reads all routes of IPv6. */
	readDefaultRouters(link: string): readonly RouterPlace[];
	/** Add one to them. @throws KernelError EEXIST if there is such a route, EHOSTUNREACH, ENODEV */
	addDefaultRouter(router: DefaultRouter): void;

	/** Commit nf_tables messages as one batch: all, or none and the refusals. */
	nftables(batch: readonly Request[]): BatchOutcome;
	/** Read nf_tables objects: one get or one dump. @throws KernelError */
	readNftables<O, I>(
		message: Message<unknown, I>,
		reply: Message<O, never>,
		value: I,
		dump: boolean,
	): readonly O[];

	/** Read a value below /proc/sys, without its newline. @throws KernelError */
	readSysctl(path: string): string;
	/** The values of a directory below /proc/sys that can be written, by name; none where there is no such directory. @throws KernelError */
	readSysctls(directory: string): ReadonlyMap<string, string>;
	/** Write a value below /proc/sys and read it back. @throws KernelError */
	writeSysctl(path: string, value: string): void;

	/** Make a tap that lives as long as this process holds it open. @throws KernelError EBUSY if name or index is taken */
	createTap(tap: TapRequest): void;
	/** Let a tap made by `createTap` outlive this process, and let go of it. @throws KernelError */
	persistTap(name: string): void;
	/** Let go of a tap that was not persisted; it is gone then. */
	dropTap(name: string): void;

	/**
	 * Delete tracked connections from or to these subnets, so that no flow of a guest that is gone reaches the next
	 * one. It is no part of a transaction: entries that stay time out by themselves. @throws KernelError
	 */
	forgetFlows(subnets: readonly Subnet[]): void;

	/** A fresh interface index from FIRST_CHOSEN_INDEX on that nobody uses yet, most probably. */
	chooseIndex(): number;
	close(): void;
}

export type { AnyMessage, DefaultRouter, RouterPlace };
