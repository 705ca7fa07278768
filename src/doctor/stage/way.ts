/** A packet on its way through the host, and what each stage of it adds to a report. */
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
	/** How many bits of its address are the network, where that is known. */
	readonly prefix: number | undefined;
	readonly mac: Uint8Array;
	/** The tap as we made it; undefined where it is not ours. */
	readonly ours: OurTap | undefined;
}

/** Where a packet enters: by an interface, or from a program of this host. */
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
	/** What was found out about it on the way; stages fill it. */
	route?: RouteFact | undefined;
	output?: LinkFact | undefined;
	nexthop?: Uint8Array | undefined;
	/** Whether IP's prerouting rules have seen it in the bridge already. */
	wasPrerouted?: boolean;
	/** The port of the bridge that a frame leaves by without IP having to do with it. */
	bridgedTo?: LinkFact | "flood" | undefined;
	/** What the verdict depends on that is not on this host. */
	readonly dependsOn: string[];
}

/** One stage: what it finds; undefined where it has nothing to do with the packet. */
export type Stage = (way: Way) => StageReport | undefined;

/** What a stage tells of a packet that passes. */
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

/** What a stage tells of a packet that it stops. */
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
