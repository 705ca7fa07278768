/** A packet on its way through the host, and what each stage adds to a report. */
import type { Choices } from "../../nftables/machine/choices.js";
import type { World } from "../../nftables/machine/evaluation.js";
import type { Packet } from "../../nftables/machine/packet.js";
import type { Finding, FindingCode, RuleReport, StageReport } from "../../service/diagnosis.js";
import type { Facts, LinkFact, OurTap, RouteFact } from "../facts.js";

/** The guest of a tap, as far as it is known. */
export interface Guest {
	readonly tap: LinkFact;
	/** The interface with the host's side of the segment: the tap, or the bridge that it is a port of. */
	readonly segment: LinkFact;
	readonly address: Uint8Array;
	/** The prefix length of its address, if it is known. */
	readonly prefix: number | undefined;
	readonly mac: Uint8Array;
	/** The tap as we made it; undefined if it is not ours. */
	readonly ours: OurTap | undefined;
}

/** Where a packet enters: through an interface, or from a program of this host. */
export type Entry = { readonly link: LinkFact } | "local";

/** A packet between two stages. */
export interface Way {
	readonly facts: Facts;
	readonly world: World;
	readonly choices: Choices;
	readonly guest: Guest;
	readonly entry: Entry;
	/** Whether it is the answer to a packet that has arrived. */
	readonly isAnswer: boolean;
	readonly packet: Packet;
	/** What stages have found out about it so far. */
	route?: RouteFact | undefined;
	output?: LinkFact | undefined;
	nexthop?: Uint8Array | undefined;
	/** Whether the prerouting rules of IP have seen it in the bridge already. */
	wasPrerouted?: boolean;
	/** The port through which a frame leaves the bridge without being routed. */
	bridgedTo?: LinkFact | "flood" | undefined;
	/** Conditions outside this host that the verdict depends on. */
	readonly dependsOn: string[];
}

/** One stage, which returns what it finds; undefined if it does not apply to the packet. */
export type Stage = (way: Way) => StageReport | undefined;

/** The report of a stage for a packet that passes. */
export const passes = (
	stage: string,
	message: string,
	{
		device,
		rules = [],
	}: { readonly device?: string | undefined; readonly rules?: readonly RuleReport[] } = {},
): StageReport => ({ stage, device, message, verdict: "passes", rules });

interface Stop {
	readonly code: FindingCode;
	readonly message: string;
	readonly evidence?: readonly string[];
	readonly remedy?: string | undefined;
	readonly device?: string | undefined;
	readonly rule?: RuleReport | undefined;
}

/** The report of a stage that stops a packet. */
export function stopped(stage: string, stop: Stop): StageReport {
	const { device, rule, ...rest } = stop;
	const finding: Finding = { evidence: [], ...rest, rule, stops: true };
	const rules = rule === undefined ? [] : [rule];
	return { stage, device, message: stop.message, verdict: "stopped", rules, finding };
}

/** Run stages one after the other until one stops the packet. */
export function through(way: Way, stages: readonly Stage[], reports: StageReport[]): boolean {
	for (const stage of stages) {
		const report = stage(way);
		if (report === undefined) continue;
		reports.push(report);
		if (report.verdict === "stopped") return false;
	}
	return true;
}
