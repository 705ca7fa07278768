import { closeSync, readSync, writeSync } from "node:fs";
import { formatAddress } from "../../../src/inet/address.js";
import { linkLocalOf } from "../../../src/inet/link-local.js";
import { LinuxKernel } from "../../../src/kernel/linux.js";
import { checkSpec } from "../../../src/spec/spec.js";
import { openTap } from "../../kernel/guest.js";
import { Lab } from "../../kernel/lab.js";
import { type Bytes, be16, bytes, ICMPV6, mac } from "../frames.js";
import { observed } from "../observer.js";

/** Where guests are: on taps of their own, or on a bridge that is theirs alone. */
export interface PolicyPlace {
	readonly mode: "routed" | "nat";
	readonly bridge: boolean;
	readonly brNetfilter: boolean;
}
export const POLICIES = {
	/** Nothing is forbidden: whatever is sent gets to where it is sent to. */
	open: { egress: "full", host: "open", inbound: "open", reaches: true },
	none: { egress: "none", host: "closed", inbound: "published", reaches: false },
	internet: { egress: "internet", host: "services", inbound: "published", reaches: false },
	/** The same as none, of guests who may send as whoever they like. */
	unguarded: {
		...{ egress: "none", host: "closed", inbound: "published", reaches: false },
		guard: "none",
	},
	list: {
		egress: ["9.9.9.0/24:5353/udp", "9.9.9.0/24:5354/tcp", "[2620:fe::/48]:5353/udp"],
		host: "services",
		inbound: "published",
		reaches: false,
	},
} as const;
export type PolicyName = keyof typeof POLICIES;

/** Somebody with an address in each family, and a wire that the test holds the end of. */
export interface Player {
	readonly mac: string;
	readonly ipv4: string;
	readonly ipv6: string;
	readonly linkLocal: string;
}
export type Role = "guest" | "sibling" | "neighbour" | "world";

const player = (address: string, ipv4: string, ipv6: string): Player => ({
	mac: address,
	ipv4,
	ipv6,
	linkLocal: formatAddress(linkLocalOf(mac(address))),
});
/**
 * Who sends; `world` is the router beyond the uplink. That the neighbour has addresses that are globally reachable must
 * help nobody.
 */
export const PLAYERS: Readonly<Record<Role, Player>> = {
	guest: player("52:54:00:00:00:02", "10.7.0.2", "fd07::2"),
	sibling: player("52:54:00:00:00:03", "10.7.0.3", "fd07::3"),
	neighbour: player("52:54:00:00:00:04", "8.8.4.2", "2600:8::2"),
	world: player("02:00:00:00:00:01", "203.0.113.1", "2001:db8:1::1"),
};
const LINKS: Readonly<Record<Role, string>> = {
	guest: "tap0",
	sibling: "tap1",
	neighbour: "tap2",
	world: "wan0",
};
const ROLES = Object.keys(LINKS) as readonly Role[];
/** The host's own addresses beyond its guests' segments. */
export const HOST = { ipv4: "203.0.113.2", ipv6: "2001:db8:1::2" } as const;

/** Whatever begins with this was sent by a test. */
const MAGIC = "UML!";

/**
 * Behind every filter for the host itself: packets of guests that begin with MAGIC where headers of UDP and ICMP or of TCP
 * end, and errors of ICMP.
 */
const observer = (links: readonly string[]): string => {
	const word = `0x${Buffer.from(MAGIC).toString("hex")}`;
	const of = `iifname { ${links.join(", ")} }`;
	return `
table inet observer {
	counter seen { }
	chain input {
		type filter hook input priority 400
		${of} @th,64,32 ${word} counter name seen
		${of} meta l4proto tcp @th,160,32 ${word} counter name seen
		${of} icmp type { destination-unreachable, time-exceeded } counter name seen
		${of} icmpv6 type { destination-unreachable, packet-too-big } counter name seen
	}
}`;
};

