/**
 * The cost of the languages of netlink alone: five messages encoded and decoded, and a dump of 2 000 links.
 * The lines of these peers:
 *
 *     size MESSAGE           ok BYTES  of the encoded payload: the same bytes are what is compared
 *     encode MESSAGE COUNT   ok NS     for all of them
 *     decode MESSAGE COUNT   ok NS
 *     links                  ok COUNT  that a dump finds
 *     dump                   ok NS     for a dump, every link decoded
 */
import { join } from "node:path";
import type { Bench } from "./bench.js";
import { interleave, type Outcomes } from "./interleave.js";
import { LinePeer } from "./line.js";
import { built, compiled, sources } from "./paths.js";
import { type Row, row } from "./row.js";

const MESSAGES = [
	"RTM_NEWLINK",
	"RTM_NEWADDR",
	"RTM_NEWROUTE",
	"NFT_MSG_NEWSETELEM",
	"NFT_MSG_NEWRULE",
] as const;

const PEERS = {
	ours: {
		label: "umlnet-nl",
		command: [process.execPath, compiled("peers/wire_ours.js")],
	},
	npm: {
		label: "npm netlink 0.3.0",
		command: [process.execPath, join(sources, "wire_npm.mjs"), built("npm")],
	},
	pyroute2: {
		label: "pyroute2",
		command: ["/usr/bin/python3", join(sources, "wire_pyroute2.py")],
	},
} as const;
type Id = keyof typeof PEERS;

interface Runner {
	readonly id: Id;
	readonly peer: LinePeer;
}

const LINKS = 2000;
const IP = "ip -j link, a process";

export async function wireRows(bench: Bench): Promise<Row[]> {
	const netns = bench.lab.host();
	const runners = (Object.keys(PEERS) as Id[]).map((id): Runner => {
		return { id, peer: new LinePeer(PEERS[id].command, netns) };
	});
	const floor = new LinePeer([built("c_floor")], netns);
	const exec = new LinePeer([built("exec"), join(bench.lab.scratch, "links")], netns);
	try {
		const rows: Row[] = [];
		for (const message of MESSAGES) rows.push(...(await codecRows(bench, runners, message)));
		const links = bench.times(LINKS, 100);
		await floor.ask("up", 0, links);
		return [...rows, await dumpRow(bench, runners, exec, links)];
	} finally {
		for (const peer of [floor, exec, ...runners.map(({ peer }) => peer)]) await peer.close();
		await bench.lab.remove([netns]);
	}
}

async function codecRows(
	bench: Bench,
	runners: readonly Runner[],
	message: string,
): Promise<Row[]> {
	const sizes = new Map<Id, number>();
	const measure = async (verb: string): Promise<Outcomes<Id>> =>
		interleave(runners, bench.times(30, 3), async ({ id, peer }) => {
			sizes.set(id, sizes.get(id) ?? only(await peer.ask("size", message)));
			if (sizes.get(id) !== sizes.get("ours")) throw new Error(`${sizes.get(id)} bytes, not ours`);
			const count = id === "pyroute2" ? 200 : 5000;
			return [only(await peer.ask(verb, message, count)) / count];
		});
	const head = { unit: "µs", better: "less" } as const;
	const label = (id: Id): string => PEERS[id].label;
	const [encode, decode] = [await measure("encode"), await measure("decode")];
	return [
		row({ id: `encode_${message}`, title: `${message}: encode`, ...head }, encode, label),
		row({ id: `decode_${message}`, title: `${message}: decode`, ...head }, decode, label),
	];
}

async function dumpRow(
	bench: Bench,
	runners: readonly Runner[],
	exec: LinePeer,
	links: number,
): Promise<Row> {
	const everybody: readonly { id: Id | "ip"; peer: LinePeer }[] = [
		...runners,
		{ id: "ip", peer: exec },
	];
	for (const { peer } of runners) {
		const found = only(await peer.ask("links"));
		if (found < links) throw new Error(`a dump found ${found} of ${links} links`);
	}
	const outcomes = await interleave(everybody, bench.times(10, 2), async ({ id, peer }) => {
		return id === "ip" ? peer.ask("ip", "-j", "link") : peer.ask("dump");
	});
	return row(
		{ id: "dump", title: `Dump of ${links} links`, unit: "ms", better: "less" },
		outcomes,
		(id) => (id === "ip" ? IP : PEERS[id].label),
	);
}

function only(values: readonly number[]): number {
	const [value] = values;
	if (value === undefined) throw new Error("an empty answer");
	return value;
}
