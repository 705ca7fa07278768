import type { PeerId } from "./peers.js";
import type { Row } from "./row.js";
import type { Figure } from "./sample.js";

/** A goal, and the result of this run. */
export interface Goal {
	/** What is compared, in words: the two sides of a ratio. */
	readonly goal: string;
	readonly value: number | undefined;
	/** The result of the floor, which does the least that must be done; undefined if there is none. */
	readonly floor: number | undefined;
	readonly limit: number;
	readonly better: "less" | "more";
	readonly unit: "×" | "ms" | "MiB";
	readonly met: boolean | undefined;
	readonly floorMet: boolean | undefined;
}

/** The value of ours and that of the floor. */
type Values = readonly [value: number | undefined, floor?: number | undefined];
type Stat = keyof Figure;

/** The project's goals for speed: each is a ratio to a peer in the same run, or a fixed limit. */
export function goals(rows: readonly Row[]): Goal[] {
	const find = (id: string, peer: PeerId, stat: Stat = "p50"): number | undefined =>
		rows.find((row) => row.id === id)?.entries.find((entry) => entry.peer === peer)?.figure?.[stat];
	/** The values of ours and of the floor in a row, relative to those of a peer. */
	const against = (
		id: string,
		theirs: PeerId,
		mine: PeerId,
		floor?: PeerId,
		stat?: Stat,
	): Values => {
		const to = (peer: PeerId) => ratio(find(id, peer, stat), find(id, theirs, stat));
		return [to(mine), floor && to(floor)];
	};
	const growth = (peer: PeerId) => ratio(find("up2000", peer), find("up20", peer));
	const fromFile = (peer: PeerId) => ratio(find("spec", "batch"), find("spec", peer));
	return [
		less("up p50, in process, against the C floor", against("up", "c", "ours", "floor"), 1.3),
		less("up p50, in process, against Go", against("up", "go", "ours", "floor"), 1),
		more("churn against the C floor", against("churn", "c", "ours", "floor"), 0.7),
		more(
			"churn against Go, one guest after the other",
			against("churn", "go", "ours", "floor"),
			30,
		),
		more("churn by 64 callers against 64 goroutines", against("parallel", "go", "ours"), 1),
		more("churn against the seed's tools", against("churn", "seed", "ours", "floor"), 80),
		more(
			"churn with the warm pool, against the C floor",
			against("churn", "c", "pool", "floor_pool"),
			2,
		),
		less(
			"up p50 with the warm pool, against the C floor",
			against("up", "c", "pool", "floor_pool"),
			0.6,
		),
		less(
			"churn of guests without a guard, against the same with one",
			[ratio(find("churn", "ours"), find("churn", "guarded"))],
			1.35,
		),
		less(
			"up p99 beside 64 callers who churn, against Go's beside 64 goroutines",
			against("crowd", "go", "ours", undefined, "p99"),
			0.5,
		),
		less(
			"up p99 beside a churn, against Go's beside one that deletes one guest at a time",
			against("contend", "go", "ours", "c", "p99"),
			0.5,
		),
		less(
			"growth of up p50 from 20 to 2 000 guests, against the C floor's",
			[ratio(growth("ours"), growth("c"))],
			1.3,
		),
		less(
			"event-loop delay of the caller in that churn, p99",
			[find("delay", "ours", "p99")],
			5,
			"ms",
		),
		less(
			"`umlnet-nl up`, single file, against the seed's tools",
			against("process", "seed", "bin", "bun_bare"),
			1,
		),
		less(
			"`umlnet-nl up`, single file, against one CNI ADD",
			against("process", "cni", "bin", "bun_bare"),
			0.3,
		),
		less(
			"`umlnet-nl up` under Node against `node -e 0`",
			against("process", "node", "cli", "node_native"),
			1.5,
		),
		more(
			"500 guests from one file, single file, against ip -batch + nft -f",
			[fromFile("bin"), fromFile("group")],
			40,
		),
		more(
			"500 guests from one file, under Node, against ip -batch + nft -f",
			[fromFile("cli"), fromFile("group")],
			40,
		),
		less("resident memory with 2 000 guests", [find("memory", "ours")], 150, "MiB"),
	];
}

const ratio = (mine?: number, theirs?: number): number | undefined =>
	mine === undefined || theirs === undefined ? undefined : mine / theirs;

function goalOf(
	goal: string,
	[value, floor]: Values,
	limit: number,
	better: Goal["better"],
	unit: Goal["unit"],
): Goal {
	const meets = (one: number | undefined): boolean | undefined =>
		one === undefined ? undefined : better === "less" ? one <= limit : one >= limit;
	return { goal, value, floor, limit, better, unit, met: meets(value), floorMet: meets(floor) };
}

const less = (goal: string, values: Values, limit: number, unit: Goal["unit"] = "×"): Goal =>
	goalOf(goal, values, limit, "less", unit);

const more = (goal: string, values: Values, limit: number): Goal =>
	goalOf(goal, values, limit, "more", "×");
