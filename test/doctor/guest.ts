/** A guest of a tap: it answers who asks for its addresses, asks for others, and pings. */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAddress } from "../../src/inet/address.js";
import { cidrOf, contains } from "../../src/inet/cidr.js";
import { Writer } from "../../src/netlink/bytes.js";
import { ARPOP_REPLY, ARPOP_REQUEST, arp } from "../../src/packet/arp.js";
import { dissect, type Layer } from "../../src/packet/dissect.js";
import { BROADCAST, ethernet } from "../../src/packet/ethernet.js";
import { ICMP_ECHO, ICMP_ECHOREPLY, icmp } from "../../src/packet/icmp.js";
import { ICMPV6_ECHO_REPLY, ICMPV6_ECHO_REQUEST, icmpv6 } from "../../src/packet/icmpv6.js";
import { ipv4 } from "../../src/packet/ipv4.js";
import { ipv6 } from "../../src/packet/ipv6.js";
import { ND_HOP_LIMIT, ND_NEIGHBOR_ADVERT, ND_NEIGHBOR_SOLICIT } from "../../src/packet/ndisc.js";
import { tcp } from "../../src/packet/tcp.js";
import { ioctl } from "../../src/sys/ioctl.js";
import * as uapi from "../../src/uapi/index.js";

/** What a guest has configured. */
export interface GuestConfig {
	readonly mac: string;
	readonly address: string;
	readonly prefix: number;
	readonly gateway: string;
}

const bytesOf = (mac: string): Uint8Array =>
	Uint8Array.from(Buffer.from(mac.replaceAll(":", ""), "hex"));
const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
	a !== undefined && Buffer.compare(a, b) === 0;
const PAUSE = 4;

export class Guest {
	readonly #fd: number;
	readonly #mac: Uint8Array;
	readonly #address: Uint8Array;
	readonly #prefix: number;
	readonly #gateway: Uint8Array;
	readonly #buffer = new Uint8Array(4096);

	/** In the namespace of the thread. */
	constructor(tap: string, { mac, address, prefix, gateway }: GuestConfig) {
		this.#fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
		const w = new Writer();
		uapi.ifreq.write(w, { ifr_name: tap, ifr_flags: uapi.IFF_TAP | uapi.IFF_NO_PI });
		ioctl(this.#fd, uapi.TUNSETIFF, w.finish(), "TUNSETIFF");
		this.#mac = bytesOf(mac);
		this.#address = parseAddress(address);
		this.#prefix = prefix;
		this.#gateway = parseAddress(gateway);
	}

	/** Whether an echo request to an address is answered within so many milliseconds. */
	async ping(to: string, within: number): Promise<boolean> {
		const target = parseAddress(to);
		const network = cidrOf(this.#address, this.#prefix);
		const next = contains(network, target) ? target : this.#gateway;
		const end = Date.now() + within;
		const mac = await this.#resolve(next, end);
		if (mac === undefined) return false;
		for (let sequence = 1; Date.now() < end; sequence++) {
			this.#send(mac, this.#echo(target, sequence));
			const found = await this.#until(Math.min(end, Date.now() + 150), (layers) => {
				const last = layers.at(-1);
				if (last?.protocol === "icmp") return last.value.type === ICMP_ECHOREPLY || undefined;
				if (last?.protocol === "icmpv6")
					return last.value.icmp6_type === ICMPV6_ECHO_REPLY || undefined;
				return undefined;
			});
			if (found === true) return true;
		}
		return false;
	}

	/** Answer for a while, as a guest does that is asked. */
	async serve(milliseconds: number): Promise<void> {
		await this.#until(Date.now() + milliseconds, () => undefined);
	}

	/** Ask for an address, as a guest that has none. */
	discover(): void {
		const payload = new Uint8Array(300);
		const header = {
			saddr: new Uint8Array(4),
			daddr: new Uint8Array(4).fill(255),
			protocol: uapi.IPPROTO_UDP,
		};
		const datagram = Uint8Array.from([0, 68, 0, 67, 1, 52, 0, 0, ...payload]);
		this.#send(BROADCAST, ipv4.encode({ ...header, payload: datagram }));
	}

	#echo(target: Uint8Array, sequence: number): Uint8Array {
		const around = { saddr: this.#address, daddr: target };
		if (target.length === 4) {
			const payload = icmp.encode({
				type: ICMP_ECHO,
				echo: { id: 7, sequence },
				payload: new Uint8Array(32),
			});
			return ipv4.encode({ ...around, protocol: uapi.IPPROTO_ICMP, payload });
		}
		const u_echo = { identifier: 7, sequence };
		const payload = icmpv6.encode(
			{ icmp6_type: ICMPV6_ECHO_REQUEST, u_echo, payload: new Uint8Array(32) },
			around,
		);
		return ipv6.encode({ ...around, nexthdr: uapi.IPPROTO_ICMPV6, payload });
	}

