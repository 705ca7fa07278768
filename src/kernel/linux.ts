import { readFileSync } from "node:fs";
import type { Outcome } from "../netlink/outcome.js";
import type { Request } from "../netlink/request.js";
import type { Message } from "../netlink/schema.js";
import type { NetlinkSocketOptions } from "../netlink/socket.js";
import { NetlinkFd } from "../sys/socket.js";
import { NETLINK_ROUTE } from "../uapi/netlink.js";
import { RTN_LOCAL } from "../uapi/rtnetlink.js";
import { ConntrackDriver } from "./conntrack.js";
import {
	addDefaultRouter,
	type DefaultRouter,
	type RouterPlace,
	readDefaultRouters,
	readLearnedLinks,
} from "./default-router.js";
import { IfreqDriver } from "./ifreq.js";
import {
	type BatchOutcome,
	FIRST_CHOSEN_INDEX,
	type Flow,
	type HostPort,
	type Kernel,
	type Listener,
	type Subnet,
	type TapRequest,
	type TransportPort,
} from "./kernel.js";
import { NftablesDriver } from "./nftables.js";
import { readRouteTo } from "./read.js";
import { RtnetlinkDriver } from "./rtnetlink.js";
import { SockDiagDriver } from "./sock-diag.js";
import { socketOwner } from "./socket-owner.js";
import { SysctlDriver } from "./sysctl.js";
import { TunDriver } from "./tun.js";

const LAST_INDEX = 0x7fff_0000;

/** The running kernel, in the network namespace of the thread that created this object. */
export class LinuxKernel implements Kernel {
	readonly identity: string;
	readonly #rtnetlink: RtnetlinkDriver;
	readonly #nftables: NftablesDriver;
	readonly #conntrack: ConntrackDriver;
	readonly #sockDiag: SockDiagDriver;
	readonly #ifreq = new IfreqDriver();
	readonly #sysctl = new SysctlDriver();
	readonly #tun = new TunDriver();

	/** @throws KernelError */
	constructor(options: NetlinkSocketOptions = {}) {
		this.#rtnetlink = new RtnetlinkDriver(options);
		this.#nftables = new NftablesDriver(options);
		this.#conntrack = new ConntrackDriver(options, (path) => this.readSysctl(path));
		this.#sockDiag = new SockDiagDriver(options);
		this.identity = readIdentity();
	}

	rtnetlink(requests: readonly Request[]): readonly Outcome[] {
		return this.#rtnetlink.send(requests);
	}
	dump<O, I>(message: Message<unknown, I>, reply: Message<O, never>, value: I): readonly O[] {
		return this.#rtnetlink.dump(message, reply, value);
	}
	linkName(index: number): string | undefined {
		return this.#ifreq.name(index);
	}
	linkMtu(name: string): number | undefined {
		return this.#ifreq.mtu(name);
	}
	readDefaultRouters(link: string): readonly RouterPlace[] {
		return readDefaultRouters(link);
	}
	readLearnedLinks(): readonly string[] {
		return readLearnedLinks();
	}
	addDefaultRouter(router: DefaultRouter): void {
		addDefaultRouter(router);
	}
	nftables(batch: readonly Request[]): BatchOutcome {
		return this.#nftables.commit(batch);
	}
	readNftables<O, I>(
		message: Message<unknown, I>,
		reply: Message<O, never>,
		value: I,
		dump: boolean,
	): readonly O[] {
		return this.#nftables.read(message, reply, value, dump);
	}
	lookUpNftables(requests: readonly Request[]): readonly Outcome[] {
		return this.#nftables.lookUp(requests);
	}
	readListeners(ports: readonly TransportPort[]): readonly Listener[] {
		return this.#sockDiag.listeners(ports);
	}
	socketOwner(inode: number): string | undefined {
		return socketOwner(inode);
	}
	readSysctl(path: string): string {
		return this.#sysctl.read(path);
	}
	readSysctls(directory: string): ReadonlyMap<string, string> {
		return this.#sysctl.readAll(directory);
	}
	writeSysctl(path: string, value: string): void {
		this.#sysctl.write(path, value);
	}
	createTap(tap: TapRequest): void {
		this.#tun.create(tap);
	}
	persistTap(name: string): void {
		this.#tun.persist(name);
	}
	dropTap(name: string): void {
		this.#tun.drop(name);
	}
	forgetFlows(subnets: readonly Subnet[]): void {
		this.#conntrack.forget(subnets);
	}
	endFlows(isForbidden: (flow: Flow) => boolean): void {
		this.#conntrack.end(isForbidden);
	}
	forgetFlowsTo(ports: readonly HostPort[]): void {
		this.#conntrack.forgetTo(ports, (to) => readRouteTo(this, to)?.rtm_type === RTN_LOCAL);
	}
	chooseIndex(): number {
		return FIRST_CHOSEN_INDEX + Math.floor(Math.random() * (LAST_INDEX - FIRST_CHOSEN_INDEX));
	}
	close(): void {
		this.#tun.close();
		this.#rtnetlink.close();
		this.#nftables.close();
		this.#conntrack.close();
		this.#sockDiag.close();
		this.#ifreq.close();
	}
}

/** The boot id and the cookie of the namespace: unlike a namespace's inode number, neither is ever used again. */
function readIdentity(): string {
	const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
	const fd = new NetlinkFd(NETLINK_ROUTE);
	try {
		return `${boot}-${fd.netnsCookie()}`;
	} finally {
		fd.close();
	}
}
