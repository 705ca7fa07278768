/**
 * The kernel is on the other side of a tap: it answers what we encode, and we decode its answers. It silently drops
 * packets with a wrong checksum, length or field.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Writer } from "../../src/netlink/bytes.js";
import { ARPOP_REPLY, ARPOP_REQUEST, arp } from "../../src/packet/arp.js";
import type { Addresses } from "../../src/packet/checksum.js";
import { dissect, type Layer } from "../../src/packet/dissect.js";
import { BROADCAST, ethernet } from "../../src/packet/ethernet.js";
import * as icmp4 from "../../src/packet/icmp.js";
import { icmp } from "../../src/packet/icmp.js";
import * as icmp6 from "../../src/packet/icmpv6.js";
import { icmpv6 } from "../../src/packet/icmpv6.js";
import { ipv4 } from "../../src/packet/ipv4.js";
import { extension, fragment, ipv6 } from "../../src/packet/ipv6.js";
import { ND_HOP_LIMIT, ND_NEIGHBOR_SOLICIT, ND_ROUTER_ADVERT } from "../../src/packet/ndisc.js";
import { tcp } from "../../src/packet/tcp.js";
import { udp } from "../../src/packet/udp.js";
import { ioctl } from "../../src/sys/ioctl.js";
import { newNetns } from "../../src/sys/netns.js";
import * as uapi from "../../src/uapi/index.js";
import { hex } from "../wire/bytes.js";

const OURS = hex("02000000000a");
const KERNELS = hex("02000000000b");
const at4: Addresses = { saddr: hex("0a00000a"), daddr: hex("0a00000b") };
const at6: Addresses = {
	saddr: hex("20010db8 0000 0000 0000 0000 0000 000a"),
	daddr: hex("20010db8 0000 0000 0000 0000 0000 000b"),
};
let tap: number;

const ip = (command: string): string =>
	execFileSync("ip", command.split(" "), { encoding: "utf8" });

function openTap(name: string): number {
	const fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
	const w = new Writer();
	uapi.ifreq.write(w, { ifr_name: name, ifr_flags: uapi.IFF_TAP | uapi.IFF_NO_PI });
	ioctl(fd, uapi.TUNSETIFF, w.finish(), "TUNSETIFF");
	return fd;
}

const frame = (h_proto: number, payload: Uint8Array, h_dest = KERNELS): Uint8Array =>
	ethernet.encode({ h_dest, h_source: OURS, h_proto, payload });
const over4 = (protocol: number, payload: Uint8Array): Uint8Array =>
	frame(uapi.ETH_P_IP, ipv4.encode({ ...at4, protocol, payload }));
const over6 = (nexthdr: number, payload: Uint8Array): Uint8Array =>
	frame(uapi.ETH_P_IPV6, ipv6.encode({ ...at6, nexthdr, payload }));

type Of<P> = Extract<Layer, { protocol: P }>["value"];
const buffer = new Uint8Array(65_536);

/** The next frame of the kernel with a header of this protocol that matches. */
async function heard<P extends Layer["protocol"]>(
	protocol: P,
	wanted: (value: Of<P>) => boolean,
	milliseconds = 1000,
): Promise<readonly Layer[] | undefined> {
	for (const end = Date.now() + milliseconds; Date.now() < end; ) {
		let length: number;
		try {
			length = readSync(tap, buffer);
		} catch {
			await sleep(2); // EAGAIN: there is no frame yet.
			continue;
		}
		const layers = [...dissect(buffer.slice(0, length))];
		const found = layers.find((layer) => layer.protocol === protocol);
		if (found !== undefined && wanted(found.value as Of<P>)) return layers;
	}
	return undefined;
}
const last = (layers: readonly Layer[] | undefined): unknown => layers?.at(-1)?.value;