/** A host with an uplink, two guests of one network and one of another, all of whose wires the test holds. */
export class PolicyStage {
	readonly lab: Lab;
	readonly place: PolicyPlace;
	/** The MAC of the host on each wire. */
	readonly host: Readonly<Record<Role, string>>;
	policy: PolicyName = "open";
	readonly #fds: Readonly<Record<Role, number>>;
	readonly #kernel = new LinuxKernel();
	#probes = 0;

	private constructor(
		lab: Lab,
		place: PolicyPlace,
		fds: Readonly<Record<Role, number>>,
		host: Readonly<Record<Role, string>>,
	) {
		this.lab = lab;
		this.place = place;
		this.#fds = fds;
		this.host = host;
	}

	static async open(place: PolicyPlace): Promise<PolicyStage> {
		const calls = place.brNetfilter ? 1 : 0;
		const { world } = PLAYERS;
		const lab = await Lab.open(`
			ip link delete eth1
			ip tuntap add wan0 mode tap
			ip address add ${HOST.ipv4}/24 dev wan0; ip address add ${HOST.ipv6}/64 dev wan0 nodad
			ip link set wan0 up
			ip route add default via ${world.ipv4}; ip route add default via ${world.ipv6}
			ip neighbour add ${world.ipv4} lladdr ${world.mac} dev wan0
			ip neighbour add ${world.ipv6} lladdr ${world.mac} dev wan0
			ip neighbour add 203.0.113.77 lladdr ${world.mac} dev wan0
			ip neighbour add 2001:db8:1::77 lladdr ${world.mac} dev wan0
			sysctl -qw net.ipv4.conf.all.accept_source_route=1 net.ipv4.conf.default.accept_source_route=1
			modprobe br_netfilter 2>/dev/null || true
			for call in iptables ip6tables arptables; do
				sysctl -qw net.bridge.bridge-nf-call-$call=${calls} || true
			done`);
		lab.host.enter();
		const world0 = openTap({ name: "wan0", multiQueue: false, vnetHdr: false });
		await lab.run((host) => host.up(specOf(place, "open")));
		lab.host.enter();
		const tap = (role: Role) => openTap({ name: LINKS[role], multiQueue: false, vnetHdr: false });
		const fds = {
			world: world0,
			guest: tap("guest"),
			sibling: tap("sibling"),
			neighbour: tap("neighbour"),
		};
		const segment = (role: Role): string => {
			if (role === "world" || !place.bridge) return LINKS[role];
			return role === "neighbour" ? "br1" : "br0";
		};
		const host = Object.fromEntries(
			ROLES.map((role) => {
				const [{ address }] = lab.host.json(`ip -j link show ${segment(role)}`) as [
					{ address: string },
				];
				return [role, address];
			}),
		) as Record<Role, string>;
		const known = (["guest", "sibling", "neighbour"] as const).flatMap((role) =>
			[PLAYERS[role].ipv4, PLAYERS[role].ipv6].map(
				(address) =>
					`ip neighbour replace ${address} lladdr ${PLAYERS[role].mac} dev ${segment(role)}`,
			),
		);
		lab.host.sh(`${known.join("\n")}
			for link in all default ${ROLES.map(segment).join(" ")}; do
				sysctl -qw net.ipv4.conf.$link.send_redirects=0
			done
			nft -f - <<'END'\n${observer([segment("guest"), segment("neighbour")])}\nEND`);
		const stage = new PolicyStage(lab, place, fds, host);
		// A bridge learns from frames where its guests are.
		for (const role of ["guest", "sibling", "neighbour"] as const)
			stage.send(role, bytes(mac(host[role]), mac(PLAYERS[role].mac), be16(0x0800), [0x45]));
		return stage;
	}

	/** Ask for other things of the guests that run. */
	async change(policy: PolicyName): Promise<void> {
		await this.lab.run((host) => host.up(specOf(this.place, policy)));
		this.lab.host.enter();
		this.policy = policy;
	}

