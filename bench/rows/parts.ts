import type { Bench } from "../bench.js";
import { InProcess } from "../peer.js";
import { PARTS } from "../peers/parts.js";
import type { PeerId } from "../peers.js";
import type { Row } from "../row.js";
import { figure } from "../sample.js";

const WINDOWS = [1, 64] as const;
const OURS: Readonly<Partial<Record<PeerId, string>>> = {
	ours: "a guest",
	pool: "a guest of a warm pool",
};

/** What a guest of ours costs the engine's thread, come and gone, by the layer whose code runs: where the time goes. */
export async function partRows(bench: Bench): Promise<Row[]> {
	const rows: Row[] = [];
	for (const [id, who] of Object.entries(OURS) as [PeerId, string][])
		for (const window of WINDOWS) {
			const how = window === 1 ? "one after the other" : `${window} at a time`;
			rows.push({
				id: `parts_${id}${window}`,
				title: `What ${who} is made of, come and gone, ${how}`,
				unit: "µs",
				better: "less",
				entries: await entries(bench, id, window),
			});
		}
	return rows;
}

async function entries(bench: Bench, id: PeerId, window: number): Promise<Row["entries"]> {
	const guests = window === 1 ? bench.times(200, 20) : bench.times(2048, 128);
	return bench.with([id], async ([runner]) => {
		if (!(runner?.peer instanceof InProcess)) return [];
		await runner.peer.churn(bench.times(4096, 64), 64);
		const rounds: (readonly number[])[] = [];
		for (let round = 0; round < bench.times(10, 1); round++)
			rounds.push(await runner.peer.parts(guests, window));
		return Object.keys(PARTS).map((label, i) => ({
			peer: label,
			label,
			figure: figure(rounds.map((parts) => (parts[i] as number) / 1000)),
		}));
	});
}
