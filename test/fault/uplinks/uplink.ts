/** Generates an uplink from the grammar, and checks it while and after it is a port of a bridge. */
import { setTimeout as sleep } from "node:timers/promises";
import { ConflictError } from "../../../src/engine/error.js";
import { formatAddress } from "../../../src/inet/address.js";
import { parseCidr } from "../../../src/inet/cidr.js";
import { LinuxKernel } from "../../../src/kernel/linux.js";
import { readLinkByName } from "../../../src/kernel/read.js";
import { request } from "../../../src/netlink/request.js";
import { difference, type Snapshot } from "../../../src/oracle/snapshot.js";
import { specFromFlags } from "../../../src/spec/spec.js";
import { UmlnetError } from "../../../src/sys/error.js";
import {
	AF_INET,
	AF_INET6,
	IFA_F_TEMPORARY,
	NLM_F_CREATE,
	RTM_NEWADDR,
} from "../../../src/uapi/index.js";
import type { Dice } from "../../engine/dice.js";
import { Lab } from "../../kernel/lab.js";
import { settled } from "../../oracle/settled.js";
import { withoutDetails } from "../details.js";
import { livesOf, otherLives } from "../lives.js";
import { ADDRESSES } from "./addresses.js";
import { otherSettings, settingsOf } from "./conf.js";
import { Draft, type Giving, type Item, OTHER, type Productions, UPLINK } from "./draft.js";
import { ROUTES } from "./routes.js";
import { RULES } from "./rules.js";
import { HOST, SETTINGS } from "./settings.js";
import { Atlas, strayed } from "./ways.js";

export interface Uplink {
	/** The items in the order in which they are configured. */
	readonly items: readonly Item[];
	readonly destinations: readonly string[];
	/** For how many seconds it is a port. */
	readonly seconds: number;
}

/** What most hosts have. */
const USUAL: readonly Item[] = [
	{
		kind: "usual IPv4",
		script: `ip address add 203.0.113.10/24 brd + dev ${UPLINK}
ip route add default via 203.0.113.1 dev ${UPLINK}`,
	},
	{
		kind: "usual IPv6",
		script: `ip address add 2001:db8:1::10/64 dev ${UPLINK}
ip -6 route add default via 2001:db8:1::1 dev ${UPLINK}`,
	},
	{
		kind: "another link",
		script: `ip link add ${OTHER} address 02:00:00:00:00:e2 type veth peer name p-${OTHER} address 02:00:00:00:00:e3
ip link set ${OTHER} up; ip link set p-${OTHER} up
ip address add 198.51.100.10/24 brd + dev ${OTHER}
ip address add 2001:db8:2::10/64 dev ${OTHER}`,
	},
];

const LISTS: readonly Productions[] = [ADDRESSES, ROUTES, RULES, SETTINGS, HOST];
/** The weights with which items of each list are chosen. */
const WEIGHTS = [4, 6, 2, 2, 1];

/** The names of all productions. */
export const KINDS: readonly string[] = LISTS.flatMap((list) => Object.keys(list));

const listOf = (kind: string): Productions => LISTS.find((list) => kind in list) as Productions;

const uplinkOf = ({ items, destinations, dice }: Draft): Uplink => ({
	items: [...USUAL, ...items],
	destinations: [...destinations],
	seconds:
		items.some(({ script }) => /_lft [1-9]|expires/.test(script)) && dice.next(3) === 0 ? 6 : 0,
});

/** A usual uplink with one more item of each of these kinds. */
export function uplinkWith(dice: Dice, ...kinds: readonly string[]): Uplink {
	const draft = new Draft(dice);
	for (const kind of kinds) draft.add(kind, listOf(kind));
	return uplinkOf(draft);
}

/** A random uplink. */
export function anyUplink(dice: Dice): Uplink {
	const draft = new Draft(dice);
	const count = 1 + dice.next(dice.pick([3, 8, 25]));
	const lots = WEIGHTS.flatMap((weight, i) =>
		Array<Productions>(weight).fill(LISTS[i] as Productions),
	);
	for (let i = 0; i < count; i++) {
		const list = dice.pick(lots);
		draft.add(dice.pick(Object.keys(list)), list);
	}
	return uplinkOf(draft);
}

/** Removes everything that the lab has configured on the uplink. */
const BARE = `ip -4 address flush dev ${UPLINK}`;

/**
 * For a nexthop without a gateway the kernel chooses a source address by the scope of the nexthop when that is made.
 * When any address of the host is added or deleted, it chooses again, by the scope of the route
 * (fib_info_update_nhc_saddr, net/ipv4/fib_semantics.c). Our changes of addresses would make that visible, so it is
 * provoked beforehand.
 */
const CHOOSE_ANEW = "ip address add 192.0.2.254/32 dev lo; ip address delete 192.0.2.254/32 dev lo";

/**
 * When a link loses its last IPv4 address the kernel gives up its hop of a route of several links (RTNH_F_DEAD,
 * fib_sync_down_dev, net/ipv4/fib_semantics.c), and takes it up again with the next address. A route that is added anew
 * has no such hop, and none could be added with it, so those routes are taken away.
 */
