/** A bridge with two taps, and observers behind all rules of the hooks that frames pass below IP, and of IP's output. */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { LinuxKernel } from "../../../src/kernel/linux.js";
import { Writer } from "../../../src/netlink/bytes.js";
import { ioctl } from "../../../src/sys/ioctl.js";
import * as uapi from "../../../src/uapi/index.js";
import { Machine } from "../../kernel/machine.js";
import { GUEST_MACS, HOST_MAC } from "./packets.js";

/** The MAC address of a machine behind tap1. */
export const OTHER_MAC = "02:00:00:00:00:99";

/** Hooks by a name of ours: the family of the observer, the nft text of its hook, and NFPROTO_* of the family. */
export const PLACES = {
	ingress: ["netdev", "ingress device tap0", uapi.NFPROTO_NETDEV],
	prerouting: ["bridge", "prerouting", uapi.NFPROTO_BRIDGE],
	input: ["bridge", "input", uapi.NFPROTO_BRIDGE],
	forward: ["bridge", "forward", uapi.NFPROTO_BRIDGE],
	output: ["bridge", "output", uapi.NFPROTO_BRIDGE],
	postrouting: ["bridge", "postrouting", uapi.NFPROTO_BRIDGE],
	"egress of tap0": ["netdev", "egress device tap0", uapi.NFPROTO_NETDEV],
	"egress of tap1": ["netdev", "egress device tap1", uapi.NFPROTO_NETDEV],
	"arp input": ["arp", "input", uapi.NFPROTO_ARP],
	"arp output": ["arp", "output", uapi.NFPROTO_ARP],
	"ip output": ["ip", "output", uapi.NFPROTO_IPV4],
} as const;
export type Place = keyof typeof PLACES;
const all = Object.entries(PLACES) as readonly (readonly [Place, (typeof PLACES)[Place]])[];
const nameOf = (place: Place): string => place.replaceAll(" ", "_");

/** Where a packet has its number: the id of IPv4, and the last two bytes of the asking address in ARP. */
const IP_ID = "@nh,32,16";
const ARP_SENDER = "@nh,128,16";
const ARP_TARGET = "@nh,208,16";

function observer(family: string): string {
	const mine = all.filter(([, [one]]) => one === family);
	const chains = mine.map(([place, [, hook]]) => {
		const set = nameOf(place);
		const update = (id: string): string => `update @${set} { ${id} . meta mark }`;
		const rules =
			family === "ip"
				? [update(IP_ID)]
				: [
						...(family === "arp" ? [] : [`meta protocol ip ${update(IP_ID)}`]),
						`${family === "arp" ? "" : "meta protocol arp "}@nh,48,16 1 ${update(ARP_SENDER)}`,
						`${family === "arp" ? "" : "meta protocol arp "}@nh,48,16 2 ${update(ARP_TARGET)}`,
					];
		return `set ${set} {\ntypeof ${IP_ID} . meta mark\nflags dynamic\nsize 65535\n}
chain ${set} {\ntype filter hook ${hook} priority 30000; policy accept;\n${rules.join("\n")}\n}`;
	});
	return `table ${family} observer {\n${chains.join("\n")}\n}`;
}

/** The host answers to nothing but ARP. */
const QUIET = `table inet observer {
chain quiet {
type filter hook input priority -400; policy drop;
}
}`;

const SETUP = `
ip link add br0 type bridge mcast_snooping 0
ip link set br0 address ${HOST_MAC}
sysctl -qw net.ipv6.conf.br0.disable_ipv6=1 net.ipv6.conf.tap0.disable_ipv6=1 net.ipv6.conf.tap1.disable_ipv6=1
sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-arptables=0 2>/dev/null || true
for tap in tap0 tap1; do ip link set $tap master br0 up; done
ip link set br0 up
ip address add 10.9.0.1/16 dev br0
for mac in ${GUEST_MACS.join(" ")}; do bridge fdb replace $mac dev tap0 master static; done
bridge fdb replace ${OTHER_MAC} dev tap1 master static
for a in 10.9.0.2 10.9.0.3 10.9.0.77; do ip neighbour replace $a lladdr ${GUEST_MACS[0]} dev br0 nud permanent; done
for a in 10.9.8.9 10.9.8.10; do ip neighbour replace $a lladdr ${OTHER_MAC} dev br0 nud permanent; done
`;

function openTap(name: string): number {
	const fd = openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK);
	const w = new Writer();
	uapi.ifreq.write(w, { ifr_name: name, ifr_flags: uapi.IFF_TAP | uapi.IFF_NO_PI });
	ioctl(fd, uapi.TUNSETIFF, w.finish(), "TUNSETIFF");
	return fd;
}

/** Sends packets whose IP header is complete, one in a line of hex. */
const SEND = `import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for line in sys.argv[1:]:
    packet = bytes.fromhex(line)
    try: s.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
    except PermissionError: pass
`;

export class LinkLab {
	readonly machine = new Machine();
	readonly #taps: readonly number[];
	readonly kernel: LinuxKernel;

	constructor() {
		this.#taps = ["tap0", "tap1"].map(openTap);
		this.machine.sh(SETUP);
		this.kernel = new LinuxKernel();
	}

	/** Load rules in front of the observers; returns false if nft or the kernel refuses them. */
	load(ruleset: string): boolean {
		const observers = ["netdev", "bridge", "arp", "ip"].map(observer).join("\n");
		try {
			this.machine.sh(
				`nft -f - 2>/dev/null <<'EOF'\nflush ruleset\n${ruleset}\n${observers}\n${QUIET}\nEOF`,
			);
			return true;
		} catch {
			return false;
		}
	}

	/** Frames of the guest behind tap0. */
	send(frames: readonly Uint8Array[]): void {
		const [tap = -1] = this.#taps;
		for (const frame of frames) {
			writeSync(tap, frame);
			this.#drain();
		}
	}
	/** Packets of the host itself. */
	sendFromHost(packets: readonly Uint8Array[]): void {
		const lines = packets.map((packet) => Buffer.from(packet).toString("hex"));
		this.machine.sh(`python3 -c '${SEND}' ${lines.join(" ")}`);
		this.#drain();
	}
	#drain(): void {
		const buffer = new Uint8Array(4096);
		for (const fd of this.#taps)
			for (;;)
				try {
					readSync(fd, buffer);
				} catch {
					break;
				}
	}

	/** The marks with which packets passed at a hook, by their number. */
	seen(place: Place): ReadonlyMap<number, number> {
		const [, , nfgen_family] = PLACES[place];
		const lists = this.kernel.readNftables(
			uapi.NFT_MSG_GETSETELEM,
			uapi.NFT_MSG_NEWSETELEM,
			{
				nfgen_family,
				NFTA_SET_ELEM_LIST_TABLE: "observer",
				NFTA_SET_ELEM_LIST_SET: nameOf(place),
			},
			true,
		);
		return new Map(
			lists
				.flatMap((one) => one.NFTA_SET_ELEM_LIST_ELEMENTS ?? [])
				.map((element) => {
					const key = Buffer.from(element.NFTA_SET_ELEM_KEY?.NFTA_DATA_VALUE ?? []);
					return [key.readUInt16BE(0), key.readUInt32LE(4)] as const;
				}),
		);
	}

	close(): void {
		this.kernel.close();
		for (const fd of this.#taps) closeSync(fd);
		this.machine.close();
	}
}
