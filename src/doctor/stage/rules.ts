import { formatAddress } from "../../inet/address.js";
import type { HookPoint } from "../../nftables/machine/evaluation.js";
import { type Part, type Passed, traverse } from "../../nftables/machine/hook.js";
import type { Device } from "../../nftables/machine/packet.js";
import type { StageReport } from "../../service/diagnosis.js";
import { NF_ACCEPT, NFPROTO_IPV4, NFPROTO_IPV6 } from "../../uapi/netfilter.js";
import type { LinkFact } from "../facts.js";
import { remedyFor, ruleReport } from "../owner.js";
import { passes, stopped, type Way } from "./way.js";

/** An interface as rules see it; for a port, with its bridge. */
export const deviceOf = (link: LinkFact, bridge?: LinkFact): Device => ({
	index: link.index,
	name: link.name,
	type: link.type,
	group: link.group,
	kind: link.kind,
	pvid: link.port?.pvid,
	...(bridge !== undefined && { bridge: deviceOf(bridge) }),
});

/** NFPROTO_* of a packet. */
export const familyOf = ({ packet }: Way): number => (packet.isIpv4 ? NFPROTO_IPV4 : NFPROTO_IPV6);

/** Run the packet through a hook. */
export const traversed = (way: Way, point: HookPoint, part?: Part): Passed =>
	traverse(way.facts.hooks(), way.packet, point, way.world, way.choices, part);

/** What the rules of a hook did with the packet, as a stage of its path. */
export function rulesReport(way: Way, stage: string, passed: Passed): StageReport | undefined {
	const { facts, packet } = way;
	if (passed.code !== NF_ACCEPT && passed.by !== undefined) {
		const rule = ruleReport(facts, passed.by);
		const place = `${rule.family} ${rule.table} ${rule.chain}`;
		const by = rule.handle === undefined ? "the policy" : `rule ${rule.handle}`;
		const how = passed.by.manner ?? "drop";
		return stopped(stage, {
			code: "FINDING_RULE_DROPS",
			message: `${by} of chain ${place} (${rule.owner}) drops it${how === "drop" ? "" : `: ${how}`}`,
			evidence: [`${place}: ${rule.rule}`],
			remedy: remedyFor(rule, { input: packet.in?.name, output: packet.out?.name }),
			device: packet.in?.name ?? packet.out?.name,
			rule,
		});
	}
	if (passed.chains.length === 0) return undefined;
	const rules = passed.chains.flatMap(({ by }) =>
		by.rule === undefined ? [] : [ruleReport(facts, by)],
	);
	const nat = passed.nat.map(({ kind, to }) => {
		const address = to.address === undefined ? "" : formatAddress(to.address);
		return `${kind} to ${address}${to.port === undefined ? "" : ` port ${to.port}`}`;
	});
	const chains =
		passed.chains.length === 1 ? "one chain lets" : `${passed.chains.length} chains let`;
	const message = [`${chains} it pass`, ...nat].join("; ");
	return passes(stage, message, { rules });
}
