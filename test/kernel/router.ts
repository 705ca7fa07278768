import type { ChildProcess } from "node:child_process";
import { parseAddress } from "../../src/inet/address.js";
import { icmpv6 } from "../../src/packet/icmpv6.js";
import { ND_ROUTER_ADVERT } from "../../src/packet/ndisc.js";
import type { Machine } from "./machine.js";

/** Sends the same bytes to all nodes of a link again and again; the kernel adds a checksum and its own address. */
const SEND = `
import socket, sys, time
link = socket.if_nametoindex(sys.argv[1])
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, link)
while True:
    try: s.sendto(bytes.fromhex(sys.argv[2]), ("ff02::1", 0, 0, link))
    except OSError: pass
    time.sleep(0.2)
`;

const ALL_NODES = parseAddress("ff02::1");

/** A router advertisement: a lifetime as default router in seconds, and a prefix of 64 bits for autoconfiguration. */
function advertisement(prefix: string, lifetime: number): Uint8Array {
	const nd_router_advert = {
		nd_ra_curhoplimit: 64,
		nd_ra_router_lifetime: lifetime,
		options: {
			ND_OPT_PREFIX_INFORMATION: [
				{
					nd_opt_pi_prefix_len: 64,
					onlink: 1,
					autoconf: 1,
					nd_opt_pi_valid_time: 3600,
					nd_opt_pi_preferred_time: 1800,
					nd_opt_pi_prefix: parseAddress(prefix),
				},
			],
		},
	};
	return icmpv6.encode(
		{ icmp6_type: ND_ROUTER_ADVERT, nd_router_advert },
		{ saddr: ALL_NODES, daddr: ALL_NODES },
	);
}

/** A machine that advertises itself as a router on a link, five times a second. */
export class Router {
	readonly #machine: Machine;
	readonly #link: string;
	#sender: ChildProcess | undefined;

	constructor(machine: Machine, link: string) {
		this.#machine = machine;
		this.#link = link;
	}

	/** Advertise this from now on. */
	advertise(prefix: string, lifetime: number): void {
		this.stop();
		const bytes = Buffer.from(advertisement(prefix, lifetime)).toString("hex");
		this.#sender = this.#machine.spawn("python3", "-c", SEND, this.#link, bytes);
	}

	/** Stop advertising. */
	stop(): void {
		this.#sender?.kill("SIGKILL");
		this.#sender = undefined;
	}
}
