import type {
	BatchOutcome,
	DefaultRouter,
	Flow,
	HostPort,
	Kernel,
	Listener,
	RouterPlace,
	Subnet,
	TapRequest,
	TransportPort,
} from "../../src/kernel/kernel.js";
import type { Outcome } from "../../src/netlink/outcome.js";
import type { Request } from "../../src/netlink/request.js";
import type { Message } from "../../src/netlink/schema.js";

/**
 * Something that somebody else does just before the first request of this name or, with a number, before that change,
 * counted from 1.
 */
export interface Meddling {
	readonly before: string | number;
	act(): void;
}

/** A kernel that records every request that could have changed it. */
export class CountingKernel implements Kernel {
	readonly mutations: string[] = [];
	/** The names of links whose MTU was read. */
	readonly looks: string[] = [];
	readonly #kernel: Kernel;
	#meddling: Meddling | undefined;
	/** How many calls made changes; those of one send or batch count as one. */
	changes = 0;

	constructor(kernel: Kernel, meddling?: Meddling) {
		this.#kernel = kernel;
		this.#meddling = meddling;
	}

	#note(...names: readonly string[]): void {
		const mutations = names.filter((name) => !name.startsWith("RTM_GET"));
		const meddling = this.#meddling;
		if (mutations.length > 0) this.changes++;
		const { before } = meddling ?? {};
		const isNow = typeof before === "string" ? mutations.includes(before) : before === this.changes;
		if (mutations.length > 0 && meddling !== undefined && isNow) {
			this.#meddling = undefined;
			meddling.act();
		}
		this.mutations.push(...mutations);
	}

	get identity(): string {
		return this.#kernel.identity;
	}
	rtnetlink(requests: readonly Request[]): readonly Outcome[] {
		this.#note(...requests.map(({ message }) => message.name));
		return this.#kernel.rtnetlink(requests);
	}
	dump<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I): readonly O[] {
		return this.#kernel.dump(message, reply, value);
	}
	linkName(index: number): string | undefined {
		return this.#kernel.linkName(index);
	}
	linkMtu(name: string): number | undefined {
		this.looks.push(name);
		return this.#kernel.linkMtu(name);
	}
	readDefaultRouters(link: string): readonly RouterPlace[] {
		return this.#kernel.readDefaultRouters(link);
	}
	readLearnedLinks(): readonly string[] {
		return this.#kernel.readLearnedLinks();
	}
	addDefaultRouter(router: DefaultRouter): void {
		this.#note("SIOCADDRT");
		this.#kernel.addDefaultRouter(router);
	}
	nftables(batch: readonly Request[]): BatchOutcome {
		this.#note(...batch.map(({ message }) => message.name));
		return this.#kernel.nftables(batch);
	}
	readNftables<O, I>(
		message: Message<unknown, I>,
		reply: Message<O, never>,
		value: I,
		dump: boolean,
	): readonly O[] {
		return this.#kernel.readNftables(message, reply, value, dump);
	}
	lookUpNftables(requests: readonly Request[]): readonly Outcome[] {
		return this.#kernel.lookUpNftables(requests);
	}
	readListeners(ports: readonly TransportPort[]): readonly Listener[] {
		return this.#kernel.readListeners(ports);
	}
	socketOwner(inode: number): string | undefined {
		return this.#kernel.socketOwner(inode);
	}
	readSysctls(directory: string): ReadonlyMap<string, string> {
		return this.#kernel.readSysctls(directory);
	}
	readSysctl(path: string): string {
		return this.#kernel.readSysctl(path);
	}
	writeSysctl(path: string, value: string): void {
		this.#note(`write ${path}`);
		this.#kernel.writeSysctl(path, value);
	}
	createTap(tap: TapRequest): void {
		this.#note("TUNSETIFF");
		this.#kernel.createTap(tap);
	}
	persistTap(name: string): void {
		this.#note("TUNSETPERSIST");
		this.#kernel.persistTap(name);
	}
	dropTap(name: string): void {
		this.#note("close");
		this.#kernel.dropTap(name);
	}
	forgetFlows(subnets: readonly Subnet[]): void {
		this.#kernel.forgetFlows(subnets);
	}
	forgetFlowsTo(ports: readonly HostPort[]): void {
		this.#kernel.forgetFlowsTo(ports);
	}
	endFlows(isForbidden: (flow: Flow) => boolean): void {
		this.#kernel.endFlows(isForbidden);
	}
	chooseIndex(): number {
		return this.#kernel.chooseIndex();
	}
	close(): void {
		this.#kernel.close();
	}
}
