import { closeSync, readSync, writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { formatAddress } from "../../src/inet/address.js";
import { LINK_LOCAL_GATEWAY, linkLocalOf } from "../../src/inet/link-local.js";
import { LinuxKernel } from "../../src/kernel/linux.js";
import { openTap } from "../kernel/guest.js";
import { Lab } from "../kernel/lab.js";
import { labSpec } from "../kernel/specs.js";
import type { Mode, Party, Scene } from "./attack.js";
import { type Bytes, mac } from "./frames.js";
import { observed } from "./observer.js";

export type Level = "basic" | "strict" | "none";
export interface Setting {
	readonly mode: Mode;
	readonly level: Level;
	/** Whether MAC and addresses of the guests are given. */
	readonly bound: boolean;
	readonly brNetfilter: boolean;
	readonly isolation?: boolean;
	/** The bridge was there before, and is somebody else's. */
	readonly foreign?: boolean;
}

const ADDRESSES = ["10.7.0.1/24", "fd07::1/64"];
const party = (n: number): Party => {
	const address = `52:54:00:00:00:0${n}`;
	return {
		mac: address,
		ipv4: `10.7.0.${n}`,
		ipv6: `fd07::${n}`,
		linkLocal: formatAddress(linkLocalOf(mac(address))),
	};
};
const GUEST = party(2);
const SIBLING = party(3);
const WORLD = { ipv4: "10.33.33.1", ipv6: "2001:db8:1::1" };

const NETWORKS: Readonly<Record<Mode, Readonly<Record<string, unknown>>>> = {
	routed: { mode: "routed", uplink: "eth1", addresses: ["10.7.0.1/32", "fd07::1/128"] },
	NATed: { mode: "nat", uplink: "eth1", addresses: ["10.7.0.1/32", "fd07::1/128"] },
	bridged: { mode: "bridged", bridge: "br0", addresses: ADDRESSES },
};

/** Behind the guard, and before everything else: what is counted here came through. */
const OBSERVER = `
table inet observer {
	counter seen { }
	chain prerouting {
		type filter hook prerouting priority -440
		iifname "tap0" counter name seen
	}
}
table arp observer {
	counter seen { }
	chain input {
		type filter hook input priority -440
		iifname "tap0" counter name seen
	}
}
table bridge observer {
	counter seen { }
	chain prerouting {
		type filter hook prerouting priority -440
		iifname "tap0" counter name seen
	}
}`;
/** nfnetlink's numbers of inet, arp, bridge. */
const FAMILIES = [1, 3, 7];

/** A host with two guests on it, one of which attacks; somebody counts what comes through. */
export class Stage {
	readonly scene: Scene;
	readonly lab: Lab;
	readonly #kernel = new LinuxKernel();
	readonly #fd: number;
	readonly #sibling: number;
	readonly #setting: Setting;

	private constructor(lab: Lab, setting: Setting, fds: readonly [number, number], host: Party) {
		this.lab = lab;
		this.#setting = setting;
		[this.#fd, this.#sibling] = fds;
		this.scene = {
			mode: setting.mode,
			guest: GUEST,
			sibling: SIBLING,
			host,
			world: WORLD,
		};
	}

	static async open(setting: Setting): Promise<Stage> {
		const value = setting.brNetfilter ? 1 : 0;
		const lab = await Lab.open(`
			ip address add 2001:db8:1::10/64 dev eth1
			modprobe br_netfilter 2>/dev/null || true
			for call in iptables ip6tables arptables; do
				sysctl -qw net.bridge.bridge-nf-call-$call=${value}
			done
			${setting.foreign ? "ip link add br0 type bridge; ip address add 10.7.0.1/24 dev br0; ip address add fd07::1/64 dev br0; ip link set br0 up; ip link add port type veth peer name other; ip link set other up; ip link set port master br0 up" : ""}`);
		lab.host.enter();
		await lab.run((host) => host.up(specOf(setting)));
		lab.host.enter();
		lab.host.sh(`nft -f - <<'END'\n${OBSERVER}\nEND`);
		const device = { multiQueue: false, vnetHdr: false };
		const fds = [
			openTap({ name: "tap0", ...device }),
			openTap({ name: "tap1", ...device }),
		] as const;
		return new Stage(lab, setting, fds, await hostOf(lab, setting.mode));
	}

	/** Ask for other things of the guests that run. */
	async change(setting: Partial<Setting>): Promise<void> {
		await this.lab.run((host) => host.up(specOf({ ...this.#setting, ...setting })));
		this.lab.host.enter();
	}

	/** Put frames on the wire. @returns how many came through */
	send(frames: readonly Bytes[]): number {
		const before = this.#seen();
		for (const frame of frames) writeSync(this.#fd, frame);
		return this.#seen() - before;
	}

	/** What the sibling has heard since it was asked last, frame by frame. */
	heard(): Bytes[] {
		return drain(this.#sibling);
	}

	/** How many packets were dropped of the guest for each reason. */
	async drops(): Promise<Readonly<Record<string, number>>> {
		const { result } = await this.lab.run((host) => host.status(["tap0"]));
		this.lab.host.enter();
		const drops = result.taps[0]?.drops ?? {};
		return Object.fromEntries(Object.entries(drops).map(([why, { packets }]) => [why, packets]));
	}

	#seen(): number {
		return FAMILIES.reduce((all, family) => all + observed(this.#kernel, family), 0);
	}

	close(): void {
		closeSync(this.#fd);
		closeSync(this.#sibling);
		this.#kernel.close();
		this.lab.close();
	}
}

/** The host as a guest sees it. It has a link-local address some time after the guest has opened its tap. */
async function hostOf(lab: Lab, mode: Mode): Promise<Party> {
	const segment = mode === "bridged" ? "br0" : "tap0";
	for (let tries = 0; tries < 100; tries++) {
		const text = lab.host.sh(`ip -6 -o address show dev ${segment} scope link`);
		const linkLocal = [...text.matchAll(/inet6 (fe80:[^/]*)/g)]
			.map(([, local]) => local)
			.find((local) => local !== LINK_LOCAL_GATEWAY);
		const [{ address }] = lab.host.json(`ip -j link show ${segment}`) as [{ address: string }];
		if (linkLocal !== undefined)
			return { mac: address, ipv4: "10.7.0.1", ipv6: "fd07::1", linkLocal };
		await setTimeout(100);
	}
	throw new Error(`${segment} has no link-local address`);
}

function specOf({ mode, level, bound, isolation = false, foreign = false }: Setting) {
	const guest = ({ mac, ipv4, ipv6 }: Party) => ({
		guest: bound
			? {
					mac,
					addresses: [
						`${ipv4}/${mode === "bridged" ? 24 : 32}`,
						`${ipv6}/${mode === "bridged" ? 64 : 128}`,
					],
				}
			: {},
	});
	const { addresses, ...network } = NETWORKS[mode];
	return labSpec(
		{ ...network, ...(foreign ? {} : { addresses }), guard: level, isolation },
		{ tap0: guest(GUEST), tap1: guest(SIBLING) },
	);
}

/** Everything that waits for a guest. */
function drain(fd: number): Bytes[] {
	const heard: Bytes[] = [];
	const buffer = new Uint8Array(65_536);
	for (;;) {
		try {
			const length = readSync(fd, buffer);
			heard.push(buffer.slice(0, length));
		} catch (error) {
			if ((error as { code?: string }).code === "EAGAIN") return heard;
			throw error;
		}
	}
}
