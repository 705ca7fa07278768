/**
 * A small network for trials. Its machines are network namespaces without a name, which the kernel deletes when this
 * process ends.
 */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAddress, parseCidr } from "../inet/cidr.js";
import type { Kernel } from "../kernel/kernel.js";
import { LinuxKernel } from "../kernel/linux.js";
import { readLinkByName } from "../kernel/read.js";
import { Writer } from "../netlink/bytes.js";
import { type Request, request } from "../netlink/request.js";
import { ICMP_ECHO, ICMP_ECHOREPLY, icmp } from "../packet/icmp.js";
import { ipv4 } from "../packet/ipv4.js";
import { ioctl } from "../sys/ioctl.js";
import { enterNetns, newNetns } from "../sys/netns.js";
import { RawSocket } from "../sys/raw-socket.js";
import { IF_OPER_UP, IFF_UP, ifreq } from "../uapi/if.js";
import { RTM_NEWADDR } from "../uapi/if_addr.js";
import { RTM_NEWLINK } from "../uapi/if_link.js";
import { IFF_NO_PI, IFF_TAP, TUNSETIFF } from "../uapi/if_tun.js";
import { IPPROTO_ICMP, sockaddr_in } from "../uapi/in.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../uapi/netlink.js";
import { RT_TABLE_MAIN, RTM_NEWROUTE, RTN_UNICAST, RTPROT_BOOT } from "../uapi/rtnetlink.js";
import { AF_INET } from "../uapi/socket.js";

/** The result of a ping. */
export interface Ping {
	readonly to: string;
	readonly sent: number;
	readonly received: number;
	/** The fastest round trip. */
	readonly milliseconds: number | undefined;
}

/** One machine: a network namespace, which the calling thread enters to do something there. */
export class Machine {
	/** The namespace exists as long as this descriptor is open. */
	readonly fd: number;
	readonly #icmp: RawSocket;
	readonly #buffer = new Uint8Array(2048);
	readonly #callers = new Set<string>();
	#sequence = 0;

	/** Make a machine and move the calling thread into it. @throws KernelError, EPERM without root */
	constructor() {
		newNetns();
		this.fd = openSync("/proc/thread-self/ns/net", "r");
		this.#icmp = new RawSocket(AF_INET, IPPROTO_ICMP);
		this.inside((kernel) => {
			for (const scope of ["all", "default"]) withoutIPv6(kernel, scope);
			done(kernel, [linkUp(indexOf(kernel, "lo"))]);
		});
	}

	/** The path of the machine's namespace, for this process and its children. */
	get netns(): string {
		return `/proc/${process.pid}/fd/${this.fd}`;
	}

	/** Run something in this machine. The thread stays there. */
	inside<T>(work: (kernel: Kernel) => T): T {
		enterNetns(this.netns);
		const kernel = new LinuxKernel();
		try {
			return work(kernel);
		} finally {
			kernel.close();
		}
	}

	/** Connect two machines by a veth pair, with one end in each. */
	connect(own: string, other: Machine, theirs: string): void {
		const peer = { IFLA_IFNAME: theirs, IFLA_NET_NS_FD: other.fd };
		const kind = { IFLA_INFO_KIND: "veth" as const, IFLA_INFO_DATA: { VETH_INFO_PEER: peer } };
		this.inside((kernel) =>
			done(kernel, [
				request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, { IFLA_IFNAME: own, IFLA_LINKINFO: kind }),
			]),
		);
	}

	/** Wait until the kernel has noticed that an interface is up, which takes a moment after its peer is up. */
	async settled(link: string): Promise<void> {
		const operational = () =>
			this.inside((kernel) => readLinkByName(kernel, link)?.IFLA_OPERSTATE === IF_OPER_UP);
		for (let i = 0; i < 300 && !operational(); i++) await sleep(10);
	}

	/** Add an address to an interface and set it up. */
	configure(link: string, cidr: string, gateway?: string): void {
		const { address, prefix } = parseCidr(cidr);
		this.inside((kernel) => {
			const index = indexOf(kernel, link);
			const header = { ifa_family: AF_INET, ifa_prefixlen: prefix, ifa_index: index };
			const addressed = { ...header, IFA_LOCAL: address, IFA_ADDRESS: address };
			done(kernel, [request(RTM_NEWADDR, NLM_F_CREATE, addressed), linkUp(index)]);
			if (gateway !== undefined) done(kernel, [defaultRoute(gateway)]);
		});
	}

	/** Ping an address `count` times. */
	async ping(to: string, count: number): Promise<Ping> {
		let received = 0;
		let fastest: number | undefined;
		for (let i = 0; i < count; i++) {
			const taken = await this.#echo(parseAddress(to));
			if (taken === undefined) continue;
			received++;
			fastest = Math.min(taken, fastest ?? taken);
		}
		return { to, sent: count, received, milliseconds: fastest };
	}

	/** The addresses that have pinged this machine so far. */
	get callers(): readonly string[] {
		while (this.#receive() !== undefined);
		return [...this.#callers];
	}

	close(): void {
		this.#icmp.close();
		closeSync(this.fd);
	}

	/** Send one echo request; the milliseconds until its reply, or undefined if none came within a second. */
	async #echo(address: Uint8Array): Promise<number | undefined> {
		const sequence = ++this.#sequence;
		const start = performance.now();
		const ask = icmp.encode({ type: ICMP_ECHO, echo: { sequence } });
		if (!this.#icmp.send(ask, socketAddress(address))) return undefined;
		while (performance.now() - start < 1000) {
			const reply = this.#receive();
			if (reply === undefined) await sleep(1);
			else if (reply.type === ICMP_ECHOREPLY && reply.echo?.sequence === sequence)
				return performance.now() - start;
		}
		return undefined;
	}

	/** The next ICMP message. The source of an echo request is recorded. */
	#receive(): ReturnType<typeof icmp.decode> | undefined {
		const bytes = this.#icmp.receive(this.#buffer);
		if (bytes === undefined) return undefined;
		const { saddr, payload } = ipv4.decode(bytes);
		const message = icmp.decode(payload);
		if (message.type === ICMP_ECHO) this.#callers.add(saddr.join("."));
		return message;
	}
}

