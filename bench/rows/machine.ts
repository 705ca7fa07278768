import { execFileSync } from "node:child_process";
import type { Bench } from "../bench.js";
import { built } from "../paths.js";
import type { Row } from "../row.js";
import { figure } from "../sample.js";

/**
 * The costs of basic operations on this machine, measured by a small C program (peers/machine.c). It waits for a
 * minute.
 */
export function machineRow({ quick }: Bench): Row {
	const seconds = quick ? "1" : "30";
	const lines = execFileSync(built("machine"), [seconds], { encoding: "utf8" }).trim().split("\n");
	return {
		id: "machine",
		title: "What this machine charges",
		unit: "ns",
		better: "less",
		entries: lines.map((line) => {
			const [label = "", ...values] = line.split("\t");
			return { peer: label, label, figure: figure(values.map(Number)) };
		}),
	};
}
