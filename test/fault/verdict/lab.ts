/** A host with two taps, and an observer behind all rules that records which packets pass, and in which form. */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { LinuxKernel } from "../../../src/kernel/linux.js";
import { Writer } from "../../../src/netlink/bytes.js";
import { ioctl } from "../../../src/sys/ioctl.js";
import * as uapi from "../../../src/uapi/index.js";
import { Machine } from "../../kernel/machine.js";
import { HOST_MAC } from "./packets.js";

const HOOKS = ["prerouting", "input", "forward", "postrouting"] as const;
export type Hook = (typeof HOOKS)[number];

/** Its sets record what passes: id, mark, destination, source, port. */
const observer = (family: "ip" | "ip6"): string => `
table ${family} observer {
${HOOKS.map(
	(hook) => `
	set ${hook} {
		typeof ${family === "ip" ? "ip id" : "@nh,16,16"} . meta mark . ${family} daddr . ${family} saddr
		flags dynamic
		size 65535
	}
	chain ${hook} {
		type filter hook ${hook} priority 30000; policy accept;
		iifname tap0 update @${hook} { ${family === "ip" ? "ip id" : "@nh,16,16"} . meta mark . ${family} daddr . ${family} saddr }
		${hook === "postrouting" ? "" : "return"}
	}`,
).join("")}
	chain quiet {
		type filter hook output priority -400; policy accept;
		drop
	}
}`;

const SETUP = `
ip link set tap0 address ${HOST_MAC}
ip address add 10.9.0.1/24 dev tap0
ip address add fd09::1/64 dev tap0 nodad
ip address add 10.8.0.1/24 dev tap1
ip address add fd08::1/64 dev tap1 nodad
sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1 net.ipv6.conf.tap0.accept_ra=0
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tap0.rp_filter=0
ip link set tap0 up
ip link set tap1 up
ip route add default via 10.8.0.2 dev tap1
ip -6 route add default via fd08::2 dev tap1
for link in eth0 wan0 lan0 wg0 docker0 virbr0 br-lan pppoe-wan; do
	ip link add $link type veth peer name peer-$link
done
for a in 10.8.0.2 10.8.0.9 10.8.0.10 fd08::2 fd08::9; do
	ip neighbour add $a lladdr 02:00:00:00:00:99 dev tap1 nud permanent
done
for a in 10.9.0.2 10.9.0.3 10.9.0.77 fd09::2 fd09::3; do
	ip neighbour add $a lladdr 02:00:00:00:00:0a dev tap0 nud permanent
done
`;

function openTap(name: string): number {
	const fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
	const w = new Writer();
	uapi.ifreq.write(w, { ifr_name: name, ifr_flags: uapi.IFF_TAP | uapi.IFF_NO_PI });
	ioctl(fd, uapi.TUNSETIFF, w.finish(), "TUNSETIFF");
	return fd;
}

/** A packet as it passed behind the rules of a hook. */
export interface Seen {
	readonly mark: number;
	readonly destination: string;
	readonly source: string;
}
const EVERYTHING = [4, 16].map((length) => ({ address: new Uint8Array(length), prefix: 0 }));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export class VerdictLab {
	readonly machine = new Machine();
	readonly #taps: readonly number[];
	readonly kernel: LinuxKernel;

	constructor() {
		this.#taps = ["tap0", "tap1"].map(openTap);
		this.machine.sh(SETUP);
		this.kernel = new LinuxKernel();
	}

	/** Load rules in front of the observer; returns false if nft or the kernel refuses them. */
	load(script: string): boolean {
		this.machine.sh("nft flush ruleset");
		try {
			this.machine.sh(script);
		} catch {
			return false;
		}
		this.machine.sh(`nft -f - <<'EOF'\n${observer("ip")}\n${observer("ip6")}\nEOF`);
		return true;
	}

	/** Send frames as the guest, and wait until the host has handled them. */
	send(frames: readonly Uint8Array[]): void {
		const [tap = -1, other = -1] = this.#taps;
		const buffer = new Uint8Array(4096);
		for (const frame of frames) {
			writeSync(tap, frame);
			// If the host cannot deliver a packet it waits, and so do later packets.
			for (const fd of [tap, other]) drain(fd, buffer);
		}
	}

	/** What passed at a hook, by family and id. */
	seen(hook: Hook): ReadonlyMap<string, Seen> {
		const out = new Map<string, Seen>();
		for (const [nfgen_family, length] of [
			[uapi.NFPROTO_IPV4, 4],
			[uapi.NFPROTO_IPV6, 16],
		] as const) {
			const of = {
				nfgen_family,
				NFTA_SET_ELEM_LIST_TABLE: "observer",
				NFTA_SET_ELEM_LIST_SET: hook,
			};
			const lists = this.kernel.readNftables(
				uapi.NFT_MSG_GETSETELEM,
				uapi.NFT_MSG_NEWSETELEM,
				of,
				true,
			);
			for (const element of lists.flatMap((one) => one.NFTA_SET_ELEM_LIST_ELEMENTS ?? [])) {
				const key = Buffer.from(element.NFTA_SET_ELEM_KEY?.NFTA_DATA_VALUE ?? []);
				out.set(`${length === 4} ${key.readUInt16BE(0)}`, {
					mark: key.readUInt32LE(4),
					destination: hex(key.subarray(8, 8 + length)),
					source: hex(key.subarray(8 + length, 8 + 2 * length)),
				});
			}
		}
		return out;
	}

	/** Forget all flows, so that each ruleset sees new ones. */
	forget(): void {
		this.kernel.forgetFlows(EVERYTHING);
	}

	close(): void {
		this.kernel.close();
		for (const fd of this.#taps) closeSync(fd);
		this.machine.close();
	}
}

function drain(fd: number, buffer: Uint8Array): void {
	for (;;)
		try {
			readSync(fd, buffer);
		} catch {
			return;
		}
}