	/** What the next packet has as its payload, unlike any other's, and a port that no other flow has. */
	probe(): Probe {
		this.#probes++;
		const tag = bytes(Buffer.from(MAGIC), be16(this.#probes >> 16), be16(this.#probes & 0xffff));
		return { tag, sport: 20_000 + (this.#probes % 12_000) };
	}

	send(role: Role, frame: Uint8Array): void {
		try {
			writeSync(this.#fds[role], frame);
		} catch (error) {
			// A frame that the driver itself refuses has come nowhere.
			if ((error as { code?: string }).code !== "EINVAL") throw error;
		}
	}

	/** The frames with a probe's payload that somebody has heard since everybody was asked last. */
	heard(role: Role, { tag }: Probe): Bytes[] {
		const text = Buffer.from(tag);
		return drain(this.#fds[role]).filter(
			(frame) => Buffer.from(frame).includes(text) && !isRedirect(frame),
		);
	}
	/** Whether somebody has heard a frame of a kind from a MAC since everybody was asked last. */
	said(role: Role, from: Uint8Array, type: number): boolean {
		const head = Buffer.from(bytes(from, be16(type)));
		return drain(this.#fds[role]).some((frame) => head.equals(frame.subarray(6, 14)));
	}
	/** Let everybody forget what they have heard. */
	forget(): void {
		for (const role of ROLES) drain(this.#fds[role]);
	}

	/** How many packets of guests have come to the host itself. */
	get hostSeen(): number {
		return observed(this.#kernel, 1);
	}

	/** How many packets of each guest were dropped for each reason. */
	async drops(): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
		const { result } = await this.lab.run((host) => host.status(["tap0", "tap2"]));
		this.lab.host.enter();
		return Object.fromEntries(
			result.taps.map(({ name, drops = {} }) => [
				name,
				Object.fromEntries(Object.entries(drops).map(([why, { packets }]) => [why, packets])),
			]),
		);
	}

	close(): void {
		for (const fd of Object.values(this.#fds)) closeSync(fd);
		this.#kernel.close();
		this.lab.close();
	}
}
export interface Probe {
	readonly tag: Bytes;
	readonly sport: number;
}

function specOf({ mode, bridge }: PolicyPlace, policy: PolicyName) {
	const { reaches, egress, ...said } = POLICIES[policy];
	const length = bridge ? [24, 64] : [32, 128];
	const addresses = (role: Role, host?: number) => {
		const { ipv4, ipv6 } = PLAYERS[role];
		const of = (text: string) => (host === undefined ? text : text.replace(/\d+$/, `${host}`));
		return [`${of(ipv4)}/${length[0]}`, `${of(ipv6)}/${length[1]}`];
	};
	const network = (role: Role, link: string, to: string) => ({
		mode,
		uplink: "wan0",
		addresses: addresses(role, 1),
		...(bridge && { bridge: link }),
		...said,
		egress,
		...(reaches && { reaches: [to] }),
	});
	const tap = (network: string, role: Role, publish: readonly string[]) => ({
		network,
		owner: 500,
		guest: { mac: PLAYERS[role].mac, addresses: addresses(role) },
		publish,
	});
	return checkSpec({
		version: 1,
		networks: { lab: network("guest", "br0", "db"), db: network("neighbour", "br1", "lab") },
		taps: {
			tap0: tap("lab", "guest", ["8080:80/udp", "8081:81/tcp", "9999:99/sctp"]),
			tap1: tap("lab", "sibling", ["7070:70/udp"]),
			tap2: tap("db", "neighbour", ["9090:90/udp", "9091:91/tcp"]),
		},
	} as never);
}

/** The host's advice that there is a shorter way, which quotes what was sent (RFC 4861 §8.2), now and then. */
const isRedirect = (frame: Bytes): boolean =>
	frame[12] === 0x86 && frame[20] === ICMPV6 && frame[54] === 137;

/** Everything that waits on a wire. */
function drain(fd: number): Bytes[] {
	const heard: Bytes[] = [];
	const buffer = new Uint8Array(65_536);
	for (;;) {
		try {
			heard.push(buffer.slice(0, readSync(fd, buffer)));
		} catch (error) {
			if ((error as { code?: string }).code === "EAGAIN") return heard;
			throw error;
		}
	}
}
