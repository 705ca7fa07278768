import type { Outcome } from "../netlink/outcome.js";
import type { Request } from "../netlink/request.js";
import type { AnyMessage, Message } from "../netlink/schema.js";
import type { DefaultRouter, RouterPlace } from "./default-router.js";

/** The kernel gives out indexes from 1 upwards. The indexes that we choose begin here, so that they never meet. */
export const FIRST_CHOSEN_INDEX = 0x1000_0000;

/** A tap to create. Its ids are chosen beforehand, so that the undo is known before the tap exists. */
export interface TapRequest {
	readonly name: string;
	/** The interface index that it should get (TUNSETIFINDEX). */
	readonly index: number;
	readonly owner?: number | undefined;
	readonly group?: number | undefined;
	readonly multiQueue: boolean;
	readonly vnetHdr: boolean;
}

/** How an nf_tables batch ended: the refused messages by their position in the batch. */
export interface BatchOutcome {
	readonly refused: readonly { readonly at: number; readonly error: Error }[];
}

/** A tracked connection: what its first packet says, and who answers it. */
export interface Flow {
	/** Addresses are in network order. */
	readonly from: Uint8Array;
	readonly to: Uint8Array;
	/** The address that answers. It differs from `to` where that is translated, as for a published port. */
	readonly answerer: Uint8Array;
	/** IPPROTO_*. */
	readonly protocol: number;
	/** The destination port; 0 for protocols without ports. */
	readonly port: number;
}

/**
 * A range of addresses: any address of it, in network order, and the number of leading bits that all have in common.
 */
export interface Subnet {
	readonly address: Uint8Array;
	readonly prefix: number;
}

/** A port of a transport protocol (IPPROTO_*). */
export interface TransportPort {
	readonly protocol: number;
	readonly port: number;
}
/** A port on addresses of the host. */
export interface HostPort extends TransportPort {
	/** AF_INET or AF_INET6. */
	readonly family: number;
	/** Undefined for all addresses of the host in the family. */
	readonly address?: Uint8Array | undefined;
}
/** A socket of the host that receives what is sent to a port. */
export interface Listener extends TransportPort {
	/** The address of the socket: 4 or 16 bytes, all zero for any address. */
	readonly address: Uint8Array;
	/** Whether it is an IPv6 socket that does not receive IPv4 packets. */
	readonly isIpv6Only: boolean;
	readonly uid: number;
	readonly inode: number;
}

/**
 * The interface between the engine and a host: everything that touches the kernel goes through it, synchronously, in
 * one network namespace. `LinuxKernel` is the real host; `FakeKernel` is a model on which the same tests run.
 */
export interface Kernel {
	/** Identifies the namespace until the host reboots: the boot id and SO_NETNS_COOKIE. */
	readonly identity: string;

	/** Send rtnetlink requests as one datagram. Each succeeds or fails on its own, and nothing is rolled back. */
	rtnetlink(requests: readonly Request[]): readonly Outcome[];
	/** Dump exactly the objects that match the request. @throws KernelError */
	dump<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I): readonly O[];

	/**
	 * The name of the link with this index, if there is one. This is far cheaper than reading the link. @throws
	 * KernelError
	 */
	linkName(index: number): string | undefined;
	/** The MTU of the link with this name, if there is one. This is as cheap. @throws KernelError */
	linkMtu(name: string): number | undefined;

	/** The IPv6 default routers on a link that the kernel has learned. Reads all IPv6 routes. */
	readDefaultRouters(link: string): readonly RouterPlace[];
	/** The links on which there are such routers, by name. Reads all IPv6 routes. */
	readLearnedLinks(): readonly string[];
	/** Add such a default router. @throws KernelError, EEXIST if there is such a route, EHOSTUNREACH, ENODEV */
	addDefaultRouter(router: DefaultRouter): void;

	/** Commit nf_tables messages as one batch: all of them, or none and the refusals. */
	nftables(batch: readonly Request[]): BatchOutcome;
	/** Read nf_tables objects: one get or one dump. @throws KernelError */
	readNftables<O, I>(
		message: Message<unknown, I>,
		reply: Message<O, never>,
		value: I,
		dump: boolean,
	): readonly O[];

	/** Look up nf_tables objects by name, in one send: what each get replied, or its refusal. */
	lookUpNftables(requests: readonly Request[]): readonly Outcome[];

	/** The sockets that receive what is sent to one of these ports. @throws KernelError */
	readListeners(ports: readonly TransportPort[]): readonly Listener[];
	/** The process with the socket of this inode, in words, if it can be found out. Looks at all processes. */
	socketOwner(inode: number): string | undefined;

	/** Read a value below /proc/sys, without its newline. @throws KernelError */
	readSysctl(path: string): string;
	/**
	 * The values in a directory below /proc/sys that can be written, by name; empty if there is no such directory.
	 * @throws KernelError
	 */
	readSysctls(directory: string): ReadonlyMap<string, string>;
	/** Write a value below /proc/sys and read it back. @throws KernelError */
	writeSysctl(path: string, value: string): void;

	/**
	 * Create a tap that exists as long as this process holds it open. @throws KernelError, EBUSY if the name or the index
	 * is taken
	 */
	createTap(tap: TapRequest): void;
	/** Make a tap created by `createTap` outlive this process, and close it. @throws KernelError */
	persistTap(name: string): void;
	/** Close a tap that is not persistent, which deletes it. */
	dropTap(name: string): void;

	/**
	 * Delete tracked connections from or to these subnets, so that no flow of a former guest reaches the next one. It is
	 * not part of a transaction: entries that remain expire by themselves. @throws KernelError
	 */
	forgetFlows(subnets: readonly Subnet[]): void;
	/**
	 * Delete the tracked connections to these ports, because the kernel would continue each as it began: without a
	 * translation that was added since, or with one that is gone. It is not part of a transaction either. @throws
	 * KernelError
	 */
	forgetFlowsTo(ports: readonly HostPort[]): void;
	/**
	 * Delete the tracked connections that are forbidden now, because rules accept every packet of a tracked one. It is not
	 * part of a transaction either. @throws KernelError
	 */
	endFlows(isForbidden: (flow: Flow) => boolean): void;

	/** An interface index from FIRST_CHOSEN_INDEX on that is most probably unused. */
	chooseIndex(): number;
	close(): void;
}

export type { AnyMessage, DefaultRouter, RouterPlace };