function socketAddress(address: Uint8Array): Uint8Array {
	const w = new Writer(sockaddr_in.size);
	sockaddr_in.write(w, { sin_family: AF_INET, sin_addr: address });
	return w.finish();
}

/**
 * A guest without a virtual machine: a machine whose eth0 is connected to the tap as a virtual machine monitor does it,
 * by copying frames between two descriptors.
 */
export class Wire {
	readonly #ends: readonly [number, number];
	readonly #frame = new Uint8Array(65_536);
	readonly #timer: NodeJS.Timeout;

	constructor(host: Machine, tap: string, guest: Machine, link: string) {
		this.#ends = [host.inside(() => openTap(tap)), guest.inside(() => openTap(link))];
		this.#timer = setInterval(() => this.#pass(), 1);
	}

	close(): void {
		clearInterval(this.#timer);
		for (const fd of this.#ends) closeSync(fd);
	}

	#pass(): void {
		const [host, guest] = this.#ends;
		while (this.#passOne(host, guest) || this.#passOne(guest, host));
	}

	#passOne(from: number, to: number): boolean {
		try {
			const length = readSync(from, this.#frame);
			writeSync(to, this.#frame, 0, length);
			return true;
		} catch {
			return false; // EAGAIN: there is no frame. EIO: one end is down, and a cable drops frames that it cannot deliver.
		}
	}
}

/** Create a tap of this name or open the existing one, as a virtual machine monitor does. */
function openTap(name: string): number {
	const fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
	const w = new Writer(ifreq.size);
	ifreq.write(w, { ifr_name: name, ifr_flags: IFF_TAP | IFF_NO_PI });
	ioctl(fd, TUNSETIFF, w.finish(), "TUNSETIFF");
	return fd;
}

/** Switch off IPv6, which otherwise configures itself for some seconds, and these changes would look like ours. */
function withoutIPv6(kernel: Kernel, scope: string): void {
	try {
		kernel.writeSysctl(`net/ipv6/conf/${scope}/disable_ipv6`, "1");
	} catch {
		// A kernel without IPv6 has no such setting.
	}
}

const linkUp = (ifi_index: number): Request =>
	request(RTM_NEWLINK, 0, { ifi_index, ifi_flags: IFF_UP, ifi_change: IFF_UP });

const defaultRoute = (gateway: string): Request =>
	request(RTM_NEWROUTE, NLM_F_CREATE, {
		rtm_family: AF_INET,
		rtm_table: RT_TABLE_MAIN,
		rtm_protocol: RTPROT_BOOT,
		rtm_type: RTN_UNICAST,
		RTA_GATEWAY: parseAddress(gateway),
	});

function indexOf(kernel: Kernel, link: string): number {
	const found = readLinkByName(kernel, link);
	if (found === undefined) throw new Error(`the lab has lost its interface ${link}`);
	return found.ifi_index;
}

function done(kernel: Kernel, requests: readonly Request[]): void {
	for (const { error } of kernel.rtnetlink(requests)) if (error !== undefined) throw error;
}
