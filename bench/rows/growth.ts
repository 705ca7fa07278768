import { readFileSync } from "node:fs";
import type { Bench, Runner } from "../bench.js";
import type { Outcomes } from "../interleave.js";
import { InProcess } from "../peer.js";
import { type PeerId, peerRow } from "../peers.js";
import type { Row } from "../row.js";

const PEERS = [
	"c",
	"ours",
	"go",
	"pyroute2",
	"batch",
	"seed",
	"cni",
] as const satisfies readonly PeerId[];

export const COUNTS = [20, 200, 2000] as const;
/** A bridge has at most 1 023 ports, and the CNI plugin is slow for each of them. */
const CNI_MOST = 200;
/** The first number of the guests that are measured, in addition to those that only exist. */
const BESIDE = 100_000;

/** The time of an up while many guests exist, and the memory that they take. */
export async function growthRows(bench: Bench): Promise<Row[]> {
	const rows: Row[] = [];
	for (const count of COUNTS) {
		if (bench.quick && count > 200) continue;
		const peers = PEERS.filter((id) => id !== "cni" || count <= CNI_MOST);
		rows.push(...(await bench.with(peers, (runners) => withPresent(bench, peers, runners, count))));
	}
	return rows;
}

async function withPresent(
	bench: Bench,
	peers: readonly PeerId[],
	runners: readonly Runner[],
	count: number,
): Promise<Row[]> {
	for (const { peer } of runners) await peer.fill(0, count);
	const up = await bench.interleave(peers, runners, bench.times(30, 2), async ({ peer }) => {
		// A peer that is slow to delete measures fewer guests a round, and not fewer rounds.
		const each = peer instanceof InProcess ? 4 : 1;
		const times = await peer.up(BESIDE, each);
		await peer.down(BESIDE, each);
		return times;
	});
	const head = { unit: "µs", better: "less" } as const;
	const rows = [
		peerRow({ id: `up${count}`, title: `Up with ${count} guests present`, ...head }, up),
	];
	if (count === COUNTS.at(-1)) rows.push(memoryRow(runners, count));
	return rows;
}

function memoryRow(runners: readonly Runner[], count: number): Row {
	const memory: Outcomes<PeerId> = new Map(
		runners.flatMap(({ id, peer }) =>
			peer instanceof InProcess ? [[id, [residentMiB(peer.pid)]] as const] : [],
		),
	);
	return peerRow(
		{
			id: "memory",
			title: `Resident memory of the process that has made ${count} guests`,
			unit: "MiB",
			better: "less",
		},
		memory,
	);
}

function residentMiB(pid: number): number {
	const [, kib = "NaN"] =
		/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
	return Number(kib) / 1024;
}
