import type { Bench } from "../bench.js";
import { Processes } from "../peer.js";
import { type PeerId, peerRow } from "../peers.js";
import type { Row } from "../row.js";

const PEERS = [
	"bin",
	"cli",
	"bun_bare",
	"node",
	"node_native",
	"seed",
	"batch",
	"cni",
] as const satisfies readonly PeerId[];
/** These only start and do nothing, so there is nothing to take down. */
const IDLE: ReadonlySet<PeerId> = new Set<PeerId>(["bun_bare", "node", "node_native"]);

/** One guest by processes: the time that a person waits who types the commands. */
export async function processRows(bench: Bench): Promise<Row[]> {
	return bench.with(PEERS, async (runners) => {
		const downs = new Map<PeerId, number[]>(PEERS.map((id) => [id, []]));
		const up = await bench.interleave(PEERS, runners, bench.times(40, 3), async ({ peer, id }) => {
			const times = await peer.up(0, 1);
			downs.get(id)?.push(await peer.down(0, 1));
			return times;
		});
		const measured = [...up].filter(([id]) => !IDLE.has(id));
		const down = new Map(
			measured.map(([id, outcome]) => [
				id,
				// As for `up`, the first round was for warming up.
				outcome instanceof Error ? outcome : (downs.get(id)?.slice(1) ?? []),
			]),
		);
		const head = { unit: "ms", better: "less" } as const;
		return [
			peerRow({ id: "process", title: "Up by whole processes", ...head }, up),
			peerRow({ id: "process_down", title: "Down by whole processes", ...head }, down),
		];
	});
}

const PARTS = [
	"bun_bare",
	"bin_version",
	"bin_plan",
	"bin",
	"node",
	"node_native",
	"cli_version",
	"cli_plan",
	"cli",
] as const satisfies readonly PeerId[];

/** What an `up` by a process consists of: each peer does what the one before it does, and something more. */
export async function startRow(bench: Bench): Promise<Row> {
	const outcomes = await bench.with(PARTS, (runners) =>
		bench.interleave(PARTS, runners, bench.times(40, 3), async ({ peer }) => {
			const times = await peer.up(0, 1);
			await peer.down(0, 1);
			return times;
		}),
	);
	const head = { id: "start", title: "What an up by a whole process is made of" } as const;
	return peerRow({ ...head, unit: "ms", better: "less" }, outcomes);
}

const MANY = ["bin", "cli", "batch", "group"] as const satisfies readonly PeerId[];

/** Many guests from one file, and their removal: a guest's share of both. */
export async function specRow(bench: Bench): Promise<Row> {
	const guests = bench.times(500, 20);
	const outcomes = await bench.with(MANY, (runners) =>
		bench.interleave(MANY, runners, bench.times(3, 1), async ({ peer }) => {
			if (!(peer instanceof Processes)) return [];
			const up = await peer.upAll(0, guests);
			return [(up + (await peer.down(0, guests))) / guests];
		}),
	);
	return peerRow(
		{
			id: "spec",
			title: `${guests} guests from one file, up and down, a guest's share`,
			unit: "ms",
			better: "less",
		},
		outcomes,
	);
}
