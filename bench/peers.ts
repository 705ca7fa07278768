import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { guard } from "./install.js";
import type { Outcomes } from "./interleave.js";
import type { Lab } from "./lab.js";
import { LinePeer } from "./line.js";
import { built, bun, cli, compiled, library, native, singleFile, sources } from "./paths.js";
import { type Commands, InProcess, type Peer, Processes } from "./peer.js";
import { commandLine } from "./peers/cli.js";
import { cni } from "./peers/cni.js";
import { ipBatch } from "./peers/ip_batch.js";
import { seed } from "./peers/seed.js";
import { type Head, type Row, row } from "./row.js";

interface Entry {
	readonly label: string;
	start(lab: Lab, netns: string, folder: string): Peer;
	/** Why it cannot take part, or undefined if it can. */
	missing?(): string | undefined;
}

const absent = (path: string, remedy: string) => () =>
	existsSync(path) ? undefined : `not built: ${remedy}`;

/** A peer that is one process, in its own namespace. */
const program =
	(...command: readonly string[]) =>
	(_: Lab, netns: string): Peer =>
		new InProcess(new LinePeer(command, netns));

/** A peer that starts processes. */
const processes =
	(commands: (lab: Lab, netns: string, folder: string) => Commands) =>
	(lab: Lab, netns: string, folder: string): Peer => {
		const exec = new LinePeer([built("exec"), join(folder, "output")], netns);
		return new Processes(commands(lab, netns, folder), exec);
	};

const node = process.execPath;

/** Not a peer, but a part of what our command line consists of. */
const part = (...command: readonly string[]) =>
	processes(() => ({ up: () => command, down: () => ["true"] }));

/** Our command line up to the point where it knows what to do. */
const planning = (umlnet: readonly string[]) =>
	processes((_, __, folder) => {
		const commands = commandLine(umlnet, folder);
		const plan = (word: string): string => (word === "up" ? "plan" : word);
		return { up: (i) => commands.up(i).map(plan), down: () => ["true"] };
	});

/** More than the 64 guests that a churn has up at once. */
const POOL = 96;

/** Our library. Its Worker enters the namespace, while the caller stays outside. */
const embedded =
	(pool = 0, ...words: readonly string[]) =>
	(_: Lab, netns: string, folder: string): Peer => {
		const program = [
			node,
			compiled("peers/ours.js"),
			netns,
			join(folder, "state"),
			`${pool}`,
			...words,
		];
		return new InProcess(new LinePeer(program));
	};

/**
 * System calls in a Worker of Node, with a lock, a journal and nothing else: our library cannot be faster than this.
 */
const floor =
	(...words: readonly string[]) =>
	(_: Lab, netns: string, folder: string): Peer =>
		new InProcess(new LinePeer([node, compiled("peers/floor.js"), netns, folder, ...words]));

export const catalogue = {
	c: { label: "C, raw sockets, group delete (the floor)", start: program(built("c_floor")) },
	c_pool: {
		label: "C, parked taps (the floor of a warm pool)",
		start: program(built("c_floor"), "pool"),
	},
	floor: {
		label: "C's calls in a Worker of Node, journalled (the floor of a library)",
		missing: absent(library, "npm run build"),
		start: floor(),
	},
	floor_pool: {
		label: "C's calls with parked taps in a Worker of Node, journalled",
		missing: absent(library, "npm run build"),
		start: floor("pool"),
	},
	ours: {
		label: "umlnet-nl, library",
		missing: absent(library, "npm run build"),
		start: embedded(),
	},
	pool: {
		label: "umlnet-nl, library, warm pool",
		missing: absent(library, "npm run build"),
		start: embedded(POOL),
	},
	guarded: {
		label: "umlnet-nl, library, guests guarded strictly",
		missing: absent(library, "npm run build"),
		start: embedded(0, "guarded"),
	},
	go: { label: "Go: vishvananda/netlink, google/nftables", start: program(built("go_netlink")) },
	pyroute2: {
		label: "pyroute2",
		// Debian's own Python, for which pyroute2 is packaged.
		start: program("/usr/bin/python3", join(sources, "pyroute2_peer.py")),
	},
	npm_links: {
		label: "npm netlink 0.3.0 (link and address only)",
		missing: () => guard("npm"),
		start: program(node, join(sources, "npm_netlink.mjs"), built("npm")),
	},
	batch: {
		label: "ip -batch + nft -f",
		start: processes((_, __, folder) => ipBatch(folder)),
	},
	group: {
		label: "ip -batch with group delete + nft -f",
		start: processes((_, __, folder) => ipBatch(folder, true)),
	},
	seed: {
		label: "the seed: tunctl, ifconfig, echo, iptables",
		start: processes((_, netns, folder) => seed(netns, folder)),
	},
	cni: {
		label: "CNI bridge plugin",
		start: processes((lab, _, folder) => cni(lab, folder)),
	},
	bin: {
		label: "umlnet-nl, single file",
		missing: absent(singleFile, "npm run build:bin"),
		start: processes((_, __, folder) => commandLine([singleFile], folder)),
	},
	cli: {
		label: "umlnet-nl under Node",
		missing: absent(cli, "npm run build"),
		start: processes((_, __, folder) => commandLine([node, cli], folder)),
	},
	node: { label: "node -e 0", start: part(node, "-e", "0") },
	node_native: {
		label: "node, the native module loaded",
		missing: absent(native, "npm ci"),
		start: part(node, "-e", `require(${JSON.stringify(native)})`),
	},
	cli_version: { label: "umlnet-nl --version under Node", start: part(node, cli, "--version") },
	cli_plan: { label: "umlnet-nl plan under Node", start: planning([node, cli]) },
	bun_bare: {
		label: "Bun, compiled, nothing to do",
		missing: absent(bun, "npm run build:bin"),
		start: part(built("bun_bare")),
	},
	bin_version: {
		label: "umlnet-nl --version, single file",
		missing: absent(singleFile, "npm run build:bin"),
		start: part(singleFile, "--version"),
	},
	bin_plan: {
		label: "umlnet-nl plan, single file",
		missing: absent(singleFile, "npm run build:bin"),
		start: planning([singleFile]),
	},
} satisfies Readonly<Record<string, Entry>>;

export type PeerId = keyof typeof catalogue;

/** The peers that are one process and bring up about a thousand guests a second: C, the floors and ours. */
export const FAST = [
	"c",
	"c_pool",
	"floor",
	"floor_pool",
	"ours",
	"pool",
	"guarded",
] as const satisfies readonly PeerId[];

/** A row of these peers. */
export const peerRow = (head: Head, outcomes: Outcomes<PeerId>): Row =>
	row(head, outcomes, (id) => catalogue[id].label);

/** Why a peer cannot take part, or undefined if it can. */
export const missing = (id: PeerId): string | undefined => (catalogue[id] as Entry).missing?.();

/** Start a peer on a host of its own. */
export function startPeer(id: PeerId, lab: Lab): { peer: Peer; netns: string } {
	const netns = lab.host();
	const folder = join(lab.scratch, netns);
	mkdirSync(folder);
	return { peer: catalogue[id].start(lab, netns, folder), netns };
}
