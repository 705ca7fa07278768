import type { Bench } from "../bench.js";
import { InProcess } from "../peer.js";
import { PARTS } from "../peers/parts.js";
import { type Row, row } from "../row.js";

const OURS = [
	["ours", "a guest"],
	["pool", "a guest of a warm pool"],
] as const;
const WINDOWS = [1, 64] as const;

/** The time that a guest of ours takes in the engine's thread, up and down, by the layer whose code runs. */
export async function partRows(bench: Bench): Promise<Row[]> {
	const rows: Row[] = [];
	for (const [id, who] of OURS)
		for (const window of WINDOWS) {
			const how = window === 1 ? "one after the other" : `${window} at a time`;
			const title = `What ${who} is made of, come and gone, ${how}`;
			const rounds = await measure(bench, id, window);
			const parts = Object.keys(PARTS).map((part, i): [string, number[]] => [
				part,
				rounds.map((round) => round[i] as number),
			]);
			const head = { id: `parts_${id}${window}`, title, unit: "µs", better: "less" } as const;
			rows.push(row(head, new Map(parts), (part) => part));
		}
	return rows;
}

/** For each round, a guest's share of every part in nanoseconds. */
async function measure(
	bench: Bench,
	id: (typeof OURS)[number][0],
	window: number,
): Promise<(readonly number[])[]> {
	const guests = window === 1 ? bench.times(200, 20) : bench.times(2048, 128);
	return bench.with([id], async ([runner]) => {
		const rounds: (readonly number[])[] = [];
		if (!(runner?.peer instanceof InProcess)) return rounds;
		await runner.peer.churn(bench.times(4096, 64), 64);
		for (let round = 0; round < bench.times(10, 1); round++)
			rounds.push(await runner.peer.parts(guests, window));
		return rounds;
	});
}