const WITHOUT_DEAD_HOPS = `ip -o -4 route show table all | grep -w dead | while read -r to more; do
	case $more in *' table '*) more=\${more#* table }; table=\${more%% *};; *) table=main;; esac
	ip route delete $to table $table
done`;

/** Configure all items on a host, as far as its kernel accepts them. @returns the kinds that it accepted completely */
async function give(lab: Lab, items: readonly Item[]): Promise<ReadonlySet<string>> {
	let script = "";
	let refused = "";
	const run = () => {
		if (script !== "") refused += lab.host.sh(`exec 2> /dev/null; set +e\n${script}true`);
		script = "";
	};
	for (const [i, item] of items.entries()) {
		if (item.give === undefined)
			for (const line of item.script.split("\n")) script += `{ ${line}; } || echo ${i}\n`;
		else {
			run();
			giveAddress(item.give);
		}
	}
	script += `${CHOOSE_ANEW}\n${WITHOUT_DEAD_HOPS}\n`;
	run();
	await settled();
	const refusals = new Set(refused.split("\n"));
	return new Set(items.filter((_, i) => !refusals.has(`${i}`)).map(({ kind }) => kind));
}

function giveAddress({ address, proto }: Giving): void {
	const { address: IFA_LOCAL, prefix: ifa_prefixlen, family } = parseCidr(address);
	const kernel = new LinuxKernel();
	const value = {
		ifa_family: family === 4 ? AF_INET : AF_INET6,
		ifa_prefixlen,
		ifa_index: readLinkByName(kernel, UPLINK)?.ifi_index ?? 0,
		IFA_LOCAL,
		IFA_ADDRESS: IFA_LOCAL,
		IFA_PROTO: proto,
	};
	kernel.rtnetlink([request(RTM_NEWADDR, NLM_F_CREATE, value)]);
	kernel.close();
}

const SPEC = specFromFlags({ tap: "tap0", owner: 500, bridge: "br0", uplink: UPLINK });
const UNRELATED = specFromFlags({ tap: "other0", owner: 500, address: ["10.99.0.1/24"] });

export interface Finding {
	/** What is wrong, one flaw a line. */
	readonly flaws: readonly string[];
	/** The kinds of items that the host accepted completely. */
	readonly took: ReadonlySet<string>;
}

/** Test an uplink. */
export async function find(uplink: Uplink): Promise<Finding> {
	const lab = await Lab.open(BARE);
	try {
		const took = await give(lab, uplink.items);
		await unchanged(lab);
		const run = await port(lab, uplink);
		if (run.changes.length === 0) return { flaws: run.flaws, took };
		const alone = await leftAlone(uplink, run.seconds);
		const ours = run.changes.filter((line) => !alone.has(line));
		return { flaws: [...run.flaws, ...ours.map((line) => `afterwards: ${line}`)], took };
	} finally {
		lab.close();
	}
}

/**
 * Wait until two looks in a row show the same state: an IPv6 address that is added without duplicate address detection
 * gets its local route only in the kernel's delayed work (addrconf_dad_work, net/ipv6/addrconf.c).
 */
async function unchanged(lab: Lab): Promise<void> {
	for (let last = lab.look(), tries = 0; tries < 100; tries++) {
		await sleep(20);
		const now = lab.look();
		if (changesOf(last, now).length === 0) return;
		last = now;
	}
	throw new Error("the host does not come to rest");
}

interface Run {
	readonly flaws: readonly string[];
	/** Differences from before. Some of them may not be caused by us. */
	readonly changes: readonly string[];
	readonly seconds: number;
}

/**
 * The only type of uplink that is refused, before anything is changed: the kernel would not accept its IPv6 routes from
 * anybody.
 */
const isRefused = (error: unknown, settings: ReadonlyMap<string, string>): boolean =>
	error instanceof ConflictError &&
	error.message.includes("goes by IPv6") &&
	settings.get("ipv6/conf/disable_ipv6") !== "0";

const said = (error: unknown): string => {
	if (!(error instanceof UmlnetError)) throw error;
	const { code, message, step, hint } = error;
	return [code, step, message, hint].filter(Boolean).join(": ");
};

