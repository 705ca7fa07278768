import type { Bench } from "../bench.js";
import type { Outcomes } from "../interleave.js";
import { InProcess } from "../peer.js";
import { FAST, type PeerId, peerRow } from "../peers.js";
import type { Row } from "../row.js";

const IN_PROCESS = [...FAST, "go", "pyroute2", "npm_links"] as const satisfies readonly PeerId[];
const MANY = 64;

/** One guest up, one guest down, and its share if many go down at once, for peers that are one process. */
export async function guestRows(bench: Bench): Promise<Row[]> {
	return bench.with(IN_PROCESS, async (runners) => {
		const up = await bench.interleave(IN_PROCESS, runners, bench.times(60, 5), async ({ peer }) => {
			const times = await peer.up(0, 10);
			await peer.down(0, 10);
			return times;
		});
		const down = await bench.interleave(
			IN_PROCESS,
			runners,
			bench.times(40, 3),
			async ({ peer }) => {
				await peer.up(0, 1);
				return [await peer.down(0, 1)];
			},
		);
		const share = await bench.interleave(
			IN_PROCESS,
			runners,
			bench.times(8, 1),
			async ({ peer }) => {
				await peer.fill(0, MANY);
				return [(await peer.down(0, MANY)) / MANY];
			},
		);
		return [
			peerRow({ id: "up", title: "Up, in process", unit: "µs", better: "less" }, up),
			peerRow(
				{ id: "down", title: "Down of one guest, in process", unit: "ms", better: "less" },
				down,
			),
			peerRow(
				{
					id: "down64",
					title: `Down of ${MANY} guests at once, each one's share`,
					unit: "ms",
					better: "less",
				},
				share,
			),
		];
	});
}

const CONTENDERS = ["c", "ours", "pool", "go", "pyroute2"] as const satisfies readonly PeerId[];
const CROWDS = ["ours", "pool", "go"] as const satisfies readonly PeerId[];

/**
 * The time of an up while other guests come and go: it includes waiting for the kernel's lock and the peer's own queue.
 */
export async function contentionRows(bench: Bench): Promise<Row[]> {
	const rounds = bench.times(8, 1);
	const measure = (
		ids: readonly PeerId[],
		how: "contend" | "crowd",
		guests: number,
	): Promise<Outcomes<PeerId>> =>
		bench.with(ids, (runners) =>
			bench.interleave(ids, runners, rounds, async ({ peer }) =>
				peer instanceof InProcess ? peer[how](guests, MANY) : [],
			),
		);
	const head = { unit: "ms", better: "less" } as const;
	const contend = await measure(CONTENDERS, "contend", bench.times(100, 10));
	const crowd = await measure(CROWDS, "crowd", bench.times(100, 5));
	return [
		peerRow({ id: "contend", title: `Up beside a churn, ${MANY} at a time`, ...head }, contend),
		peerRow({ id: "crowd", title: `Up beside ${MANY} callers at once who churn`, ...head }, crowd),
	];
}

const EVERYBODY = [
	...FAST,
	"go",
	"pyroute2",
	"batch",
	"group",
	"seed",
	"cni",
] as const satisfies readonly PeerId[];

/** A slow peer churns fewer guests a round; the rate is per guest in any case. */
const fast: ReadonlySet<PeerId> = new Set<PeerId>(FAST);

/**
 * Guests up and down again, 64 at a time: the guests per second, and the delays of the caller's event loop with ours.
 */
export async function churnRows(bench: Bench): Promise<Row[]> {
	const guests = bench.times(1000, 128);
	const rounds = bench.times(10, 1);
	// A warm-up that is not measured. A peer waits for the turns of the others, and in a virtual machine memory that was
	// not touched for so long is slow at first (docs/performance.md, "Tests and benches"). A busy host has no such
	// pauses.
	const warmUp = bench.times(4096, MANY);
	const rate = (cycles: number, ns: number): number => (cycles * 1e9) / ns;
	return bench.with(EVERYBODY, async (runners) => {
		const churn = await bench.interleave(EVERYBODY, runners, rounds, async ({ peer, id }) => {
			const cycles = fast.has(id) ? guests : MANY;
			if (fast.has(id)) await peer.churn(warmUp, MANY);
			return [rate(cycles, await peer.churn(cycles, MANY))];
		});
		const parallel = await bench.interleave(CROWDS, runners, rounds, async ({ peer }) => {
			if (!(peer instanceof InProcess)) return [];
			await peer.parallel(warmUp, MANY);
			return [rate(guests, await peer.parallel(guests, MANY))];
		});
		const delay = await bench.interleave(["ours"], runners, rounds, async ({ peer }) =>
			peer instanceof InProcess ? peer.delay(guests, MANY) : [],
		);
		return [
			churnRow("churn", `Churn, ${MANY} at a time`, churn),
			churnRow("parallel", `Churn by ${MANY} callers at once, each its own guest`, parallel),
			peerRow(
				{
					id: "delay",
					title: "How late the caller's event loop is during that churn",
					unit: "ms",
					better: "less",
				},
				delay,
			),
		];
	});
}

const churnRow = (id: string, title: string, outcomes: Outcomes<PeerId>): Row =>
	peerRow({ id, title, unit: "cycles/s", better: "more" }, outcomes);
