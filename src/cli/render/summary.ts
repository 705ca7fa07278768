import type { TapReport } from "../../service/reports.js";
import type { Paint } from "./paint.js";
import { count, table } from "./table.js";
import { connection } from "./tap.js";

// If every guest has a network of its own, the networks are too many for one screen as well.
const SHOWN_NETWORKS = 12;

/** One line for each network: its name, its number of taps, and how their guests are connected. */
export function renderSummary(taps: readonly TapReport[], paint: Paint): readonly string[] {
	const networks = new Map<string, { readonly way: string; many: number }>();
	for (const tap of taps) {
		const known = networks.get(tap.network);
		if (known === undefined) networks.set(tap.network, { way: connection(tap), many: 1 });
		else known.many++;
	}
	const rows = [...networks].map(([name, { way, many }]) => [name, count(many, "tap"), way]);
	const [header = "", ...lines] = table([
		["NETWORK", "TAPS", "CONNECTION"],
		...rows.slice(0, SHOWN_NETWORKS),
	]);
	const more = rows.length - SHOWN_NETWORKS;
	return [
		paint.bold(header),
		...lines,
		...(more > 0 ? [`and ${count(more, "more network")}`] : []),
		"launch arguments: umlnet-nl status TAP shows those of one tap, -v those of all",
	];
}