/** Make it a port, check it, and revert that. */
async function port(
	lab: Lab,
	{ destinations, seconds }: Uplink,
): Promise<Run & { flaws: string[] }> {
	const flaws: string[] = [];
	const before = lab.look();
	const start = performance.now();
	const settings = settingsOf(UPLINK);
	const { own, ways } = look(UPLINK, destinations);
	const attempt = async (what: string, work: () => Promise<unknown>): Promise<boolean> => {
		try {
			await work();
			return true;
		} catch (error) {
			if (what !== "up" || !isRefused(error, settings)) flaws.push(`${what}: ${said(error)}`);
			return false;
		}
	};
	if (await attempt("up", () => lab.run((host) => host.up(SPEC)))) {
		await settled();
		const is = look("br0", destinations, own);
		flaws.push(...strayed(ways, is.ways).map((line) => `while up: ${line}`));
		flaws.push(...otherSettings(settings, settingsOf("br0")).map((line) => `while up: ${line}`));
		flaws.push(...otherMtus(lab).map((line) => `while up: ${line}`));
		await attempt("status", async () => {
			const { result } = await lab.run((host) => host.status(undefined, { verify: true }));
			for (const { drift } of result.resources)
				flaws.push(...drift.map(({ message }) => `verify: ${message}`));
			flaws.push(...(result.strays ?? []).map((line) => `verify: stray ${line}`));
		});
		await attempt("up again", async () => {
			const { mutations } = await lab.run((host) => host.up(SPEC));
			if (mutations.length > 0) flaws.push(`up again: changes ${mutations.join(" ")}`);
		});
		await sleep(1000 * seconds);
	}
	await attempt("down", () => lab.run((host) => host.down({ all: true })));
	await attempt("an unrelated up", () => lab.run((host) => host.up(UNRELATED)));
	await attempt("an unrelated down", () => lab.run((host) => host.down({ taps: ["other0"] })));
	await attempt("recover", () => lab.run((host) => host.recover()));
	const after = lab.look();
	const elapsed = (performance.now() - start) / 1000;
	flaws.push(
		...otherLives(livesOf(before), livesOf(after), elapsed).map((line) => `afterwards: ${line}`),
	);
	const hasChanged = changesOf(before, after).length > 0;
	const settledAfter = hasChanged ? await lab.lookSettled() : after;
	const spent = (performance.now() - start) / 1000;
	return { flaws, changes: changesOf(before, settledAfter), seconds: spent };
}

/** A bridge and a tap on it must have the MTU of their uplink. */
function otherMtus({ host }: Lab): string[] {
	const links = host.json("ip -j link") as { ifname: string; mtu: number }[];
	const of = (name: string) => links.find(({ ifname }) => ifname === name)?.mtu;
	return ["br0", "tap0"].flatMap((name) =>
		of(name) === of(UPLINK) ? [] : [`MTU of ${name} is ${of(name)}, of the uplink ${of(UPLINK)}`],
	);
}

/** How the same host changes in the same time without us. */
async function leftAlone({ items }: Uplink, seconds: number): Promise<ReadonlySet<string>> {
	const lab = await Lab.open(BARE);
	try {
		await give(lab, items);
		const before = lab.look();
		await sleep(1000 * seconds);
		return new Set(changesOf(before, lab.look()));
	} finally {
		lab.close();
	}
}

function look(link: string, destinations: readonly string[], known?: readonly string[]) {
	const atlas = new Atlas(link);
	try {
		const own = known ?? atlas.own();
		return { own, ways: atlas.ways(destinations, own) };
	} finally {
		atlas.close();
	}
}

const EXCEPT = ["conntrack"];

/**
 * Of several links, that whose link-local address is added last has the last of their link-local routes. Nobody can rely
 * on that order: to such an address packets are sent by the link that is named with it (RFC 4007, section 6).
 */
export const LINK_LOCAL_ORDER = /^route: in another order from route 10 \d+ (fe80|ff00)::/;

/**
 * The differences. If an address is added to a link, the kernel makes a new random temporary address for it (RFC 8981),
 * so two of those count as equal.
 */
function changesOf(before: Snapshot, after: Snapshot): string[] {
	const drawn = [before, after].flatMap(temporary);
	const plain = (line: string): string =>
		drawn.reduce((all, one) => all.replaceAll(one, "temporary"), line);
	const lines = withoutDetails(difference(before, after, { except: EXCEPT }).map(plain));
	const gone = lines.flatMap(
		(line) => /^(.*): is gone (\(.*\))$/.exec(line)?.slice(1, 3).join() ?? [],
	);
	const come = lines.flatMap(
		(line) => /^(.*): is new (\(.*\))$/.exec(line)?.slice(1, 3).join() ?? [],
	);
	return lines.filter((line) => {
		if (LINK_LOCAL_ORDER.test(line)) return false;
		const [, title, state, text] = /^(.*): is (gone|new) (\(.*\))$/.exec(line) ?? [];
		if (!line.includes("temporary")) return true;
		return !(state === "gone" ? come : gone).includes([title, text].join());
	});
}

function temporary({ messages }: Snapshot): string[] {
	return (messages.get("address") ?? []).flatMap((bytes) => {
		const {
			ifa_family,
			IFA_FLAGS = 0,
			IFA_ADDRESS,
		} = RTM_NEWADDR.decode(Buffer.from(bytes, "latin1"));
		const is = ifa_family === AF_INET6 && (IFA_FLAGS & IFA_F_TEMPORARY) !== 0;
		return is && IFA_ADDRESS ? [formatAddress(IFA_ADDRESS), groupMac(IFA_ADDRESS)] : [];
	});
}

/** The MAC of the solicited-node multicast group of an address (RFC 4291, section 2.7.1, and RFC 2464, section 7). */
const groupMac = (address: Uint8Array): string =>
	`3333ff${Buffer.from(address.subarray(13)).toString("hex")}`;
