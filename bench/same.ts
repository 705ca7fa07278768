import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "./bench.js";
import { guest, host, KNOBS, OWNER, SNAT_TO } from "./guest.js";
import { inside } from "./lab.js";
import { FAST, missing, type PeerId } from "./peers.js";

/** The peers that make a whole guest. The CNI plugin makes another type of guest, and npm's netlink only a part. */
const PEERS = [
	...FAST,
	"go",
	"pyroute2",
	"batch",
	"group",
	"seed",
	"cli",
	"bin",
] as const satisfies readonly PeerId[];

const GUEST = 5;

interface Address {
	readonly family: string;
	readonly local: string;
	readonly prefixlen: number;
}

interface Link {
	readonly ifname: string;
	readonly flags: readonly string[];
	readonly linkinfo?: { readonly info_kind: string; readonly info_data?: Readonly<Tun> };
	readonly addr_info: readonly Address[];
}
interface Tun {
	type: string;
	pi: boolean;
	persist: boolean;
	user: string;
}

/** Only equal results may be compared, so one guest of every peer is checked with ip(8) and nft(8). @throws Error */
export async function checkSame(bench: Bench): Promise<void> {
	for (const id of PEERS) {
		if (missing(id) !== undefined) continue;
		await bench.with([id], async ([runner]) => {
			if (runner === undefined) return;
			const { peer, netns } = runner;
			await peer.up(GUEST, 1);
			const link = guestOf(netns);
			if (link === undefined) throw new Error(`${id}: no interface has ${host(GUEST)}/30`);
			const wrong = differences(netns, link);
			if (wrong.length > 0) throw new Error(`the guest of ${id}: ${wrong.join(", ")}`);
			await peer.down(GUEST, 1);
			// nf_tables frees elements after it has answered.
			await sleep(50);
			if (guestOf(netns) !== undefined) throw new Error(`${id} left its guest's address`);
			if (isNatted(netns, link)) throw new Error(`${id} left its guest's NAT`);
		});
	}
}

function differences(netns: string, link: Link): string[] {
	const tun = link.linkinfo?.info_data;
	const checks: Readonly<Record<string, boolean>> = {
		"no tap": tun?.type === "tap" && !tun.pi,
		"not persistent": tun?.persist === true,
		"not owned": Number(tun?.user) === OWNER,
		"not up": link.flags.includes("UP"),
		"no NAT": isNatted(netns, link),
		...Object.fromEntries(
			KNOBS.map((knob) => {
				const path = `/proc/sys/net/ipv4/conf/${link.ifname}/${knob}`;
				return [`no ${knob}`, inside(netns, ["cat", path]).trim() === "1"];
			}),
		),
	};
	return Object.entries(checks).flatMap(([what, good]) => (good ? [] : [what]));
}

const guestOf = (netns: string): Link | undefined =>
	(JSON.parse(inside(netns, ["ip", "-j", "-d", "address", "show"])) as Link[]).find((link) =>
		link.addr_info.some(
			({ family, local, prefixlen }) =>
				family === "inet" && local === host(GUEST) && prefixlen === 30,
		),
	);

/**
 * Whether the guest has NAT: by a rule, by an element of the set in the lab's table, or by our own table, in which the
 * element contains the name of the tap.
 */
function isNatted(netns: string, { ifname }: Link): boolean {
	const ruleset = inside(netns, ["nft", "list", "ruleset"]);
	const address = guest(GUEST).replaceAll(".", "\\.");
	const [rule, element, ours] = [
		new RegExp(`ip saddr ${address} .*snat to ${SNAT_TO}`),
		new RegExp(`elements = \\{ ${address} \\}`),
		new RegExp(`"${ifname}" \\. "eth1".* : ${SNAT_TO}`),
	];
	return [rule, element, ours].some((pattern) => pattern.test(ruleset));
}
