import type { Bench } from "./bench.js";
import type { Row } from "./row.js";

export async function wireRows(_: Bench): Promise<Row[]> {
	return [];
}