// Making a network namespace needs root.
describe.skipIf(process.getuid?.() !== 0)("the kernel", () => {
	beforeAll(async () => {
		newNetns();
		tap = openTap("tap0");
		// The kernel must learn about us from our packets only.
		writeFileSync("/proc/sys/net/ipv6/conf/tap0/router_solicitations", "0");
		ip("link set tap0 address 02:00:00:00:00:0b");
		ip("address add 10.0.0.11/24 dev tap0");
		ip("address add 2001:db8::b/64 dev tap0 nodad");
		ip("link set tap0 up");
		for (let i = 0; i < 100 && !/state UP/.test(ip("link show tap0")); i++) await sleep(10);
	});
	afterAll(() => closeSync(tap));

	test("answers who has its address, and learns ours", async () => {
		const ask = { arp_sha: OURS, arp_spa: at4.saddr, arp_tpa: at4.daddr };
		writeSync(tap, frame(uapi.ETH_P_ARP, arp.encode({ arp_op: ARPOP_REQUEST, ...ask }), BROADCAST));
		const answer = await heard("arp", ({ arp_op }) => arp_op === ARPOP_REPLY);
		expect(last(answer)).toMatchObject({
			arp_sha: KERNELS,
			arp_spa: at4.daddr,
			arp_tha: OURS,
			arp_tpa: at4.saddr,
		});
		expect(ip("neighbour show 10.0.0.10")).toContain("lladdr 02:00:00:00:00:0a");
	});

	test("answers a neighbour solicitation, and learns our address from its option", async () => {
		const ask = { nd_ns_target: at6.daddr, options: { ND_OPT_SOURCE_LINKADDR: OURS } };
		const payload = icmpv6.encode(
			{ icmp6_type: ND_NEIGHBOR_SOLICIT, nd_neighbor_solicit: ask },
			at6,
		);
		const hop_limit = ND_HOP_LIMIT;
		const nexthdr = uapi.IPPROTO_ICMPV6;
		const packet = ipv6.encode({ ...at6, nexthdr, hop_limit, payload });
		writeSync(tap, frame(uapi.ETH_P_IPV6, packet));
		const answer = await heard("icmpv6", (said) => said.nd_neighbor_advert !== undefined);
		expect(last(answer)).toMatchObject({
			nd_neighbor_advert: { solicited: 1, router: 0, nd_na_target: at6.daddr },
		});
		expect(ip("neighbour show 2001:db8::a")).toContain("lladdr 02:00:00:00:00:0a");
	});

	test.each([1, 2, 3, 101])(
		"answers an echo request of either version with %d bytes",
		async (n) => {
			const payload = new Uint8Array(n).fill(0xa5);
			const echo = { sequence: n };
			const [type4, type6] = [icmp4.ICMP_ECHO, icmp6.ICMPV6_ECHO_REQUEST];
			writeSync(tap, over4(uapi.IPPROTO_ICMP, icmp.encode({ type: type4, echo, payload })));
			const answer4 = await heard("icmp", ({ type }) => type === icmp4.ICMP_ECHOREPLY);
			expect(last(answer4)).toMatchObject({ echo: { id: 0, sequence: n }, payload });
			const request6 = icmpv6.encode({ icmp6_type: type6, u_echo: echo, payload }, at6);
			writeSync(tap, over6(uapi.IPPROTO_ICMPV6, request6));
			const answer6 = await heard("icmpv6", (said) => said.icmp6_type === icmp6.ICMPV6_ECHO_REPLY);
			expect(last(answer6)).toMatchObject({ u_echo: { identifier: 0, sequence: n }, payload });
		},
	);

	test.each([
		["IPv4", at4, over4, "icmp", { type: 3, code: 3 }],
		["IPv6", at6, over6, "icmpv6", { icmp6_type: 1, icmp6_code: 4 }],
	] as const)(
		"sends back a datagram to a closed port over %s, unless its checksum is wrong",
		async (_, around, over, protocol, refusal) => {
			const datagram = { source: 1000, dest: 9, payload: hex("01 02 03") };
			writeSync(tap, over(uapi.IPPROTO_UDP, udp.encode({ ...datagram, check: 0x1234 }, around)));
			writeSync(tap, over(uapi.IPPROTO_UDP, udp.encode({ ...datagram, source: 1001 }, around)));
			const answer = await heard(protocol, () => true);
			expect(last(answer)).toMatchObject(refusal);
			const { payload } = last(answer) as { payload: Uint8Array };
			const inner = around === at4 ? ipv4.decode(payload) : ipv6.decode(payload);
			expect(udp.decode(inner.payload)).toMatchObject({ ...datagram, source: 1001 });
			expect(udp.isIntact(inner.payload, around)).toBe(true);
		},
	);

	test("takes a segment, and refuses it", async () => {
		const segment = {
			source: 1000,
			dest: 9,
			seq: 0xfffffff0,
			syn: 1,
			window: 1000,
			options: { TCPOPT_MAXSEG: 1460, TCPOPT_SACK_PERMITTED: true, TCPOPT_WINDOW: 7 },
		} as const;
		writeSync(tap, over4(uapi.IPPROTO_TCP, tcp.encode({ ...segment, check: 1 }, at4)));
		writeSync(tap, over4(uapi.IPPROTO_TCP, tcp.encode({ ...segment, source: 1001 }, at4)));
		const answer = await heard("tcp", () => true);
		expect(last(answer)).toMatchObject({ source: 9, dest: 1001, rst: 1, ack_seq: 0xfffffff1 });
	});

	test("puts the pieces of a packet together, behind other extension headers", async () => {
		const payload = new Uint8Array(2000).fill(7);
		const [icmp6_type, u_echo] = [icmp6.ICMPV6_ECHO_REQUEST, { sequence: 9 }];
		const whole = icmpv6.encode({ icmp6_type, u_echo, payload }, at6);
		const piece = { nexthdr: uapi.IPPROTO_ICMPV6, identification: 77 };
		const pieces = [
			fragment.encode({ ...piece, more: 1, payload: whole.slice(0, 1024) }),
			fragment.encode({ ...piece, offset: 128, payload: whole.slice(1024) }),
		];
		// PadN of four bytes.
		const options = hex("01 04 00 00 00 00");
		for (const one of pieces) {
			const behind = { nexthdr: uapi.IPPROTO_FRAGMENT, options, payload: one };
			writeSync(tap, over6(uapi.IPPROTO_DSTOPTS, extension.encode(behind)));
		}
		const answer = await heard("fragment", ({ offset }) => offset > 0);
		expect(answer?.map(({ protocol }) => protocol)).toEqual(["ethernet", "ipv6", "fragment"]);
		expect(last(answer)).toMatchObject({ nexthdr: uapi.IPPROTO_ICMPV6, more: 0 });
	});

	test("configures itself as a router advertisement of ours says", async () => {
		writeFileSync("/proc/sys/net/ipv6/conf/tap0/accept_ra", "2");
		const [saddr, daddr] = [
			hex("fe80 0000 0000 0000 0000 0000 0000 000a"),
			hex("ff02 0000 0000 0000 0000 0000 0000 0001"),
		];
		const nd_router_advert = {
			nd_ra_curhoplimit: 33,
			nd_ra_router_lifetime: 1800,
			options: {
				ND_OPT_SOURCE_LINKADDR: OURS,
				ND_OPT_MTU: { nd_opt_mtu_mtu: 1400 },
				ND_OPT_PREFIX_INFORMATION: [
					{
						nd_opt_pi_prefix_len: 64,
						onlink: 1,
						autoconf: 1,
						nd_opt_pi_valid_time: 7200,
						nd_opt_pi_preferred_time: 3600,
						nd_opt_pi_prefix: hex("2001 0db8 0077 0000 0000 0000 0000 0000"),
					},
				],
			},
		};
		const payload = icmpv6.encode(
			{ icmp6_type: ND_ROUTER_ADVERT, nd_router_advert },
			{ saddr, daddr },
		);
		const packet = ipv6.encode({
			saddr,
			daddr,
			nexthdr: uapi.IPPROTO_ICMPV6,
			hop_limit: ND_HOP_LIMIT,
			payload,
		});
		writeSync(tap, frame(uapi.ETH_P_IPV6, packet, hex("333300000001")));
		await sleep(50);
		expect(ip("-6 address show dev tap0")).toMatch(
			/inet6 2001:db8:77:[^ ]+\/64 .*\n +valid_lft 7(200|19\d)sec preferred_lft 3(600|59\d)sec/,
		);
		expect(ip("-6 route show default")).toMatch(
			/via fe80::a dev tap0 .*expires 1(800|79\d)sec .*mtu 1400 .*hoplimit 33/,
		);
		expect(ip("-6 route show 2001:db8:77::/64")).toContain("dev tap0");
		expect(ip("neighbour show fe80::a")).toContain("02:00:00:00:00:0a router");
	});
});
