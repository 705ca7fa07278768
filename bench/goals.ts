import type { PeerId } from "./peers.js";
import type { Row } from "./row.js";
import type { Figure } from "./sample.js";

/** One thing we mean to reach, and what this run says about it. */
export interface Goal {
	readonly goal: string;
	/** What is compared, in words; the two sides of a ratio. */
	readonly value: number | undefined;
	readonly limit: number;
	readonly better: "less" | "more";
	readonly unit: "×" | "ms" | "MiB";
	readonly met: boolean | undefined;
}

type Stat = keyof Figure;
type Find = (row: string, peer: PeerId, stat?: Stat) => number | undefined;

/** The goals of the project for speed, each a ratio against a peer of the same run, or a plain limit. */
export function goals(rows: readonly Row[]): Goal[] {
	const find: Find = (id, peer, stat = "p50") =>
		rows.find((row) => row.id === id)?.entries.find((entry) => entry.peer === peer)?.figure?.[stat];
	const against = (id: string, mine: PeerId, theirs: PeerId, stat?: Stat) =>
		ratio(find(id, mine, stat), find(id, theirs, stat));
	const growth = (peer: PeerId) => ratio(find("up2000", peer), find("up20", peer));
	return [
		less("up p50, in process, against the C floor", against("up", "ours", "c"), 1.3),
		less("up p50, in process, against Go", against("up", "ours", "go"), 1),
		more("churn against the C floor", against("churn", "ours", "c"), 0.7),
		more("churn against Go, one guest after the other", against("churn", "ours", "go"), 30),
		more("churn by 64 callers against 64 goroutines", against("parallel", "ours", "go"), 1),
		more("churn against the seed's tools", against("churn", "ours", "seed"), 80),
		more("churn with the warm pool, against the C floor", against("churn", "pool", "c"), 2),
		less("up p50 with the warm pool, against the C floor", against("up", "pool", "c"), 0.6),
		less(
			"up p99 beside 64 callers who churn, against Go's beside 64 goroutines",
			against("crowd", "ours", "go", "p99"),
			0.5,
		),
		less(
			"up p99 beside a churn, against Go's beside one that deletes one guest at a time",
			against("contend", "ours", "go", "p99"),
			0.5,
		),
		less(
			"growth of up p50 from 20 to 2 000 guests, against the C floor's",
			ratio(growth("ours"), growth("c")),
			1.3,
		),
		less(
			"event-loop delay of the caller in that churn, p99",
			find("delay", "ours", "p99"),
			5,
			"ms",
		),
		less(
			"`umlnet-nl up`, single file, against the seed's tools",
			against("process", "bin", "seed"),
			1,
		),
		less("`umlnet-nl up`, single file, against one CNI ADD", against("process", "bin", "cni"), 0.3),
		less("`umlnet-nl up` under Node against `node -e 0`", against("process", "cli", "node"), 1.5),
		more(
			"500 guests from one file, single file, against ip -batch + nft -f",
			ratio(find("spec", "batch"), find("spec", "bin")),
			40,
		),
		more(
			"500 guests from one file, under Node, against ip -batch + nft -f",
			ratio(find("spec", "batch"), find("spec", "cli")),
			40,
		),
		less("resident memory with 2 000 guests", find("memory", "ours"), 150, "MiB"),
	];
}

const ratio = (mine?: number, theirs?: number): number | undefined =>
	mine === undefined || theirs === undefined ? undefined : mine / theirs;

function less(
	goal: string,
	value: number | undefined,
	limit: number,
	unit: Goal["unit"] = "×",
): Goal {
	const met = value === undefined ? undefined : value <= limit;
	return { goal, value, limit, better: "less", unit, met };
}

function more(goal: string, value: number | undefined, limit: number): Goal {
	const met = value === undefined ? undefined : value >= limit;
	return { goal, value, limit, better: "more", unit: "×", met };
}
