import { cutLinks } from "../kernel/action.js";
import { ConnectionError } from "./error.js";
import type { Plan } from "./plan.js";

/** The links that a connection runs over and that a change must not cut: their names, by index. */
export type Spared = ReadonlyMap<number, string>;

/** @throws ConnectionError if the plan deletes one of these links, or its addresses, or connects it in another way */
export function refuseCut(plan: Plan, spared: Spared | undefined, command: string): void {
	if (spared === undefined) return;
	for (const step of [...plan.steps, ...plan.final])
		for (const index of cutLinks(step.do)) {
			const link = spared.get(index);
			if (link !== undefined) throw new ConnectionError(command, link);
		}
}
