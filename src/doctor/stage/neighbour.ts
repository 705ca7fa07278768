import { formatAddress } from "../../inet/address.js";
import { NUD_FAILED, NUD_INCOMPLETE } from "../../uapi/neighbour.js";
import type { Facts, LinkFact, NeighbourFact } from "../facts.js";
import { passes, type Stage, stopped } from "./way.js";

const STAGE = "neighbour";

export const neighbourOf = (
	facts: Facts,
	{ index }: LinkFact,
	address: Uint8Array,
): NeighbourFact | undefined =>
	facts.neighbours(index).find((one) => !one.isProxy && Buffer.compare(one.address, address) === 0);

/** The MAC address of the next machine: whether it answered when it was last asked. */
export const neighbour: Stage = (way) => {
	const { facts, output, nexthop, guest } = way;
	if (output === undefined || nexthop === undefined || !output.resolves) return undefined;
	const address = formatAddress(nexthop);
	const known = neighbourOf(facts, output, nexthop);
	if (known === undefined)
		return passes(STAGE, `${address} has not been asked for yet on ${output.name}`, {
			device: output.name,
		});
	if ((known.state & (NUD_FAILED | NUD_INCOMPLETE)) === 0)
		return passes(STAGE, `${address} is known on ${output.name}`, { device: output.name });
	const isGuest = Buffer.compare(nexthop, guest.address) === 0;
	const state = (known.state & NUD_FAILED) !== 0 ? "FAILED" : "INCOMPLETE";
	return stopped(STAGE, {
		code: "FINDING_NEIGHBOUR_FAILED",
		message: isGuest
			? `the guest does not answer for its address ${address}`
			: `nobody answers for ${address} on ${output.name}`,
		evidence: [`neighbour ${address} dev ${output.name}: ${state}`],
		device: output.name,
	});
};