	async #resolve(address: Uint8Array, end: number): Promise<Uint8Array | undefined> {
		while (Date.now() < end) {
			if (address.length === 4) {
				const ask = {
					arp_op: ARPOP_REQUEST,
					arp_sha: this.#mac,
					arp_spa: this.#address,
					arp_tpa: address,
				};
				this.#frame(BROADCAST, uapi.ETH_P_ARP, arp.encode(ask));
			} else this.#solicit(address);
			const found = await this.#until(Math.min(end, Date.now() + 120), (layers) => {
				const last = layers.at(-1);
				if (last?.protocol === "arp" && last.value.arp_op === ARPOP_REPLY)
					return same(last.value.arp_spa, address) ? last.value.arp_sha : undefined;
				if (
					last?.protocol !== "icmpv6" ||
					!same(last.value.nd_neighbor_advert?.nd_na_target, address)
				)
					return undefined;
				return last.value.nd_neighbor_advert?.options.ND_OPT_TARGET_LINKADDR;
			});
			if (found !== undefined) return found;
		}
		return undefined;
	}

	#solicit(address: Uint8Array): void {
		const daddr = Uint8Array.from([
			0xff,
			2,
			0,
			0,
			0,
			0,
			0,
			0,
			0,
			0,
			0,
			1,
			0xff,
			...address.subarray(13),
		]);
		const around = { saddr: this.#address, daddr };
		const nd_neighbor_solicit = {
			nd_ns_target: address,
			options: { ND_OPT_SOURCE_LINKADDR: this.#mac },
		};
		const payload = icmpv6.encode({ icmp6_type: ND_NEIGHBOR_SOLICIT, nd_neighbor_solicit }, around);
		const packet = ipv6.encode({
			...around,
			nexthdr: uapi.IPPROTO_ICMPV6,
			hop_limit: ND_HOP_LIMIT,
			payload,
		});
		this.#send(Uint8Array.from([0x33, 0x33, ...daddr.subarray(12)]), packet);
	}

	#frame(h_dest: Uint8Array, h_proto: number, payload: Uint8Array): void {
		try {
			writeSync(this.#fd, ethernet.encode({ h_dest, h_source: this.#mac, h_proto, payload }));
		} catch {
			// A tap that is down takes nothing: EIO.
		}
	}
	#send(to: Uint8Array, packet: Uint8Array): void {
		this.#frame(to, (packet[0] ?? 0) >> 4 === 4 ? uapi.ETH_P_IP : uapi.ETH_P_IPV6, packet);
	}

	/** Hear frames, and answer those that ask for our addresses, until one of them is what was waited for. */
	async #until<T>(
		end: number,
		wanted: (layers: readonly Layer[]) => T | undefined,
	): Promise<T | undefined> {
		while (Date.now() < end) {
			const frame = this.#read();
			if (frame === undefined) {
				await sleep(PAUSE);
				continue;
			}
			let layers: readonly Layer[];
			try {
				layers = [...dissect(frame)];
			} catch {
				continue;
			}
			const found = wanted(layers);
			if (found !== undefined) return found;
			this.#answer(layers);
		}
		return undefined;
	}

	#answer(layers: readonly Layer[]): void {
		const last = layers.at(-1);
		const from = layers[0]?.protocol === "ethernet" ? layers[0].value.h_source : BROADCAST;
		if (
			last?.protocol === "arp" &&
			last.value.arp_op === ARPOP_REQUEST &&
			same(last.value.arp_tpa, this.#address)
		) {
			const { arp_sha, arp_spa } = last.value;
			const reply = {
				arp_op: ARPOP_REPLY,
				arp_sha: this.#mac,
				arp_spa: this.#address,
				arp_tha: arp_sha,
				arp_tpa: arp_spa,
			};
			this.#frame(from, uapi.ETH_P_ARP, arp.encode(reply));
		}
		if (last?.protocol === "icmp" && last.value.type === ICMP_ECHO) {
			const ip = layers.find((one) => one.protocol === "ipv4");
			if (ip?.protocol !== "ipv4") return;
			const { echo, payload } = last.value;
			const body = icmp.encode({ type: ICMP_ECHOREPLY, echo, payload });
			this.#send(
				from,
				ipv4.encode({
					saddr: this.#address,
					daddr: ip.value.saddr,
					protocol: uapi.IPPROTO_ICMP,
					payload: body,
				}),
			);
		}
		if (last?.protocol === "tcp" && last.value.syn === 1) this.#accept(from, layers, last.value);
		if (
			last?.protocol === "icmpv6" &&
			same(last.value.nd_neighbor_solicit?.nd_ns_target, this.#address)
		)
			this.#advertise(from, layers);
	}

	/** Accept a connection, whatever the port: the second of the three segments of RFC 9293, 3.5. */
	#accept(
		to: Uint8Array,
		layers: readonly Layer[],
		{ source: dest, dest: source, seq }: { source: number; dest: number; seq: number },
	): void {
		const ip = layers.find((one) => one.protocol === "ipv4");
		if (ip?.protocol !== "ipv4") return;
		const around = { saddr: this.#address, daddr: ip.value.saddr };
		const segment = {
			source,
			dest,
			seq: 1,
			ack_seq: (seq + 1) >>> 0,
			syn: 1,
			ack: 1,
			window: 64_240,
		};
		const payload = tcp.encode(segment, around);
		this.#send(to, ipv4.encode({ ...around, protocol: uapi.IPPROTO_TCP, payload }));
	}

	#advertise(to: Uint8Array, layers: readonly Layer[]): void {
		const ip = layers.find((one) => one.protocol === "ipv6");
		if (ip?.protocol !== "ipv6") return;
		const around = { saddr: this.#address, daddr: ip.value.saddr };
		const nd_neighbor_advert = {
			solicited: 1,
			override: 1,
			nd_na_target: this.#address,
			options: { ND_OPT_TARGET_LINKADDR: this.#mac },
		};
		const payload = icmpv6.encode({ icmp6_type: ND_NEIGHBOR_ADVERT, nd_neighbor_advert }, around);
		this.#send(
			to,
			ipv6.encode({ ...around, nexthdr: uapi.IPPROTO_ICMPV6, hop_limit: ND_HOP_LIMIT, payload }),
		);
	}

	#read(): Uint8Array | undefined {
		try {
			const length = readSync(this.#fd, this.#buffer);
			return this.#buffer.slice(0, length);
		} catch {
			return undefined;
		}
	}

	close(): void {
		closeSync(this.#fd);
	}
}
